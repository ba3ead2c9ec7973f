/** `/v1/deliveries`: messages owed, delivered and given up, with every attempt. */
import type { DeliveryQuery, HttpApi } from "../api.ts";
import { present, QueryReader } from "../query.ts";
import { built, found, type Route } from "../route.ts";
import { readAction } from "./alerts.ts";

const STATES = ["pending", "delivered", "dead"] as const;

export function deliveryRoutes(api: HttpApi): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/v1/deliveries",
      scope: "read",
      handle: async ({ query }) => {
        const page = await built(api.listDeliveries?.(readQuery(query)));
        return { status: 200, json: { deliveries: page.items, cursor: page.cursor ?? null } };
      },
    },
    {
      method: "POST",
      path: "/v1/deliveries/:id/replay",
      scope: "operate",
      handle: async (request) => {
        const id = request.params.id ?? "";
        const view = await built(api.replayDelivery?.(id, readAction(request, false)));
        return { status: 202, json: found(view, `delivery ${JSON.stringify(id)}`) };
      },
    },
  ];
}

function readQuery(raw: unknown): DeliveryQuery {
  const query = new QueryReader(raw);
  const read = {
    state: query.list("state", STATES),
    limit: query.limit(),
    ...present({
      receiver: query.text("receiver"),
      alert: query.text("alert"),
      cursor: query.cursor(),
    }),
  };
  query.end();
  return read;
}
