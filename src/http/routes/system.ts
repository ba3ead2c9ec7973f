/** `/metrics`, `/healthz`, `/readyz`, `/-/reload`. */
import type { HttpApi } from "../api.ts";
import { built, type Route } from "../route.ts";

export function systemRoutes(api: HttpApi): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/metrics",
      scope: "read",
      handle: async () => {
        const { contentType, body } = await api.metrics();
        return { status: 200, bytes: body, headers: { "content-type": contentType } };
      },
    },
    // Probes of an orchestrator carry no token; both answers hold no data.
    { method: "GET", path: "/healthz", scope: undefined, handle: async () => ({ status: 200, json: { status: "ok" } }) },
    {
      method: "GET",
      path: "/readyz",
      scope: undefined,
      handle: async () => {
        const { ready, checks } = await api.ready();
        return { status: ready ? 200 : 503, json: { status: ready ? "ready" : "not ready", checks } };
      },
    },
    {
      method: "POST",
      path: "/-/reload",
      scope: "operate",
      handle: async () => {
        await built(api.reload?.());
        return { status: 200, json: { status: "reloaded" } };
      },
    },
  ];
}
