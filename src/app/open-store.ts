/** Opens the store that a URL names. */
import type { Config } from "../../config/schema.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import { createMemoryStore } from "../stores/memory/memory-store.ts";
import { openRedisStore } from "../stores/redis/redis-store.ts";

export type StoreSettings = Pick<Config, "store" | "buckets" | "limits">;

/** `memory:` is the embedded store, `memory:/path` the same kept in that folder; everything else is Redis. */
export async function openStore(url: string, settings: StoreSettings, clock: Clock): Promise<Store> {
  const { store, buckets, limits } = settings;
  const windows = {
    shards: store.shards,
    width: buckets.width,
    dedupWindow: store.dedup_window,
    retention: buckets.retention,
    seriesLimit: limits.series,
  };
  if (!url.startsWith("memory:")) {
    const { username, password, ca } = store;
    return openRedisStore({ ...windows, username, password, ca, url, prefix: store.key_prefix, clock });
  }
  const directory = url.slice("memory:".length);
  return createMemoryStore({ ...windows, clock, ...(directory === "" ? {} : { directory }) });
}
