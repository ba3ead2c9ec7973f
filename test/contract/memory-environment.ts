import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryStore } from "../../src/stores/memory/memory-store.ts";
import { ManualClock, type StoreEnvironment } from "./store-environment.ts";
import { T0 } from "./store-fixtures.ts";

/** The embedded store. With a directory, "another process" is the same data read again from disk. */
export function memoryEnvironment(withDirectory: boolean): StoreEnvironment {
  return {
    name: withDirectory ? "memory with a directory" : "memory",
    fresh: async (options = {}) => {
      const clock = new ManualClock(T0);
      const directory = withDirectory ? await mkdtemp(join(tmpdir(), "tenfold-store-")) : undefined;
      const store = createMemoryStore({ ...options, clock, ...(directory === undefined ? {} : { directory }) });
      return {
        store,
        second: async () => store,
        pass: async (milliseconds) => clock.advance(milliseconds),
        close: async () => {
          await store.close();
          if (directory !== undefined) await rm(directory, { recursive: true, force: true });
        },
      };
    },
    stop: async () => undefined,
  };
}
