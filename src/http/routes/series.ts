/** `/v1/series`, `/v1/changes`, `/v1/explain`: what is counted, what changed, and why something fired or did not. */
import type { ChangeKind } from "../../domain/change.ts";
import type { HttpApi } from "../api.ts";
import { ParameterError } from "../problem.ts";
import { present, QueryReader } from "../query.ts";
import { built, found, type Route } from "../route.ts";

const KINDS: readonly ChangeKind[] = ["rollout", "rollback", "scale", "policy", "config"];
/** Most steps of one answer, as in Prometheus. */
const MAX_STEPS = 11_000;

export function seriesRoutes(api: HttpApi): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/v1/series",
      scope: "read",
      handle: async ({ query: raw }) => {
        const query = new QueryReader(raw);
        const wanted = { limit: query.limit(), ...identity(query), ...present({ cursor: query.cursor() }) };
        query.end();
        const page = await built(api.listSeries?.(wanted));
        return { status: 200, json: { series: page.items, cursor: page.cursor ?? null } };
      },
    },
    {
      method: "GET",
      path: "/v1/series/:id/buckets",
      scope: "read",
      handle: async ({ params, query: raw }) => {
        const query = new QueryReader(raw);
        const wanted = present({ ...range(query), step: query.duration("step") });
        query.end();
        checkSteps(wanted);
        const id = params.id ?? "";
        return { status: 200, json: found(await built(api.readBuckets?.(id, wanted)), `series ${JSON.stringify(id)}`) };
      },
    },
    {
      method: "GET",
      path: "/v1/changes",
      scope: "read",
      handle: async ({ query: raw }) => {
        const query = new QueryReader(raw);
        const wanted = {
          kind: query.list("kind", KINDS),
          limit: query.limit(),
          ...identity(query),
          ...present({ ...range(query), cursor: query.cursor() }),
        };
        query.end();
        const page = await built(api.listChanges?.(wanted));
        return { status: 200, json: { changes: page.items, cursor: page.cursor ?? null } };
      },
    },
    {
      method: "GET",
      path: "/v1/explain",
      scope: "read",
      handle: async ({ query: raw }) => {
        const query = new QueryReader(raw);
        const series = query.requiredText("series");
        const at = query.time("at");
        query.end();
        if (at === undefined) throw new ParameterError("at", "is required");
        return { status: 200, json: found(await built(api.explain?.(series, at)), `series ${JSON.stringify(series)}`) };
      },
    },
  ];
}

function identity(query: QueryReader) {
  return present({
    cluster: query.text("cluster"),
    namespace: query.text("namespace"),
    policy: query.text("policy"),
    workload: query.text("workload"),
    digest: query.digest(),
  });
}

function range(query: QueryReader): { readonly from: number | undefined; readonly to: number | undefined } {
  const from = query.time("from");
  const to = query.time("to");
  if (from !== undefined && to !== undefined && from >= to) throw new ParameterError("to", "must be after from");
  return { from, to };
}

function checkSteps({ from, to, step }: { readonly from?: number; readonly to?: number; readonly step?: number }): void {
  if (from === undefined || to === undefined || step === undefined) return;
  if ((to - from) / step > MAX_STEPS) throw new ParameterError("step", `gives more than ${MAX_STEPS} steps; use a longer one`);
}
