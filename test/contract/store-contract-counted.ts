import { expect } from "vitest";
import type { Store } from "../../src/ports/store.ts";
import type { Promised } from "./store-contract.ts";
import { event, increment, MINUTE, moveTo, series, shardOfSeries, T0, takeShard, WIDTH, Writer } from "./store-fixtures.ts";

const A = series();
const B = series({ digest: `sha256:${"b".repeat(64)}` });

/** What was counted in the shard of A since the last call: by bucket (relative to T0, in widths), sorted. */
async function counted(store: Store) {
  const [buckets] = await store.windows.takeCounted([shardOfSeries(store, A)]);
  return [...(buckets ?? [])]
    .sort((a, b) => a[0] - b[0])
    .map(([at, list]) => [(at - T0) / WIDTH, [...list].sort((a, b) => (a.seriesId < b.seriesId ? -1 : 1))] as const);
}

function one(of: typeof A, count: number, clipped: number) {
  return { seriesId: of.id, count, clipped };
}

export const COUNTED_CONTRACT: readonly Promised[] = [
  {
    name: "what was counted is told once, with all that is in the bucket by then, whoever counted it",
    holds: async ({ store, second }) => {
      const other = await second();
      const first = new Writer("w1");
      const two = new Writer("w2");
      expect(await counted(store)).toEqual([]);
      await first.flush(store, [increment(A, T0, 2), increment(B, T0, 1), increment(A, T0 + WIDTH, 1)]);
      await two.flush(other, [increment(A, T0, 5)]);
      const both = [one(A, 7, 2), one(B, 1, 1)].sort((a, b) => (a.seriesId < b.seriesId ? -1 : 1));
      expect(await counted(store)).toEqual([
        [0, both],
        [1, [one(A, 1, 1)]],
      ]);
      expect(await counted(store)).toEqual([]);
      await two.flush(other, [increment(B, T0, 2)]);
      expect(await counted(store)).toEqual([[0, [one(B, 3, 3)]]]);
    },
  },
  {
    name: "a repetition is not counted, so it is not told",
    holds: async ({ store }) => {
      const writer = new Writer("w");
      const repeated = increment(A, T0, 0, { identified: [event("x", T0)] });
      await writer.flush(store, [repeated]);
      await counted(store);
      await writer.flush(store, [repeated]);
      expect(await counted(store)).toEqual([]);
    },
  },
  {
    name: "a late event is told in the bucket in which detection sees it",
    holds: async ({ store }) => {
      const writer = new Writer("w");
      await writer.flush(store, [increment(A, T0, 1)]);
      await counted(store);
      const token = await takeShard(store, shardOfSeries(store, A));
      await moveTo(store, shardOfSeries(store, A), T0 + 2 * MINUTE, token);
      await writer.flush(store, [increment(A, T0, 4)]);
      expect(await counted(store)).toEqual([[6, [one(A, 4, 2)]]]);
    },
  },
  {
    name: "what was told is still there for those who read whole buckets, and other shards are left alone",
    holds: async ({ store }) => {
      await new Writer("w").flush(store, [increment(A, T0, 2)]);
      const shard = shardOfSeries(store, A);
      expect(await store.windows.takeCounted([(shard + 1) % store.windows.shards])).toEqual([new Map()]);
      expect(await counted(store)).toEqual([[0, [one(A, 2, 2)]]]);
      const [buckets] = await store.windows.readBuckets([shard], T0, T0 + WIDTH);
      expect(buckets?.get(T0)).toEqual([one(A, 2, 2)]);
    },
  },
];
