/** Five series on a store with wide buckets, and an evaluator for them: for tests of judging that need days to pass quickly. */
import { createPanel, DETECTOR_NAMES } from "../../../detectors/index.ts";
import { shardOf } from "../../../src/domain/ids.ts";
import type { Series } from "../../../src/domain/series.ts";
import { Evaluator, type EvaluatorOptions } from "../../../src/pipeline/evaluate.ts";
import { PriorFinder } from "../../../src/pipeline/prior.ts";
import { decodeState, type SeriesState } from "../../../src/pipeline/series-state.ts";
import { type Lease, shardLease } from "../../../src/ports/leases.ts";
import type { Store } from "../../../src/ports/store.ts";

export const WIDTH = 60_000;
export const START = Date.parse("2026-01-05T00:00:00Z");
/** Longer than the twelve hours that a series without any prior learns before it is judged. */
export const TICKS = 1_000;
export const SHARDS = 2;
export const panel = createPanel({ lnThreshold: 9, minRatio: 3, minEvents: 5, noiseFactor: 1.5, detectors: DETECTOR_NAMES });

/** Series that wait for late events for different times; one with two versions, so that the second inherits. */
export const ALL: readonly Series[] = ["cart", "cart", "card-api", "ledger", "search"].map((workload, index) => ({
  id: `series-${index}`,
  level: "leaf",
  cluster: "north",
  policy: "deny-egress",
  engine: "cilium",
  namespace: "shop",
  workload: `Deployment/${workload}`,
  digest: `sha256:${String(index).repeat(64)}`,
  regimes: [],
  quality: "exact",
  lateness: index === 3 ? 6 * WIDTH : index === 4 ? 0 : 3 * WIDTH,
}));

/** Same seed, same numbers: a linear congruential generator is random enough for counts. */
export function numbers(seed: number): () => number {
  let value = seed;
  return () => {
    value = (Math.imul(value, 1664525) + 1013904223) >>> 0;
    return value / 2 ** 32;
  };
}

export function evaluatorOf(store: Store, hooks: Pick<EvaluatorOptions, "onSuspicious"> = {}): Evaluator {
  return new Evaluator({
    windows: store.windows,
    panelFor: () => panel,
    priors: new PriorFinder({ windows: store.windows, values: store.alerts, previousDigest: () => undefined }),
    shareOf: (_cluster, _namespace, workload, _digest, from) =>
      workload.endsWith("ledger") ? 0.25 + 0.5 * ((from / WIDTH) % 2) : undefined,
    timelineVersion: () => 0,
    width: WIDTH,
    lateness: 3 * WIDTH,
    ...hooks,
  });
}

export async function leadAll(store: Store): Promise<readonly (readonly [number, Lease])[]> {
  const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
  const got = await store.leases.acquire(shards.map(shardLease), "test", 86_400_000);
  return shards.flatMap((shard) => {
    const lease = got[shard];
    return lease ? [[shard, lease] as const] : [];
  });
}

export async function statesOf(store: Store): Promise<ReadonlyMap<string, SeriesState>> {
  const out = new Map<string, SeriesState>();
  for (const series of ALL) {
    const shard = shardOf(series.cluster, series.namespace, series.workload, SHARDS);
    const text = (await store.windows.readStates(shard, [series.id])).get(series.id);
    const state = text === undefined ? undefined : decodeState(text);
    if (state) out.set(series.id, state);
  }
  return out;
}
