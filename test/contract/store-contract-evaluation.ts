import { expect } from "vitest";
import type { Promised } from "./store-contract.ts";
import type { OpenStore } from "./store-environment.ts";
import {
  counts,
  detection,
  HOUR,
  increment,
  MINUTE,
  moveTo,
  series,
  shardOfSeries,
  T0,
  takeShard,
  WIDTH,
  Writer,
} from "./store-fixtures.ts";

const DAY = 24 * HOUR;

export const EVALUATION_CONTRACT: readonly Promised[] = [
  {
    name: "a commit leaves position, states and anomalies; null deletes",
    holds: async ({ store, second }) => {
      const other = await second();
      const token = await takeShard(store, 3);
      expect(await store.windows.positions([2, 3])).toEqual([undefined, undefined]);
      const first = {
        shard: 3,
        token,
        position: T0,
        states: new Map([
          ["s1", '{"n":1}'],
          ["s2", "two"],
        ]),
        anomalies: new Map([
          ["s1", "open"],
          ["s2", "open"],
        ]),
      };
      expect(await store.windows.commit([first])).toEqual([true]);
      const states = new Map([
        ["s1", null],
        ["s3", "three"],
      ]);
      expect(
        await store.windows.commit([{ shard: 3, token, position: T0 + WIDTH, states, anomalies: new Map([["s2", null]]) }]),
      ).toEqual([true]);
      expect(await other.windows.positions([3, 2])).toEqual([T0 + WIDTH, undefined]);
      expect(await other.windows.readStates(3, ["s1", "s2", "s3"])).toEqual(
        new Map([
          ["s2", "two"],
          ["s3", "three"],
        ]),
      );
      expect(await other.windows.readAnomalies([2, 3])).toEqual([new Map(), new Map([["s1", "open"]])]);
    },
  },
  {
    name: "a position never goes back",
    holds: async ({ store }) => {
      const token = await takeShard(store, 0);
      await moveTo(store, 0, T0 + HOUR, token);
      await moveTo(store, 0, T0, token);
      expect(await store.windows.positions([0])).toEqual([T0 + HOUR]);
    },
  },
  {
    name: "a commit with a stale token changes nothing",
    holds: async ({ store, second, pass }) => {
      const other = await second();
      const a = series();
      const shard = shardOfSeries(store, a);
      await new Writer("w").flush(store, [increment(a, T0, 1)]);
      const [old] = await store.leases.acquire([`shard:${shard}`], "one", 50);
      await pass(100);
      const fresh = await takeShard(other, shard, "two");
      expect(fresh).toBe((old?.token ?? 0) + 1);
      const stale = {
        shard,
        token: old?.token ?? 0,
        position: T0 + DAY,
        states: new Map([["s", "stale"]]),
        anomalies: new Map(),
      };
      const never = { ...stale, shard: (shard + 1) % 8, token: 0 };
      expect(await store.windows.commit([stale, never])).toEqual([false, false]);
      expect(await store.windows.positions([shard])).toEqual([undefined]);
      expect(await store.windows.readStates(shard, ["s"])).toEqual(new Map());
      expect(await moveTo(other, shard, T0, fresh)).toBe(true);
    },
  },
  {
    name: "a lease has one owner, keeps its token on renewal, and passes on when released or expired",
    holds: async ({ store, second, pass }) => {
      const other = await second();
      const [a, b] = await store.leases.acquire(["shard:1", "coordinator"], "one", HOUR);
      expect([a?.token, b?.token]).toEqual([1, 1]);
      const [again] = await store.leases.acquire(["shard:1"], "one", HOUR);
      expect(again?.token).toBe(1);
      expect(await other.leases.acquire(["shard:1", "shard:2"], "two", 50)).toMatchObject([
        undefined,
        { name: "shard:2", token: 1 },
      ]);
      await other.leases.release(["shard:1"], "two");
      expect((await other.leases.acquire(["shard:1"], "two", HOUR))[0]).toBeUndefined();
      await store.leases.release(["shard:1"], "one");
      expect((await other.leases.acquire(["shard:1"], "two", HOUR))[0]?.token).toBe(2);
      await pass(100);
      expect((await store.leases.acquire(["shard:2"], "one", HOUR))[0]?.token).toBe(2);
    },
  },
  {
    name: "the living are those whose heart beat lately",
    holds: async ({ store, second, pass }) => {
      const other = await second();
      expect(await store.leases.heartbeat("b", HOUR)).toEqual(["b"]);
      expect(await other.leases.heartbeat("a", 50)).toEqual(["a", "b"]);
      await pass(100);
      expect(await store.leases.heartbeat("b", HOUR)).toEqual(["b"]);
    },
  },
  {
    name: "every event is counted exactly once by event time, at every step, before and after it is rolled up",
    holds: everyEventOnce,
  },
  {
    name: "levels answer for each other as they expire",
    holds: async ({ store }) => {
      const a = series();
      const shard = shardOfSeries(store, a);
      const token = await takeShard(store, shard);
      const writer = new Writer("w");
      for (const at of [0, 7 * MINUTE, 3 * HOUR, 3 * HOUR + 5 * MINUTE]) await writer.flush(store, [increment(a, T0 + at, 1)]);
      const hourly = () => counts(store, a, T0, T0 + 4 * HOUR, HOUR);
      // Fine buckets are kept for 2 h, medium ones for 2 days: each position makes one more level expire.
      for (const position of [T0 + 3 * HOUR + 10 * MINUTE, T0 + 6 * HOUR, T0 + DAY, T0 + 3 * DAY]) {
        await moveTo(store, shard, position, token);
        expect(await hourly()).toEqual([2, 0, 0, 2]);
      }
      expect((await detection(store, a, T0, T0 + 4 * HOUR)).size).toBe(0);
      // An event later than everything still finds its hour, and its way into detection.
      await writer.flush(store, [increment(a, T0 + HOUR, 5)]);
      expect(await hourly()).toEqual([2, 5, 0, 2]);
      expect((await detection(store, a, T0 + 2 * DAY, T0 + 4 * DAY)).size).toBe(1);
      await moveTo(store, shard, T0 + 500 * DAY, token);
      expect(await hourly()).toEqual([0, 0, 0, 0]);
    },
  },
  {
    name: "a series that is silent for the medium retention is forgotten, and comes back when it speaks again",
    holds: async ({ store, second }) => {
      const other = await second();
      const a = series();
      const shard = shardOfSeries(store, a);
      const token = await takeShard(store, shard);
      const writer = new Writer("w");
      await writer.flush(store, [increment(a, T0, 1)]);
      await store.windows.commit([
        { shard, token, position: T0 + HOUR, states: new Map([[a.id, "state"]]), anomalies: new Map() },
      ]);
      await moveTo(other, shard, T0 + 3 * DAY, token);
      expect(await store.windows.findSeries({ policy: a.policy }, 9)).toEqual([]);
      expect(await store.windows.readStates(shard, [a.id])).toEqual(new Map());
      await writer.flush(store, [increment(a, T0 + 3 * DAY, 1)]);
      expect(await other.windows.findSeries({ policy: a.policy }, 9)).toEqual([a]);
    },
  },
  {
    name: "an anomaly not rewritten for a day is forgotten",
    holds: async ({ store }) => {
      const token = await takeShard(store, 0);
      await store.windows.commit([{ shard: 0, token, position: T0, states: new Map(), anomalies: new Map([["s", "open"]]) }]);
      await moveTo(store, 0, T0 + DAY - HOUR, token);
      expect((await store.windows.readAnomalies([0]))[0]?.size).toBe(1);
      await moveTo(store, 0, T0 + DAY, token);
      expect((await store.windows.readAnomalies([0]))[0]?.size).toBe(0);
    },
  },
];

