/** A node of the cluster goes away: its shards are unavailable, the others are not, and all are again when it is back. */
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TenfoldError } from "../../src/domain/errors.ts";
import type { Store } from "../../src/ports/store.ts";
import { openRedisStore } from "../../src/stores/redis/redis-store.ts";
import { ManualClock } from "../contract/store-environment.ts";
import { counts, increment, series, shardOfSeries, T0, WIDTH, Writer } from "../contract/store-fixtures.ts";
import { RedisCluster } from "../harness/redis-cluster.ts";

describe("Redis store on a cluster that loses a node", () => {
  let cluster: RedisCluster;
  let store: Store;
  beforeAll(async () => {
    cluster = await RedisCluster.start();
    store = await openRedisStore({ url: cluster.url, clock: new ManualClock(T0) });
  });
  afterAll(async () => {
    await store?.close();
    await cluster?.stop();
  });

  it("counts every flush once, through the loss", async () => {
    // Thirty workloads lie in many of the 64 shards, so on all three nodes.
    const all = Array.from({ length: 30 }, (_, i) => series({ workload: `Deployment/api-${i}` }));
    const writer = new Writer("w");
    const [node] = cluster.nodes;
    let failures = 0;
    for (let round = 0; round < 10; round++) {
      const byShard = new Map(
        all.map((of) => [shardOfSeries(store, of), all.filter((s) => shardOfSeries(store, s) === shardOfSeries(store, of))]),
      );
      const flushes = [...byShard].map(([shard, members]) => ({
        shard,
        writer: writer.name,
        sequence: round + 1,
        increments: members.map((of) => increment(of, T0, 1)),
      }));
      if (round === 3) await node?.kill();
      for (;;) {
        try {
          await store.windows.record(flushes);
          break;
        } catch (error) {
          if (!(error instanceof TenfoldError) || error.code !== "store_unavailable") throw error;
          failures++;
          if (failures === 1) {
            await node?.restart();
            await cluster.settled();
          }
          await pause(50);
        }
      }
    }
    expect(failures).toBeGreaterThan(0);
    for (const of of all) expect(await counts(store, of, T0, T0 + WIDTH, WIDTH)).toEqual([10]);
  });
});
