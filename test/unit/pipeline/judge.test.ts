import { describe, expect, it } from "vitest";
import { createPanel, DETECTOR_NAMES } from "../../../detectors/index.ts";
import { shardOf } from "../../../src/domain/ids.ts";
import type { Series } from "../../../src/domain/series.ts";
import { Evaluator } from "../../../src/pipeline/evaluate.ts";
import { PriorFinder } from "../../../src/pipeline/prior.ts";
import { decodeState, type SeriesState } from "../../../src/pipeline/series-state.ts";
import { writtenEvery } from "../../../src/pipeline/series-track.ts";
import { type Lease, shardLease } from "../../../src/ports/leases.ts";
import type { Store } from "../../../src/ports/store.ts";
import { createMemoryStore } from "../../../src/stores/memory/memory-store.ts";

const WIDTH = 60_000;
const START = Date.parse("2026-01-05T00:00:00Z");
/** Longer than the twelve hours that a series without any prior learns before it is judged. */
const TICKS = 1_000;
const SHARDS = 2;
const panel = createPanel({ lnThreshold: 9, minRatio: 3, minEvents: 5, noiseFactor: 1.5, detectors: DETECTOR_NAMES });

/** Series that wait for late events for different times; one with two versions, so that the second inherits. */
const ALL: readonly Series[] = ["cart", "cart", "card-api", "ledger", "search"].map((workload, index) => ({
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
function numbers(seed: number): () => number {
  let value = seed;
  return () => {
    value = (Math.imul(value, 1664525) + 1013904223) >>> 0;
    return value / 2 ** 32;
  };
}

/** What is counted before each tick: some of it late, a flood of one series in the middle, then silence, then a return. */
function stream(seed: number) {
  const next = numbers(seed);
  return Array.from({ length: TICKS }, (_, tick) => {
    const quiet = tick > 900 && tick < 950;
    return ALL.flatMap((series, index) => {
      if (quiet || (index === 1 && tick < 820) || next() < 0.4) return [];
      const late = next() < 0.2 ? Math.floor(next() * 5) : 0;
      const flood = index === 2 && tick > 800 && tick < 830 ? 60 : 0;
      const bucket = START + Math.max(0, tick - late) * WIDTH;
      return [{ series, bucket, count: 1 + Math.floor(next() * 3) + flood, slots: [[0, 1]] as const, identified: [] }];
    });
  });
}

/** How many ticks an evaluator lives before another takes over, and how many are judged in one go. */
interface Manner {
  readonly life: number;
  readonly stride: number;
}

async function judged(seed: number, manner: Manner) {
  let now = START;
  const store = createMemoryStore({ clock: { now: () => now, sleep: async () => undefined }, width: WIDTH, shards: SHARDS });
  const told: string[] = [];
  const closed = new Map<string, Closed[]>();
  let evaluator: Evaluator | undefined;
  for (const [tick, increments] of stream(seed).entries()) {
    const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
    const own = (shard: number) =>
      increments.filter(({ series }) => shardOf(series.cluster, series.namespace, series.workload, SHARDS) === shard);
    await store.windows.record(shards.map((shard) => ({ shard, writer: "test", sequence: tick + 1, increments: own(shard) })));
    now += WIDTH;
    await noteClosed(store, now, closed);
    if ((tick + 1) % manner.stride !== 0) continue;
    if (!evaluator || tick % manner.life === 0) {
      evaluator = evaluatorOf(store);
      await evaluator.lead(await leadAll(store));
    }
    await evaluator.advance(now, START);
    const anomalies = await store.windows.readAnomalies(shards);
    told.push(anomalies.map((ofShard) => [...ofShard.values()].sort().join()).join());
  }
  return { told, states: await statesOf(store), closed };
}

interface Closed {
  readonly at: number;
  readonly count: number;
  readonly clipped: number;
}

/** Reads the buckets in which nothing more can be counted from now on, for each series its own. */
async function noteClosed(store: Store, now: number, closed: Map<string, Closed[]>): Promise<void> {
  for (const { id, cluster, namespace, workload, lateness } of ALL) {
    const at = now - WIDTH - lateness;
    const [buckets] = await store.windows.readBuckets([shardOf(cluster, namespace, workload, SHARDS)], at, at + WIDTH);
    const own = buckets?.get(at)?.find(({ seriesId }) => seriesId === id);
    if (own) closed.set(id, [...(closed.get(id) ?? []), { at, count: own.count, clipped: own.clipped }]);
  }
}

function evaluatorOf(store: Store): Evaluator {
  return new Evaluator({
    windows: store.windows,
    panelFor: () => panel,
    priors: new PriorFinder({ windows: store.windows, values: store.alerts, previousDigest: () => undefined }),
    shareOf: (_cluster, _namespace, workload, _digest, from) =>
      workload.endsWith("ledger") ? 0.25 + 0.5 * ((from / WIDTH) % 2) : undefined,
    timelineVersion: () => 0,
    width: WIDTH,
    lateness: 3 * WIDTH,
  });
}

async function leadAll(store: Store): Promise<readonly (readonly [number, Lease])[]> {
  const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
  const got = await store.leases.acquire(shards.map(shardLease), "test", 86_400_000);
  return shards.flatMap((shard) => {
    const lease = got[shard];
    return lease ? [[shard, lease] as const] : [];
  });
}

async function statesOf(store: Store): Promise<ReadonlyMap<string, SeriesState>> {
  const out = new Map<string, SeriesState>();
  for (const series of ALL) {
    const shard = shardOf(series.cluster, series.namespace, series.workload, SHARDS);
    const text = (await store.windows.readStates(shard, [series.id])).get(series.id);
    const state = text === undefined ? undefined : decodeState(text);
    if (state) out.set(series.id, state);
  }
  return out;
}

describe("judging", () => {
  it.each([1, 2, 3])(
    "remembers only what it would find out again: a take-over at any tick changes nothing (seed %i)",
    async (seed) => {
      const kept = await judged(seed, { life: TICKS, stride: 1 });
      expect(kept.told.filter((text) => text.includes('"open"')).length).toBeGreaterThan(10);
      expect(kept.told.some((text) => text.includes('"resolved"'))).toBe(true);
      for (const life of [1, 7]) {
        const restarted = await judged(seed, { life, stride: 1 });
        expect(restarted.told).toEqual(kept.told);
        expect(restarted.states).toEqual(kept.states);
      }
    },
  );

  it("leaves a state that stepping through the closed buckets one after the other leaves, at most five buckets behind", async () => {
    const { states, closed } = await judged(4, { life: TICKS, stride: 1 });
    for (const id of ["series-0", "series-4"]) {
      const stored = states.get(id);
      const buckets = closed.get(id) ?? [];
      const since = buckets.filter(({ at }) => at >= (stored?.end ?? 0));
      expect(since.length).toBeLessThan(writtenEvery(WIDTH) / WIDTH);
      let state: SeriesState | undefined;
      for (const { at, count, clipped } of buckets.slice(0, buckets.length - since.length)) {
        const gap = state && state.end < at ? { gapShare: 1 } : {};
        const stepped = panel.step(state?.panel, { at, width: WIDTH, count, clipped, exposure: WIDTH / 1000, ...gap });
        state = { panel: stepped.state, end: at + WIDTH };
      }
      expect(stored).toEqual(state);
    }
  });

  it("is the same after a take-over when several ticks are judged at once, as while catching up", async () => {
    const many = await judged(6, { life: TICKS, stride: 7 });
    expect(many.told.some((text) => text.includes('"open"'))).toBe(true);
    const again = await judged(6, { life: 1, stride: 7 });
    expect(again.told).toEqual(many.told);
    expect(again.states).toEqual(many.states);
  });
});
