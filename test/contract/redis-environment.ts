import { setTimeout as pause } from "node:timers/promises";
import type { Store } from "../../src/ports/store.ts";
import { openRedisStore } from "../../src/stores/redis/redis-store.ts";
import { ManualClock, type StoreEnvironment } from "./store-environment.ts";
import { T0 } from "./store-fixtures.ts";

/** Stores on a running Redis, each test under a prefix of its own. */
export function redisEnvironment(name: string, url: string, stop: () => Promise<void>): StoreEnvironment {
  let opened = 0;
  return {
    name,
    fresh: async (options = {}) => {
      const clock = new ManualClock(T0);
      const prefix = `test:${opened++}:`;
      const stores: Store[] = [];
      const open = async () => {
        const store = await openRedisStore({ ...options, url, prefix, clock });
        stores.push(store);
        return store;
      };
      return {
        store: await open(),
        second: open,
        pass: async (milliseconds) => {
          clock.advance(milliseconds);
          await pause(milliseconds);
        },
        close: async () => {
          for (const store of stores) await store.close();
        },
      };
    },
    stop,
  };
}
