/** Rootly's generic webhook: takes any JSON object, and ignores one that is byte for byte like one before. */
import { z } from "zod";
import { type IncidentService, isJson, problemsOf, startIncidentService, webUrl } from "./service.ts";

/** What the mapping of our documentation reads. */
const mapped = z.object({
  title: z.string().min(1),
  description: z.string(),
  external_url: webUrl.optional(),
  external_id: z.string().min(1),
  state: z.enum(["firing", "resolved"]),
});

export function startRootly(): Promise<IncidentService> {
  const seen = new Set<string>();
  return startIncidentService((request) => {
    const known = /^\/webhooks\/incoming\/generic_webhooks(?:\/notify\/[^/]+\/[^/]+)?$/.test(request.path);
    if (request.method !== "POST" || !known) return { status: 404, body: {} };
    const errors = isJson(request) ? problemsOf(mapped, request.json) : ["Content-Type must be application/json"];
    if (errors.length > 0) return { status: 422, body: { errors } };
    if (seen.has(request.text)) return { status: 200, body: {}, dropped: "byte for byte like one before" };
    seen.add(request.text);
    return { status: 200, body: {} };
  });
}
