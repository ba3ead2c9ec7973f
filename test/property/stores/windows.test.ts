/** Random interleavings of two writing processes, retries and evaluation, against a list of what counted. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memoryEnvironment } from "../../contract/memory-environment.ts";
import { redisEnvironment } from "../../contract/redis-environment.ts";
import type { OpenStore, StoreEnvironment } from "../../contract/store-environment.ts";
import { counts, detection, moveTo, shardOfSeries, T0, takeShard, WIDTH, Writer } from "../../contract/store-fixtures.ts";
import { RedisServer } from "../../harness/redis-server.ts";
import { type Action, actions, SERIES, SPAN, toIncrements, WindowModel } from "./window-model.ts";

/** A quarter of the span, so that runs cross slices; events of the model come at most so late. */
const DEDUP_WINDOW = 900_000;

async function agrees(open: OpenStore, run: readonly Action[]): Promise<void> {
  const stores = [open.store, await open.second()] as const;
  const writers = [new Writer("w0"), new Writer("w1")] as const;
  const model = new WindowModel();
  const shard = shardOfSeries(open.store, SERIES[0]);
  const token = await takeShard(open.store, shard);
  let now = T0;
  for (const action of run) {
    if (action.kind === "advance") {
      now = Math.min(now + action.by * WIDTH, T0 + SPAN - WIDTH);
      await moveTo(stores[action.process], shard, now, token);
      continue;
    }
    const increments = toIncrements(action.parts, now);
    const writer = writers[action.process];
    const sequence = writer.next();
    const first = await writer.flush(stores[action.process], increments, sequence);
    if (action.again) expect(await writer.flush(stores[action.process], increments, sequence)).toEqual(first);
    model.record(action.parts, now, DEDUP_WINDOW);
  }
  for (const store of stores) {
    for (const [which, of] of SERIES.entries()) {
      expect(await counts(store, of, T0, T0 + SPAN, WIDTH)).toEqual(model.counts(which, WIDTH));
      const seen = [...(await detection(store, of)).values()];
      const sum = (index: 0 | 1) => seen.reduce((total, pair) => total + pair[index], 0);
      expect(sum(0)).toBe(model.counts(which, SPAN)[0]);
      expect(sum(1)).toBe(model.companion(which));
    }
  }
  // The same events again, now from medium and then from coarse buckets.
  await moveTo(stores[0], shard, T0 + 5 * SPAN, token);
  for (const [which, of] of SERIES.entries()) {
    expect(await counts(stores[1], of, T0, T0 + SPAN, 300_000)).toEqual(model.counts(which, 300_000));
  }
  await moveTo(stores[1], shard, T0 + 100 * SPAN, token);
  for (const [which, of] of SERIES.entries()) {
    expect(await counts(stores[0], of, T0, T0 + SPAN, SPAN)).toEqual(model.counts(which, SPAN));
  }
}

describe.each([
  ["memory", async () => memoryEnvironment(false), 200],
  [
    "redis",
    async () => {
      const server = await RedisServer.start();
      return redisEnvironment("redis", server.url, () => server.stop());
    },
    40,
  ],
] as const)("windows of %s", (_, start, numRuns) => {
  let environment: StoreEnvironment;
  beforeAll(async () => {
    environment = await start();
  });
  afterAll(() => environment?.stop());

  it("count every event exactly once, at its own time, whatever the order of writes and commits", async () => {
    await fc.assert(
      fc.asyncProperty(actions, async (run) => {
        const open = await environment.fresh({ shards: 2, dedupWindow: DEDUP_WINDOW });
        try {
          await agrees(open, run);
        } finally {
          await open.close();
        }
      }),
      { numRuns },
    );
  });
});
