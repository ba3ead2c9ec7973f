import type { Clock } from "../../ports/clock.ts";
import type { Store } from "../../ports/store.ts";
import { type WindowLayout, type WindowOptions, windowLayout } from "../window-layout.ts";
import { RedisConnection } from "./connection.ts";
import { Keys, layoutKey } from "./keys.ts";
import { RedisAlerts } from "./redis-alerts.ts";
import { RedisLeases } from "./redis-leases.ts";
import { RedisTimeline } from "./redis-timeline.ts";
import { RedisWindows } from "./redis-windows.ts";
import { toList, toMap, toNumber } from "./replies.ts";

export interface RedisStoreOptions extends WindowOptions {
  /** redis://, rediss://, redis+cluster://a:1,b:2, redis+sentinel://a,b/NAME; with user:password@ and /db. */
  readonly url: string;
  /** Overrides the user of the URL. */
  readonly username?: string | undefined;
  /** Overrides the password of the URL. */
  readonly password?: string | undefined;
  /** Certificate authority to trust instead of the usual ones, PEM. */
  readonly ca?: string | undefined;
  /** Beginning of every key. */
  readonly prefix?: string;
  readonly clock: Clock;
}

export interface RedisStore extends Store {
  /** What an operator should know about this Redis: settings under which counts may get lost. */
  warnings(): Promise<readonly string[]>;
}

const DEFAULT_PREFIX = "tenfold:v1:";

/** Connects to Redis; rejects with `store_unavailable` when it is away, `invalid_configuration` for a wrong URL. */
export async function openRedisStore(options: RedisStoreOptions): Promise<RedisStore> {
  const prefix = options.prefix ?? DEFAULT_PREFIX;
  const connection = await RedisConnection.open(options.url, options);
  try {
    const layout = await recordedLayout(connection, prefix, windowLayout(options));
    const keys = new Keys(prefix, layout.shards);
    const windows = new RedisWindows(layout, connection, keys, options.clock);
    await windows.start();
    return {
      windows,
      leases: new RedisLeases(connection, keys, options.clock),
      timeline: new RedisTimeline(connection, keys, options.clock),
      alerts: new RedisAlerts(connection, keys, options.clock),
      ping: () => connection.ping(),
      close: () => connection.close(),
      warnings: () => readWarnings(connection),
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** Number of shards and width as first written to this store: keys were built with them. */
async function recordedLayout(connection: RedisConnection, prefix: string, wanted: WindowLayout): Promise<WindowLayout> {
  const key = layoutKey(prefix);
  await connection.one({ command: "hsetnx", args: [key, "shards", wanted.shards] });
  await connection.one({ command: "hsetnx", args: [key, "width", wanted.width] });
  const [shards, width] = toList(await connection.one({ command: "hmget", args: [key, "shards", "width"] }));
  return { ...wanted, shards: toNumber(shards), width: toNumber(width) };
}

async function readWarnings(connection: RedisConnection): Promise<readonly string[]> {
  const warnings = new Set<string>();
  for (const reply of await connection.configuration("maxmemory-policy")) {
    const policy = toMap(reply).get("maxmemory-policy");
    if (policy !== undefined && policy !== "noeviction") {
      warnings.add(`maxmemory-policy is ${policy}: under memory pressure Redis drops counts; set noeviction`);
    }
  }
  let unlogged = false;
  for (const reply of await connection.configuration("appendonly")) {
    if (toMap(reply).get("appendonly") === "no") {
      unlogged = true;
      warnings.add("appendonly is no: a crash of Redis loses what was counted since its last snapshot; set yes");
    }
  }
  for (const reply of await connection.configuration("appendfsync")) {
    const policy = toMap(reply).get("appendfsync");
    if (policy !== undefined && policy !== "always" && !unlogged) {
      // While a sync is under way Redis puts off writing for up to two seconds, and answers all the same.
      warnings.add(`appendfsync is ${policy}: a crash of Redis may lose seconds of acknowledged counts; set always`);
    }
  }
  return [...warnings];
}