async function everyEventOnce({ store }: OpenStore): Promise<void> {
  const a = series({ lateness: MINUTE });
  const patient = series({ policy: "flow-logs", lateness: 6 * MINUTE });
  const shard = shardOfSeries(store, a);
  const token = await takeShard(store, shard);
  const writer = new Writer("w");
  // Expected: one tally per 10 s of event time, kept beside the store.
  const tally = new Array<number>(120).fill(0);
  for (let step = 0; step < 120; step++) {
    // Every step counts now; every seventh also something of 4 minutes ago, which is late for a.
    const now = increment(a, T0 + step * WIDTH, 1 + (step % 3));
    tally[step] = (tally[step] ?? 0) + now.count;
    const increments = [now, increment(patient, T0 + step * WIDTH, 1)];
    if (step % 7 === 0 && step >= 24) {
      increments.push(increment(a, T0 + (step - 24) * WIDTH, 2));
      tally[step - 24] = (tally[step - 24] ?? 0) + 2;
    }
    await writer.flush(store, increments);
    await moveTo(store, shard, T0 + step * WIDTH, token);
    if (step % 10 !== 9) continue;
    expect(await counts(store, a, T0, T0 + 1200_000, WIDTH)).toEqual(tally);
    const total = tally.reduce((sum, count) => sum + count, 0);
    const seen = [...(await detection(store, a)).values()].reduce((sum, [count]) => sum + count, 0);
    expect(seen).toBe(total);
  }
  const perFive = [0, 1, 2, 3].map((m) => tally.slice(30 * m, 30 * m + 30).reduce((sum, count) => sum + count, 0));
  expect(await counts(store, a, T0, T0 + 1200_000, 5 * MINUTE)).toEqual(perFive);
  // Now only medium, then only coarse buckets answer.
  await moveTo(store, shard, T0 + 4 * HOUR, token);
  expect(await counts(store, a, T0, T0 + 1200_000, 5 * MINUTE)).toEqual(perFive);
  expect(await counts(store, patient, T0, T0 + HOUR, HOUR)).toEqual([120]);
  await moveTo(store, shard, T0 + 4 * DAY, token);
  expect(await counts(store, a, T0, T0 + HOUR, HOUR)).toEqual([perFive.reduce((sum, count) => sum + count, 0)]);
}
