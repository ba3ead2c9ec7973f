import { expect, it } from "vitest";
import { shardOf } from "../../../src/domain/ids.ts";
import { createMemoryStore } from "../../../src/stores/memory/memory-store.ts";
import { ALL, evaluatorOf, leadAll, numbers, SHARDS, START, TICKS, WIDTH } from "./judging.ts";

const RISE = 800;
/** Soon enough that no alarm is raised. */
const SILENCE = 803;

it("tells what is near an alarm while it is, whoever is counted meanwhile, and forgets it as silence goes on", async () => {
  const next = numbers(4);
  let now = START;
  const store = createMemoryStore({ clock: { now: () => now, sleep: async () => undefined }, width: WIDTH, shards: SHARDS });
  const told: (readonly [id: string, evidence: number])[][] = [];
  const evaluator = evaluatorOf(store, {
    onSuspicious: (suspicious) => void told.push(suspicious.map(({ series, evidence }) => [series.id, evidence])),
  });
  await evaluator.lead(await leadAll(store));
  for (let tick = 0; tick < TICKS; tick++) {
    const bucket = START + tick * WIDTH;
    const increments = ALL.flatMap((series, index) => {
      const risen = index === 2 && tick >= RISE;
      if (index === 1 || (index === 2 && tick >= SILENCE) || next() > (risen ? 1 : 0.1)) return [];
      const pods = risen ? 3 : 1;
      const slots = Array.from({ length: pods }, (_, slot) => [slot, 1] as const);
      return [{ series, bucket, count: pods, slots, identified: [] }];
    });
    const own = (shard: number) =>
      increments.filter(({ series }) => shardOf(series.cluster, series.namespace, series.workload, SHARDS) === shard);
    const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
    await store.windows.record(shards.map((shard) => ({ shard, writer: "test", sequence: tick + 1, increments: own(shard) })));
    now += WIDTH;
    await evaluator.advance(now, START);
  }
  // Buckets close three minutes late, and only what has closed counts; one more minute is passed over.
  const seen = told.flatMap((suspicious, tick) => suspicious.map(([id, evidence]) => ({ tick, id, evidence })));
  expect(seen.map(({ tick, id }) => [tick, id])).toEqual([5, 6, 7, 8].map((later) => [RISE + later, "series-2"]));
  const [first, second, third, fourth] = seen.map(({ evidence }) => evidence);
  expect(second).toBe(first);
  expect(third).toBeLessThan(second ?? 0);
  expect(fourth).toBeLessThan(third ?? 0);
  expect(fourth).toBeGreaterThanOrEqual(6);
});
