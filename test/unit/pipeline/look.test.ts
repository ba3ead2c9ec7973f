/** Judging between ticks: sooner, and without a trace in what closes. */
import { describe, expect, it } from "vitest";
import type { Anomaly } from "../../../src/domain/anomaly.ts";
import { shardOf } from "../../../src/domain/ids.ts";
import type { SeriesState } from "../../../src/pipeline/series-state.ts";
import type { Increment } from "../../../src/ports/windows.ts";
import { createMemoryStore } from "../../../src/stores/memory/memory-store.ts";
import { ALL, evaluatorOf, leadAll, numbers, SHARDS, START, statesOf, TICKS, WIDTH } from "./judging.ts";

const PARTS = 3;
const SHARD_NUMBERS = Array.from({ length: SHARDS }, (_, shard) => shard);

/** What is counted in each third of each bucket: some of it out of order or late, floods from many pods, a silence. */
function stream(seed: number): readonly (readonly Increment[])[] {
  const next = numbers(seed);
  return Array.from({ length: TICKS * PARTS }, (_, step) => {
    const tick = Math.floor(step / PARTS);
    if (tick > 900 && tick < 950) return [];
    return ALL.flatMap((series, index) => {
      if ((index === 1 && tick < 820) || next() < 0.7) return [];
      const late = next() < 0.2 ? Math.floor(next() * 5) : 0;
      const flood = (index === 2 && tick > 800 && tick < 830) || (index === 4 && tick > 850 && tick < 860) ? 12 : 0;
      const bucket = START + Math.max(0, tick - late) * WIDTH;
      const count = 1 + Math.floor(next() * 3) + flood;
      return [{ series, bucket, count, slots: Array.from({ length: count }, (_, pod) => [pod, 1] as const), identified: [] }];
    });
  });
}

interface Judged {
  /** Anomalies as they were at each tick, by series. */
  readonly told: readonly ReadonlyMap<string, Anomaly>[];
  readonly states: readonly ReadonlyMap<string, SeriesState>[];
}

/** `looks`: how many of the three parts of a bucket are looked at when they were counted. */
async function judged(seed: number, looks: number): Promise<Judged> {
  let now = START;
  const store = createMemoryStore({ clock: { now: () => now, sleep: async () => undefined }, width: WIDTH, shards: SHARDS });
  const evaluator = evaluatorOf(store);
  await evaluator.lead(await leadAll(store));
  await evaluator.advance(START, START);
  const told: ReadonlyMap<string, Anomaly>[] = [];
  const states: ReadonlyMap<string, SeriesState>[] = [];
  for (const [step, increments] of stream(seed).entries()) {
    const own = (shard: number) =>
      increments.filter(({ series }) => shardOf(series.cluster, series.namespace, series.workload, SHARDS) === shard);
    await store.windows.record(
      SHARD_NUMBERS.map((shard) => ({ shard, writer: "test", sequence: step + 1, increments: own(shard) })),
    );
    const part = step % PARTS;
    now += WIDTH / PARTS;
    if (part < looks && part < PARTS - 1) await evaluator.look(now, now);
    if (part < PARTS - 1) continue;
    if (looks === PARTS) await evaluator.look(now - 1, now - 1);
    await evaluator.advance(now, START);
    const stored = await store.windows.readAnomalies(SHARD_NUMBERS);
    told.push(new Map(stored.flatMap((shard) => [...shard].map(([id, text]) => [id, JSON.parse(text) as Anomaly]))));
    if (told.length % 25 === 0) states.push(await statesOf(store));
  }
  return { told, states };
}

/** When each series was first told to be open, and in which ticks it was. */
function opened({ told }: Judged) {
  return told.map((tick) => new Map([...tick].filter(([, { state }]) => state === "open")));
}

describe("looking at buckets that have not ended", () => {
  it.each([11, 12, 13])("leaves the same states as judging when they end, and is never later (seed %i)", async (seed) => {
    const plain = await judged(seed, 0);
    const openAtTicks = opened(plain);
    expect(openAtTicks.filter((tick) => tick.size > 0).length).toBeGreaterThan(20);
    let earlier = 0;
    for (const looks of [1, PARTS]) {
      const often = await judged(seed, looks);
      expect(often.states).toEqual(plain.states);
      for (const [tick, open] of opened(often).entries()) {
        for (const [id, anomaly] of openAtTicks[tick] ?? []) {
          const own = open.get(id);
          expect(own).toBeDefined();
          expect(own?.openedAt).toBeLessThanOrEqual(anomaly.openedAt);
          // But for when it was found it is the same: onset, size and evidence are those of the ended buckets.
          expect({ ...own, openedAt: 0 }).toEqual({ ...anomaly, openedAt: 0 });
          if ((own?.openedAt ?? 0) < anomaly.openedAt) earlier++;
        }
      }
      const ends = ({ told }: Judged) => told.at(-1);
      expect([...(ends(often) ?? [])].map(([id, one]) => [id, one.state, one.resolvedAt])).toEqual(
        [...(ends(plain) ?? [])].map(([id, one]) => [id, one.state, one.resolvedAt]),
      );
    }
    expect(earlier).toBeGreaterThan(0);
  });
});
