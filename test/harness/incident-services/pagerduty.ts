/** PagerDuty Events API v2: alerts at /v2/enqueue, change events at /v2/change/enqueue. */
import { z } from "zod";
import { type IncidentService, isJson, problemsOf, type ServiceAnswer, startIncidentService, text } from "./service.ts";

const MAX_BYTES = 512_000;
/** Calls a minute for one key. */
const RATE = 120;

const links = z.array(z.object({ href: z.url(), text: z.string().optional() })).optional();
const details = z.record(z.string(), z.unknown()).optional();
const timestamp = z.iso.datetime({ offset: true }).optional();
const routing = z.string().length(32);
const key = text(255);

const trigger = z.object({
  routing_key: routing,
  event_action: z.literal("trigger"),
  dedup_key: key.optional(),
  payload: z.object({
    summary: text(1024),
    source: z.string().min(1),
    severity: z.enum(["critical", "error", "warning", "info"]),
    timestamp,
    component: z.string().optional(),
    group: z.string().optional(),
    class: z.string().optional(),
    custom_details: details,
  }),
  images: z
    .array(z.object({ src: z.url({ protocol: /^https$/ }), href: z.url().optional(), alt: z.string().optional() }))
    .optional(),
  links,
  client: z.string().optional(),
  client_url: z.url().optional(),
});
const follow = z.object({ routing_key: routing, event_action: z.enum(["acknowledge", "resolve"]), dedup_key: key });
const event = z.discriminatedUnion("event_action", [trigger, follow]);

const change = z.object({
  routing_key: routing.regex(/^[^R]/, "change events need the key of a service"),
  payload: z.object({ summary: text(1024), source: z.string().optional(), timestamp, custom_details: details }),
  links,
  images: z.never().optional(),
  dedup_key: z.never().optional(),
  event_action: z.never().optional(),
});

const CHANGE_TAKEN: ServiceAnswer = { status: 202, body: { status: "success", message: "Change event processed" } };

/** What follows on no open alert is dropped, as the real one does. */
export function startPagerDuty(): Promise<IncidentService> {
  const open = new Set<string>();
  const calls = new Map<string, number>();
  return startIncidentService((request) => {
    const schema = { "/v2/enqueue": event, "/v2/change/enqueue": change }[request.path];
    if (request.method !== "POST" || schema === undefined) return { status: 404, body: { status: "not found" } };
    if (Buffer.byteLength(request.text) > MAX_BYTES) return { status: 413, body: { status: "payload too large" } };
    const errors = isJson(request) ? problemsOf(schema, request.json) : ["Content-Type must be application/json"];
    if (errors.length > 0) return { status: 400, body: { status: "invalid event", message: "Event object is invalid", errors } };
    const body = request.json as z.infer<typeof event>;
    const count = (calls.get(body.routing_key) ?? 0) + 1;
    calls.set(body.routing_key, count);
    if (count > RATE) return { status: 429, body: { status: "throttle exceeded" } };
    return request.path === "/v2/enqueue" ? take(body, open) : CHANGE_TAKEN;
  });
}

function take(body: z.infer<typeof event>, open: Set<string>): ServiceAnswer {
  const id = `${body.routing_key} ${body.dedup_key}`;
  const answer = { status: 202, body: { status: "success", message: "Event processed", dedup_key: body.dedup_key } };
  if (body.event_action === "trigger") open.add(id);
  else if (!open.has(id)) return { ...answer, dropped: `${body.event_action} of an alert that is not open` };
  if (body.event_action === "resolve") open.delete(id);
  return answer;
}
