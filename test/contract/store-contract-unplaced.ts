import { expect } from "vitest";
import type { Series } from "../../src/domain/series.ts";
import type { Store } from "../../src/ports/store.ts";
import type { Increment, Placement, UnplacedCount } from "../../src/ports/windows.ts";
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

const UNKNOWN = series();
const NEW = series({ digest: `sha256:${"a".repeat(64)}`, quality: "inferred" });
const KEPT = 30 * MINUTE;

/** Events of unknown pods; `placed` ones come beside them, in slot 0. */
function strangers(bucket: number, unplaced: readonly UnplacedCount[], placed = 0, of: Series = UNKNOWN): Increment {
  const count = unplaced.reduce((sum, one) => sum + one.count, placed);
  return increment(of, bucket, count, { slots: placed > 0 ? [[0, placed]] : [], unplaced });
}

function to(store: Store, pod: string, bucket: number, target = NEW, from = UNKNOWN): Placement {
  return { shard: shardOfSeries(store, from), seriesId: from.id, bucket, pod, target };
}

async function unplaced(store: Store): Promise<readonly (readonly [pod: string, seconds: number, count: number])[]> {
  const [found] = await store.windows.readUnplaced([shardOfSeries(store, UNKNOWN)]);
  const rows = (found ?? []).map(({ pod, bucket, count }) => [pod, (bucket - T0) / SECOND, count] as const);
  return rows.sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1));
}

