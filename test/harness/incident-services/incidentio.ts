/** An HTTP alert source of incident.io. */
import { z } from "zod";
import { type IncidentService, isJson, problemsOf, startIncidentService, webUrl } from "./service.ts";

export const INCIDENTIO_TOKEN = "invented-token-of-an-alert-source";
const MAX_BYTES = 512_000;

const event = z.object({
  title: z.string().min(1),
  status: z.enum(["firing", "resolved"]),
  deduplication_key: z.string().min(1).optional(),
  description: z.string().optional(),
  source_url: webUrl.optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});

export function startIncidentIo(): Promise<IncidentService> {
  return startIncidentService((request) => {
    if (request.method !== "POST" || !/^\/v2\/alert_events\/http\/[^/]+$/.test(request.path)) return { status: 404, body: {} };
    if (request.headers.authorization !== `Bearer ${INCIDENTIO_TOKEN}`)
      return { status: 401, body: { type: "authentication_error", status: 401 } };
    // What is too large is told as too much.
    if (Buffer.byteLength(request.text) > MAX_BYTES) return { status: 429, body: { type: "rate_limited", status: 429 } };
    const errors = isJson(request) ? problemsOf(event, request.json) : ["Content-Type must be application/json"];
    if (errors.length > 0) return { status: 422, body: { type: "validation_error", status: 422, errors } };
    const { deduplication_key } = request.json as z.infer<typeof event>;
    return { status: 202, body: { status: "success", message: "Event accepted for processing", deduplication_key } };
  });
}
