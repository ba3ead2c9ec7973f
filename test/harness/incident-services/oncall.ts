/** The formatted webhook of Grafana OnCall. */
import { z } from "zod";
import { type IncidentService, isJson, problemsOf, startIncidentService, webUrl } from "./service.ts";

/** Alerts of one integration in five minutes. */
const RATE = 300;

const alert = z.object({
  alert_uid: z.string().min(1).nullish(),
  title: z.string().nullish(),
  image_url: webUrl.nullish(),
  state: z.enum(["alerting", "ok"]).nullish(),
  link_to_upstream_details: webUrl.nullish(),
  message: z.string().nullish(),
});

export function startOnCall(): Promise<IncidentService> {
  let count = 0;
  return startIncidentService((request) => {
    if (request.method !== "POST" || !/^\/integrations\/v1\/formatted_webhook\/[^/]+\/$/.test(request.path))
      return { status: 404, body: {} };
    count++;
    if (count > RATE) return { status: 429, headers: { "retry-after": "60" }, body: { detail: "Alert rate limit was exceeded" } };
    const errors = isJson(request) ? problemsOf(alert, request.json) : ["Content-Type must be application/json"];
    return errors.length > 0 ? { status: 400, body: { errors } } : { status: 200, body: "Ok." };
  });
}