export const UNPLACED_CONTRACT: readonly Promised[] = [
  {
    name: "events of an unknown pod are moved once, whoever asks, to a series that is described by it",
    holds: async ({ store, second }) => {
      const other = await second();
      const writer = new Writer("w");
      const pods = [
        { pod: "p1", slot: 1, count: 5 },
        { pod: "p2", slot: 2, count: 2 },
      ];
      const flush = [strangers(T0, pods, 1)];
      const sequence = writer.next();
      await writer.flush(store, flush, sequence);
      await writer.flush(store, flush, sequence);
      expect(await unplaced(other)).toEqual([
        ["p1", 0, 5],
        ["p2", 0, 2],
      ]);
      expect(await detection(store, UNKNOWN)).toEqual(new Map([[0, [8, 6]]]));
      expect(await other.windows.place([to(store, "p1", T0)])).toBe(5);
      expect(await store.windows.place([to(store, "p1", T0)])).toBe(0);
      expect(await unplaced(store)).toEqual([["p2", 0, 2]]);
      // Three of the five had counted in the companion, and do so in the target.
      expect(await detection(store, UNKNOWN)).toEqual(new Map([[0, [3, 3]]]));
      expect(await detection(other, NEW)).toEqual(new Map([[0, [5, 3]]]));
      expect(await counts(store, NEW, T0, T0 + WIDTH, WIDTH)).toEqual([5]);
      const { digest } = NEW;
      expect(await other.windows.findSeries({ digest }, 10)).toEqual([NEW]);
    },
  },
  {
    name: "a series from which everything was moved is shown with nothing, and can count again",
    holds: async ({ store }) => {
      const writer = new Writer("w");
      await writer.flush(store, [strangers(T0, [{ pod: "p", slot: 7, count: 4 }])]);
      await store.windows.place([to(store, "p", T0)]);
      expect(await detection(store, UNKNOWN)).toEqual(new Map([[0, [0, 0]]]));
      await writer.flush(store, [increment(UNKNOWN, T0, 4, { slots: [[7, 4]] })]);
      expect(await detection(store, UNKNOWN)).toEqual(new Map([[0, [4, 3]]]));
    },
  },
  {
    name: "repeated events of an unknown pod are not moved",
    holds: async ({ store }) => {
      const writer = new Writer("w");
      const named = (id: string, pod: string) => event(id, T0, { slot: 3, unplaced: pod });
      await writer.flush(store, [increment(UNKNOWN, T0, 0, { identified: [named("x", "p"), named("y", "p"), named("x", "p")] })]);
      await writer.flush(store, [increment(UNKNOWN, T0, 0, { identified: [named("y", "p"), named("z", "q")] })]);
      expect(await unplaced(store)).toEqual([
        ["p", 0, 2],
        ["q", 0, 1],
      ]);
      expect(await store.windows.place([to(store, "p", T0), to(store, "q", T0), to(store, "p", T0)])).toBe(3);
      expect(await detection(store, NEW)).toEqual(new Map([[0, [3, 3]]]));
    },
  },
  {
    name: "what detection has judged stays, and history is moved at every level",
    holds: async ({ store }) => {
      const shard = shardOfSeries(store, UNKNOWN);
      const writer = new Writer("w");
      await writer.flush(store, [strangers(T0, [{ pod: "p", slot: 1, count: 5 }], 2)]);
      const token = await takeShard(store, shard);
      await moveTo(store, shard, T0 + 20 * MINUTE, token);
      expect(await store.windows.place([to(store, "p", T0)])).toBe(5);
      expect(await detection(store, UNKNOWN)).toEqual(new Map([[0, [7, 5]]]));
      expect(await detection(store, NEW)).toEqual(new Map());
      const level = async (of: Series, step: number) => (await counts(store, of, T0, T0 + step, step))[0];
      expect([await level(UNKNOWN, WIDTH), await level(NEW, WIDTH)]).toEqual([2, 5]);
      await moveTo(store, shard, T0 + 4 * HOUR, token);
      expect([await level(UNKNOWN, 5 * MINUTE), await level(NEW, 5 * MINUTE)]).toEqual([2, 5]);
      await moveTo(store, shard, T0 + 60 * HOUR, token);
      expect([await level(UNKNOWN, HOUR), await level(NEW, HOUR)]).toEqual([2, 5]);
    },
  },
  {
    name: "events of an hour that is rolled up already are moved in it, late ones too",
    holds: async ({ store }) => {
      const shard = shardOfSeries(store, UNKNOWN);
      const writer = new Writer("w");
      const at = T0 + 50 * MINUTE;
      const token = await takeShard(store, shard);
      await writer.flush(store, [strangers(at, [{ pod: "p", slot: 1, count: 2 }])]);
      await moveTo(store, shard, at + 15 * MINUTE, token);
      const late = await writer.flush(store, [strangers(at, [{ pod: "p", slot: 1, count: 4 }], 1)]);
      expect(late.late).toBe(5);
      expect(await unplaced(store)).toEqual([["p", 3000, 6]]);
      const seen = await detection(store, UNKNOWN);
      expect(await store.windows.place([to(store, "p", at)])).toBe(6);
      expect(await detection(store, UNKNOWN)).toEqual(seen);
      expect(await counts(store, UNKNOWN, at, at + 15 * MINUTE, 15 * MINUTE)).toEqual([1]);
      for (const later of [HOUR, 4 * HOUR, 60 * HOUR]) {
        await moveTo(store, shard, at + later, token);
        expect(await counts(store, UNKNOWN, T0, T0 + HOUR, HOUR)).toEqual([1]);
        expect(await counts(store, NEW, T0, T0 + HOUR, HOUR)).toEqual([6]);
      }
    },
  },
  {
    name: "a pod that proves to be of the series it is counted in is only forgotten",
    holds: async ({ store }) => {
      await new Writer("w").flush(store, [strangers(T0, [{ pod: "p", slot: 1, count: 2 }])]);
      expect(await store.windows.place([to(store, "p", T0, UNKNOWN)])).toBe(0);
      expect(await unplaced(store)).toEqual([]);
      expect(await detection(store, UNKNOWN)).toEqual(new Map([[0, [2, 2]]]));
    },
  },
  {
    name: "what is known of a target stays, but for its quality",
    holds: async ({ store }) => {
      const known = { ...NEW, quality: "exact", image: "acme/api:1.2", regimes: ["pci", "extra"] } as const;
      const writer = new Writer("w");
      await writer.flush(store, [increment(known, T0, 1), strangers(T0, [{ pod: "p", slot: 0, count: 3 }])]);
      await store.windows.place([to(store, "p", T0)]);
      const shard = shardOfSeries(store, NEW);
      expect((await store.windows.readSeries(shard, [NEW.id])).get(NEW.id)).toEqual({ ...known, quality: "inferred" });
      // The slot had one event: two of the three still count in the companion.
      expect(await detection(store, NEW)).toEqual(new Map([[0, [4, 3]]]));
    },
  },
  {
    name: "sub-counters are kept for half an hour, and what comes later still is not kept",
    holds: async ({ store }) => {
      const shard = shardOfSeries(store, UNKNOWN);
      const writer = new Writer("w");
      const token = await takeShard(store, shard);
      const pod = [{ pod: "p", slot: 1, count: 2 }];
      await writer.flush(store, [strangers(T0, pod), strangers(T0 + MINUTE, pod)]);
      await moveTo(store, shard, T0 + WIDTH + KEPT, token);
      expect(await unplaced(store)).toEqual([["p", 60, 2]]);
      expect(await store.windows.place([to(store, "p", T0)])).toBe(0);
      expect((await writer.flush(store, [strangers(T0, pod)])).overflow).toBe(0);
      expect(await unplaced(store)).toEqual([["p", 60, 2]]);
      expect(await counts(store, UNKNOWN, T0, T0 + WIDTH, WIDTH)).toEqual([4]);
    },
  },
  {
    name: "beyond the limit of sub-counters events stay where they are, and this is told",
    holds: async ({ store }) => {
      const writer = new Writer("w");
      const pods = (first: number, last: number) =>
        Array.from({ length: last - first + 1 }, (_, index) => ({ pod: `p${first + index}`, slot: index % 64, count: 1 }));
      expect((await writer.flush(store, [strangers(T0, pods(1, 4_090))])).overflow).toBe(0);
      const more = await writer.flush(store, [
        strangers(T0, [...pods(1, 3), ...pods(4_091, 4_100)]),
        strangers(T0 + WIDTH, pods(1, 2)),
      ]);
      expect(more.overflow).toBe(6);
      expect(await unplaced(store)).toHaveLength(4_096);
      expect(await store.windows.place([to(store, "p1", T0), to(store, "p4100", T0)])).toBe(2);
      expect((await writer.flush(store, [strangers(T0, pods(5_000, 5_001))])).overflow).toBe(1);
      expect((await detection(store, UNKNOWN)).get(0)?.[0]).toBe(4_103);
    },
  },
  {
    name: "a target beyond the limit of series leaves the events where they are",
    holds: async ({ store }) => {
      const writer = new Writer("w");
      await writer.flush(store, [
        ...Array.from({ length: 49 }, (_, index) => increment(series({ policy: `other-${index}` }), T0, 1)),
        strangers(T0, [{ pod: "p", slot: 1, count: 2 }]),
      ]);
      expect(await store.windows.place([to(store, "p", T0)])).toBe(0);
      expect(await detection(store, UNKNOWN)).toEqual(new Map([[0, [2, 2]]]));
      expect(await unplaced(store)).toEqual([["p", 0, 2]]);
    },
  },
];
