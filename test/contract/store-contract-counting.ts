import { expect } from "vitest";
import type { Promised } from "./store-contract.ts";
import {
  counts,
  detection,
  event,
  HOUR,
  increment,
  MINUTE,
  moveTo,
  SECOND,
  series,
  shardOfSeries,
  T0,
  takeShard,
  WIDTH,
  Writer,
} from "./store-fixtures.ts";

export const COUNTING_CONTRACT: readonly Promised[] = [
  {
    name: "counts of several writers add up per series and bucket",
    holds: async ({ store, second }) => {
      const other = await second();
      const a = series();
      const b = series({ digest: `sha256:${"b".repeat(64)}` });
      await new Writer("w1").flush(store, [increment(a, T0, 2), increment(b, T0, 5), increment(a, T0 + WIDTH, 1)]);
      await new Writer("w2").flush(other, [increment(a, T0, 4)]);
      // All share slot 0 and one minute: 2 and 1 of the first writer leave no room for the second.
      expect(await detection(store, a)).toEqual(
        new Map([
          [0, [6, 2]],
          [10, [1, 1]],
        ]),
      );
      expect(await detection(other, b)).toEqual(new Map([[0, [5, 3]]]));
    },
  },
  {
    name: "a flush sent again is counted once and answered alike",
    holds: async ({ store }) => {
      const writer = new Writer("w");
      const a = series();
      const flush = [increment(a, T0, 1, { identified: [event("x", T0), event("x", T0)] })];
      const sequence = writer.next();
      const first = await writer.flush(store, flush, sequence);
      expect(first.duplicates).toEqual([[1]]);
      expect(await writer.flush(store, flush, sequence)).toEqual(first);
      await writer.flush(store, [increment(a, T0, 3)]);
      await writer.flush(store, flush, sequence);
      expect(await detection(store, a)).toEqual(new Map([[0, [5, 3]]]));
    },
  },
  {
    name: "several flushes of one shard in one call are all counted",
    holds: async ({ store }) => {
      const a = series();
      const shard = shardOfSeries(store, a);
      const flushes = [1, 2, 3].map((sequence) => ({ shard, writer: "w", sequence, increments: [increment(a, T0, sequence)] }));
      expect(await store.windows.record(flushes)).toHaveLength(3);
      expect((await detection(store, a)).get(0)).toEqual([6, 3]);
    },
  },
  {
    name: "an event id counts once within its window, over writers, digests and slice borders",
    holds: async ({ store, second }) => {
      const other = await second();
      const a = series();
      const resolvedLater = series({ digest: `sha256:${"c".repeat(64)}` });
      // Ten minutes is the default window and T0 a border between its slices: one event lies on each side.
      const before = increment(a, T0 - WIDTH, 0, { identified: [event("e", T0 - 1)] });
      expect((await new Writer("w1").flush(store, [before])).duplicates).toEqual([[]]);
      const after = increment(resolvedLater, T0, 0, { identified: [event("e", T0 + 1), event("f", T0 + 1)] });
      expect((await new Writer("w2").flush(other, [after])).duplicates).toEqual([[0]]);
      const muchLater = increment(a, T0 + 30 * MINUTE, 0, { identified: [event("e", T0 + 30 * MINUTE)] });
      expect((await new Writer("w3").flush(store, [muchLater])).duplicates).toEqual([[]]);
      expect(await detection(store, resolvedLater)).toEqual(new Map([[0, [1, 1]]]));
      expect(await detection(store, a)).toEqual(
        new Map([
          [-10, [1, 1]],
          [1800, [1, 1]],
        ]),
      );
    },
  },
  {
    name: "an id can ask to be remembered for longer",
    holds: async ({ store }) => {
      const a = series();
      const writer = new Writer("w");
      const long = { dedupFor: 2 * HOUR };
      await writer.flush(store, [increment(a, T0, 0, { identified: [event("e", T0, long)] })]);
      const again = increment(a, T0 + HOUR, 0, { identified: [event("e", T0 + HOUR, long)] });
      expect((await writer.flush(store, [again])).duplicates).toEqual([[0]]);
    },
  },
  {
    name: "the companion count takes three events per pod slot and minute, exactly over writers",
    holds: async ({ store, second }) => {
      const other = await second();
      const a = series();
      const one = new Writer("w1");
      const two = new Writer("w2");
      await one.flush(store, [
        increment(a, T0, 3, {
          slots: [
            [1, 2],
            [2, 1],
          ],
        }),
      ]); // 2 + 1
      await two.flush(other, [
        increment(a, T0 + WIDTH, 12, {
          slots: [
            [1, 10],
            [63, 2],
          ],
        }),
      ]); // 1 (slot 1 is full) + 2
      await one.flush(store, [increment(a, T0 + WIDTH, 5, { slots: [[2, 5]] })]); // 2 (slot 2 had one)
      await two.flush(other, [increment(a, T0 + MINUTE, 4, { slots: [[1, 4]] })]); // 3: a new minute
      const withIds = [event("i", T0, { slot: 63, count: 2 })]; // 1: slot 63 had two
      await one.flush(store, [increment(a, T0, 0, { identified: withIds })]);
      expect(await detection(store, a)).toEqual(
        new Map([
          [0, [5, 4]],
          [10, [17, 5]],
          [60, [4, 3]],
        ]),
      );
    },
  },
  {
    name: "late events are told, enter the oldest open bucket, and count at their own time",
    holds: async ({ store }) => {
      const a = series();
      const writer = new Writer("w");
      const shard = shardOfSeries(store, a);
      await writer.flush(store, [increment(a, T0, 2)]);
      // With 60 s lateness, position 12:00+5:05 closes every bucket that starts before 4:00 (start + 10 s + 60 s <= 305 s).
      await moveTo(store, shard, T0 + 305 * SECOND, await takeShard(store, shard));
      // Companion count: the minute of T0 has room for one more, the minute of 4:00 takes its one event.
      const result = await writer.flush(store, [increment(a, T0 + 20 * SECOND, 4), increment(a, T0 + 240 * SECOND, 1)]);
      expect(result.late).toBe(4);
      expect(await detection(store, a)).toEqual(
        new Map([
          [0, [2, 2]],
          [240, [5, 2]],
        ]),
      );
      expect(await counts(store, a, T0, T0 + 30 * SECOND, WIDTH)).toEqual([2, 0, 4]);
      expect(await counts(store, a, T0 + 240 * SECOND, T0 + 250 * SECOND, WIDTH)).toEqual([1]);
    },
  },
  {
    name: "series with different lateness close at different times",
    holds: async ({ store }) => {
      const quick = series({ lateness: 0 });
      const patient = series({ policy: "flow-logs", lateness: 6 * MINUTE });
      const shard = shardOfSeries(store, quick);
      const writer = new Writer("w");
      await writer.flush(store, [increment(quick, T0, 1), increment(patient, T0, 1)]);
      await moveTo(store, shard, T0 + 100 * SECOND, await takeShard(store, shard));
      const result = await writer.flush(store, [increment(quick, T0, 10), increment(patient, T0, 20)]);
      expect(result.late).toBe(10);
      expect((await detection(store, patient)).get(0)?.[0]).toBe(21);
      expect((await detection(store, quick)).get(0)?.[0]).toBe(1);
      expect((await detection(store, quick)).get(100)?.[0]).toBe(10);
      expect(await counts(store, quick, T0, T0 + 5 * MINUTE, 5 * MINUTE)).toEqual([11]);
    },
  },
  {
    name: "new series beyond the limit are refused, known ones are not",
    holds: async ({ store }) => {
      const writer = new Writer("w");
      const known = series({ policy: "p0" });
      for (let i = 0; i < 50; i++) await writer.flush(store, [increment(series({ policy: `p${i}` }), T0, 1)]);
      const beyond = series({ policy: "p50" });
      const result = await writer.flush(store, [increment(known, T0, 1), increment(beyond, T0, 1)]);
      expect(result.refused).toEqual([1]);
      expect((await detection(store, known)).get(0)?.[0]).toBe(2);
      expect(await detection(store, beyond)).toEqual(new Map());
      expect(await store.windows.findSeries({}, 100)).toHaveLength(50);
    },
  },
  {
    name: "series are described, found by every field, in the order of their ids",
    holds: async ({ store, second }) => {
      const writer = new Writer("w");
      const all = ["a", "b", "c", "d"].flatMap((namespace) =>
        ["p1", "p2"].map((policy) =>
          series({ namespace, policy, workload: `Deployment/${namespace}`, digest: `sha256:${namespace.repeat(64)}` }),
        ),
      );
      for (const one of all) await writer.flush(store, [increment(one, T0, 1)]);
      const other = await second();
      const ids = (found: readonly { id: string }[]) => found.map(({ id }) => id);
      const sorted = (list: readonly { id: string }[]) => ids(list).sort((a, b) => (a < b ? -1 : 1));
      expect(ids(await other.windows.findSeries({}, 100))).toEqual(sorted(all));
      expect(ids(await other.windows.findSeries({}, 3))).toEqual(sorted(all).slice(0, 3));
      const p1 = all.filter(({ policy }) => policy === "p1");
      expect(ids(await other.windows.findSeries({ policy: "p1" }, 100))).toEqual(sorted(p1));
      expect(ids(await other.windows.findSeries({ policy: "p1" }, 2))).toEqual(sorted(p1).slice(0, 2));
      expect(await other.windows.findSeries({ namespace: "b", policy: "p2" }, 9)).toEqual(
        all.filter((s) => s.namespace === "b" && s.policy === "p2"),
      );
      expect(ids(await other.windows.findSeries({ workload: "Deployment/c" }, 9))).toEqual(sorted(all.slice(4, 6)));
      expect(ids(await other.windows.findSeries({ digest: `sha256:${"d".repeat(64)}` }, 9))).toEqual(sorted(all.slice(6, 8)));
      expect(await other.windows.findSeries({ cluster: "elsewhere" }, 9)).toEqual([]);
      const [first] = all;
      if (!first) throw new Error("no series");
      const known = await other.windows.readSeries(shardOfSeries(other, first), [first.id, "unknown"]);
      expect([...known]).toEqual([[first.id, first]]);
    },
  },
  {
    name: "the quality of a series only gets worse, the rest of its description is the newest",
    holds: async ({ store, second }) => {
      const other = await second();
      const bad = series({ quality: "lower-bound" });
      const good = series({ quality: "exact", image: "registry.example/api:2" });
      await new Writer("w1").flush(store, [increment(bad, T0, 1)]);
      await new Writer("w2").flush(other, [increment(good, T0, 1)]);
      const shard = shardOfSeries(store, bad);
      const known = await store.windows.readSeries(shard, [bad.id]);
      expect(known.get(bad.id)).toEqual({ ...good, quality: "lower-bound" });
    },
  },
  {
    name: "only the newest five samples of a known series are kept",
    holds: async ({ store }) => {
      const a = series();
      const shard = shardOfSeries(store, a);
      await new Writer("w").flush(store, [increment(a, T0, 1)]);
      await store.windows.addSamples(
        shard,
        new Map([
          [a.id, ["1", "2", "3"]],
          ["unknown", ["x"]],
        ]),
      );
      await store.windows.addSamples(shard, new Map([[a.id, ["4", "5", "6"]]]));
      expect(await store.windows.readSamples(shard, a.id)).toEqual(["2", "3", "4", "5", "6"]);
      expect(await store.windows.readSamples(shard, "unknown")).toEqual([]);
    },
  },
];
