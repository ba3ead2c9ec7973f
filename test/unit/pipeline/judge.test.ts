import { describe, expect, it } from "vitest";
import { shardOf } from "../../../src/domain/ids.ts";
import type { Evaluator } from "../../../src/pipeline/evaluate.ts";
import type { SeriesState } from "../../../src/pipeline/series-state.ts";
import { writtenEvery } from "../../../src/pipeline/series-track.ts";
import type { Store } from "../../../src/ports/store.ts";
import { createMemoryStore } from "../../../src/stores/memory/memory-store.ts";
import { ALL, evaluatorOf, leadAll, numbers, panel, SHARDS, START, statesOf, TICKS, WIDTH } from "./judging.ts";

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
