/** `/v1/alerts`: what fired, and what operators do about it. */
import type { AlertState, Severity } from "../../domain/alert.ts";
import type { AlertQuery, HttpApi, OperatorAction } from "../api.ts";
import { JsonBody } from "../json-body.ts";
import { ParameterError } from "../problem.ts";
import { present, QueryReader } from "../query.ts";
import { built, found, type Route, type RouteRequest } from "../route.ts";

const STATES: readonly AlertState[] = ["firing", "acknowledged", "mitigated", "resolved"];
const SEVERITIES: readonly Severity[] = ["critical", "error", "warning", "info"];

export function alertRoutes(api: HttpApi): readonly Route[] {
  const action = (
    name: string,
    untilRequired: boolean,
    act: (id: string, action: OperatorAction) => Promise<unknown> | undefined,
  ): Route => ({
    method: "POST",
    path: `/v1/alerts/:id/${name}`,
    scope: "operate",
    handle: async (request) => {
      const id = request.params.id ?? "";
      const result = built(act(id, readAction(request, untilRequired)));
      return { status: 200, json: found(await result, `alert ${JSON.stringify(id)}`) };
    },
  });
  return [
    {
      method: "GET",
      path: "/v1/alerts",
      scope: "read",
      handle: async ({ query }) => {
        const page = await built(api.listAlerts?.(readQuery(query)));
        return { status: 200, json: { alerts: page.items, cursor: page.cursor ?? null } };
      },
    },
    {
      method: "GET",
      path: "/v1/alerts/:id",
      scope: "read",
      handle: async ({ params, query }) => {
        new QueryReader(query).end();
        const id = params.id ?? "";
        return { status: 200, json: found(await built(api.getAlert?.(id)), `alert ${JSON.stringify(id)}`) };
      },
    },
    action("acknowledge", false, (id, by) => api.acknowledgeAlert?.(id, by)),
    action("resolve", false, (id, by) => api.resolveAlert?.(id, by)),
    action("silence", true, (id, by) => api.silenceAlert?.(id, by)),
  ];
}

function readQuery(raw: unknown): AlertQuery {
  const query = new QueryReader(raw);
  const read = {
    state: query.list("state", STATES),
    severity: query.list("severity", SEVERITIES),
    limit: query.limit(),
    ...present({
      cluster: query.text("cluster"),
      namespace: query.text("namespace"),
      regime: query.text("regime"),
      policy: query.text("policy"),
      workload: query.text("workload"),
      digest: query.digest(),
      cursor: query.cursor(),
    }),
  };
  query.end();
  return read;
}

/** Who did what: the token's name stands in for an absent author. */
export function readAction(request: RouteRequest, untilRequired: boolean): OperatorAction {
  const body = new JsonBody(request.body);
  const by = body.text("by") ?? request.caller.name;
  if (by === undefined) throw new ParameterError("by", "is required: who does this");
  const comment = body.text("comment");
  const until = body.time("until");
  if (untilRequired && until === undefined) throw new ParameterError("until", "is required: every silence has an end");
  if (untilRequired && comment === undefined) throw new ParameterError("comment", "is required: why");
  return { by, comment: comment ?? "", ...present({ until, token: request.caller.name }) };
}
