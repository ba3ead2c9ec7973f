/** What happens to counting when Redis crashes, freezes, is full or forgets its scripts. */
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { TenfoldError } from "../../src/domain/errors.ts";
import type { Store } from "../../src/ports/store.ts";
import { openRedisStore, type RedisStore } from "../../src/stores/redis/redis-store.ts";
import { ManualClock } from "../contract/store-environment.ts";
import {
  counts,
  increment,
  MINUTE,
  moveTo,
  series,
  shardOfSeries,
  T0,
  takeShard,
  WIDTH,
  Writer,
} from "../contract/store-fixtures.ts";
import { freePort } from "../harness/free-port.ts";
import { RedisServer, type RedisServerOptions } from "../harness/redis-server.ts";

const unavailable = expect.objectContaining({ code: "store_unavailable", retryable: true });

describe("Redis store when Redis fails", () => {
  const cleanUp: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const step of cleanUp.splice(0).reverse()) await step();
  });

  const startServer = async (options?: RedisServerOptions) => {
    const server = await RedisServer.start(options);
    cleanUp.push(() => server.stop());
    return server;
  };
  const openOn = async (
    server: RedisServer,
    over: { prefix?: string; shards?: number; width?: number } = {},
  ): Promise<RedisStore> => {
    const store = await openRedisStore({ url: server.url, shards: 4, clock: new ManualClock(T0), ...over });
    cleanUp.push(() => store.close());
    return store;
  };
  /** Sends one flush until it is acknowledged, always with the same sequence. */
  const persist = async (store: Store, writer: Writer, count: number) => {
    const sequence = writer.next();
    for (;;) {
      try {
        return await writer.flush(store, [increment(series(), T0, count)], sequence);
      } catch (error) {
        if (!(error instanceof TenfoldError) || !error.retryable) throw error;
        await pause(20);
      }
    }
  };

  it("a crash loses nothing acknowledged, and what was under way counts once", async () => {
    const server = await startServer({ appendOnly: true });
    const store = await openOn(server);
    const writers = ["a", "b", "c", "d"].map((name) => new Writer(name));
    let crashes = 0;
    const writing = writers.map(async (writer) => {
      for (let i = 0; i < 150; i++) {
        await persist(store, writer, 1);
        if (writer.name === "a" && (i === 40 || i === 90)) {
          // While the others have flushes under way.
          void server.kill().then(() => server.restart());
          crashes++;
        }
      }
    });
    await Promise.all(writing);
    expect(crashes).toBe(2);
    expect(await counts(store, series(), T0, T0 + WIDTH, WIDTH)).toEqual([4 * 150]);
  });

  it("says so at once while Redis is away, and goes on by itself when it is back", async () => {
    const server = await startServer({ appendOnly: true });
    const store = await openOn(server);
    const writer = new Writer("w");
    await persist(store, writer, 2);
    await server.kill();
    await expect(store.ping()).rejects.toEqual(unavailable);
    await expect(writer.flush(store, [increment(series(), T0, 1)])).rejects.toEqual(unavailable);
    await expect(store.windows.positions([0])).rejects.toEqual(unavailable);
    await server.restart();
    await persist(store, writer, 5);
    expect(await counts(store, series(), T0, T0 + WIDTH, WIDTH)).toEqual([7]);
  });

  it("does not wait for a Redis that does not answer", async () => {
    const server = await startServer();
    const store = await openOn(server);
    server.freeze();
    await expect(store.ping()).rejects.toEqual(unavailable);
    await expect(new Writer("w").flush(store, [increment(series(), T0, 1)])).rejects.toEqual(unavailable);
    server.resume();
    await persist(store, new Writer("w2"), 1);
  });

  it("is not opened without a Redis", async () => {
    const url = `redis://127.0.0.1:${await freePort()}`;
    await expect(openRedisStore({ url, clock: new ManualClock(T0) })).rejects.toEqual(unavailable);
    await expect(openRedisStore({ url: "http://x", clock: new ManualClock(T0) })).rejects.toMatchObject({
      code: "invalid_configuration",
    });
  });

  it("a full Redis is unavailable, and no half of a flush is counted", async () => {
    const server = await startServer();
    const store = await openOn(server);
    const client = server.client();
    cleanUp.push(async () => client.disconnect());
    await persist(store, new Writer("w"), 1);
    await client.config("SET", "maxmemory", "1");
    await expect(new Writer("w2").flush(store, [increment(series(), T0, 1)])).rejects.toEqual(unavailable);
    await client.config("SET", "maxmemory", "0");
    expect(await counts(store, series(), T0, T0 + WIDTH, WIDTH)).toEqual([1]);
  });

  it("forgotten scripts are sent again", async () => {
    const server = await startServer();
    const store = await openOn(server);
    const client = server.client();
    cleanUp.push(async () => client.disconnect());
    const writer = new Writer("w");
    const shards = [0, 1, 2, 3];
    await persist(store, writer, 1);
    await client.script("FLUSH");
    const flushes = shards.map((shard) => ({ shard, writer: "many", sequence: 1, increments: [increment(series(), T0, 1)] }));
    expect(await store.windows.record(flushes)).toHaveLength(4);
  });

  it("a password is needed where there is one, and never shown", async () => {
    const server = await startServer({ settings: ["--requirepass", "s3cret"] });
    const url = server.url;
    const clock = new ManualClock(T0);
    const store = await openRedisStore({ url: url.replace("redis://", "redis://:s3cret@"), clock });
    await store.close();
    await (await openRedisStore({ url, password: "s3cret", clock })).close();
    const refused = await openRedisStore({ url, password: "wrong-one", clock }).catch((error: unknown) => error);
    expect(refused).toEqual(unavailable);
    expect(String(refused)).not.toContain("wrong-one");
  });

  it("warns of settings under which counts are lost", async () => {
    const lossy = await openOn(await startServer({ settings: ["--maxmemory-policy", "allkeys-lru"] }));
    expect(await lossy.warnings()).toEqual([
      expect.stringContaining("maxmemory-policy is allkeys-lru"),
      expect.stringContaining("appendonly is no"),
    ]);
    const delayed = await openOn(await startServer({ appendOnly: true, settings: ["--appendfsync", "everysec"] }));
    expect(await delayed.warnings()).toEqual([expect.stringContaining("appendfsync is everysec")]);
    expect(await (await openOn(await startServer({ appendOnly: true }))).warnings()).toEqual([]);
  });

  it("shards and width stay what they were at the first start", async () => {
    const server = await startServer();
    await openOn(server, { shards: 4, width: 10_000 });
    const later = await openOn(server, { shards: 32, width: MINUTE });
    expect([later.windows.shards, later.windows.width]).toEqual([4, 10_000]);
  });

  it("every key starts with the prefix, is under one hash tag, and expires", async () => {
    const server = await startServer();
    const store = await openOn(server, { prefix: "custom:" });
    const shard = shardOfSeries(store, series());
    const token = await takeShard(store, shard);
    const [coordinator] = await store.leases.acquire(["coordinator"], "c", 1000);
    await store.leases.heartbeat("c", 1000);
    const writer = new Writer("w");
    const identified = [{ id: "e", dedupFor: undefined, time: T0, count: 1, slot: 3 }];
    for (let step = 0; step < 40; step++) {
      await writer.flush(store, [increment(series(), T0 + step * WIDTH, 1, { identified }), increment(series(), T0, 1)]);
      await moveTo(store, shard, T0 + step * 3 * WIDTH, token);
    }
    await store.windows.addSamples(shard, new Map([[series().id, ["{}"]]]));
    const states = new Map([[series().id, "{}"]]);
    await store.windows.commit([{ shard, token, position: T0 + 2 * 3_600_000, states, anomalies: states }]);
    await store.timeline.append([{ type: "alias", digests: ["sha256:1"], observedAt: T0 }]);
    await store.alerts.writeValue("v", "1");
    const outbox = [{ id: "m", target: "t", key: "k", sequence: 1, createdAt: T0, payload: "{}", context: "{}" }];
    await store.alerts.commitAlerts({ token: coordinator?.token ?? 0, alerts: [], transitions: [], outbox });
    await store.alerts.settle("m", { at: T0, ok: true }, "delivered");

    const client = server.client();
    cleanUp.push(async () => client.disconnect());
    const keys = await client.keys("*");
    expect(keys.length).toBeGreaterThan(25);
    for (const key of keys) expect(key).toMatch(/^custom:\{(\d+|alerts|timeline|layout)\}:/);
    const lasting: string[] = [];
    for (const key of keys) if ((await client.pttl(key)) < 0) lasting.push(key);
    // Two numbers, written once.
    expect(lasting).toEqual(["custom:{layout}:windows"]);
  });

  it("memory of the past is given back as evaluation goes on", async () => {
    const server = await startServer();
    const store = await openOn(server);
    const shard = shardOfSeries(store, series());
    const token = await takeShard(store, shard);
    const writer = new Writer("w");
    const client = server.client();
    cleanUp.push(async () => client.disconnect());
    const sizes: number[] = [];
    for (let hour = 0; hour < 60; hour++) {
      for (let step = 0; step < 12; step++) {
        const time = T0 + hour * 3_600_000 + step * 5 * MINUTE;
        await writer.flush(store, [
          increment(series(), time, 1, { identified: [{ id: `${time}`, dedupFor: undefined, time, count: 1, slot: 0 }] }),
        ]);
        await moveTo(store, shard, time + MINUTE, token);
      }
      sizes.push(await client.dbsize());
    }
    // 2 h of fine, 2 d of medium buckets are kept: from hour 49 on only one coarse bucket an hour is added.
    expect((sizes.at(-1) ?? 0) - (sizes.at(-9) ?? 0)).toBeLessThanOrEqual(8);
  });
});
