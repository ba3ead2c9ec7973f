/** `GET /v1/stream`: server-sent events. */
import { TenfoldError } from "../../domain/errors.ts";
import type { HttpApi } from "../api.ts";
import type { EventStreams } from "../event-streams.ts";
import { QueryReader } from "../query.ts";
import { built, type Route } from "../route.ts";

export function streamRoutes(api: HttpApi, streams: EventStreams): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/v1/stream",
      scope: "read",
      handle: async ({ headers, query: raw }) => {
        const subscribe = built(api.subscribe?.bind(api));
        const query = new QueryReader(raw);
        const header = headers["last-event-id"];
        const lastEventId = query.text("last_event_id") ?? (Array.isArray(header) ? header[0] : header);
        query.end();
        if (streams.full) throw new TenfoldError("overloaded", "too many clients follow the stream", { retryAfter: 5 });
        return { takeOver: (response) => streams.open(response, (listener) => subscribe(listener, lastEventId)) };
      },
    },
  ];
}
