/** Opsgenie's alert API: create, and by alias close, acknowledge and note. */
import { z } from "zod";
import { type IncidentService, isJson, problemsOf, startIncidentService, text } from "./service.ts";

export const OPSGENIE_KEY = "3f1b1c1e-6c7d-4f53-9a40-2d6d5d1f8a01";
const MAX_DETAILS = 8_000;

const create = z.object({
  message: text(130),
  alias: text(512).optional(),
  description: z.string().max(15_000).optional(),
  tags: z.array(text(50)).max(20).optional(),
  details: z
    .record(z.string(), z.string())
    .refine((all) => Object.entries(all).flat().join("").length <= MAX_DETAILS, `more than ${MAX_DETAILS} characters`)
    .optional(),
  entity: z.string().max(512).optional(),
  source: z.string().max(100).optional(),
  priority: z.enum(["P1", "P2", "P3", "P4", "P5"]).optional(),
  user: z.string().max(100).optional(),
  note: z.string().max(25_000).optional(),
});
const follow = create.pick({ user: true, source: true, note: true });
const note = follow.extend({ note: text(25_000) });

const FOLLOWS = { close: follow, acknowledge: follow, notes: note } as const;

export function startOpsgenie(): Promise<IncidentService> {
  const open = new Set<string>();
  return startIncidentService((request) => {
    const [, alias, verb] = /^\/v2\/alerts(?:\/([^/]+)\/(close|acknowledge|notes))?$/.exec(request.path) ?? [];
    if (request.method !== "POST" || (request.path !== "/v2/alerts" && alias === undefined)) return { status: 404, body: {} };
    if (request.headers.authorization !== `GenieKey ${OPSGENIE_KEY}`)
      return { status: 401, body: { message: "Could not authenticate", took: 0.001 } };
    const schema = verb === undefined ? create : FOLLOWS[verb as keyof typeof FOLLOWS];
    const problems = isJson(request) ? problemsOf(schema, request.json) : ["Content-Type must be application/json"];
    if (problems.length > 0) return { status: 422, body: { message: "Request body is not processable.", errors: problems } };
    const taken = { status: 202, body: { result: "Request will be processed", took: 0.1, requestId: crypto.randomUUID() } };
    if (verb === undefined || alias === undefined) {
      open.add((request.json as z.infer<typeof create>).alias ?? "");
      return taken;
    }
    if (request.query.get("identifierType") !== "alias") return { ...taken, dropped: "an alias is not an alert's id" };
    if (!open.has(decodeURIComponent(alias))) return { ...taken, dropped: `${verb} of an alert that is not open` };
    if (verb === "close") open.delete(decodeURIComponent(alias));
    return taken;
  });
}
