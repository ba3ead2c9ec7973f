import type { Clock } from "../../ports/clock.ts";
import type { Store } from "../../ports/store.ts";
import { type WindowLayout, type WindowOptions, windowLayout } from "../window-layout.ts";
import { lockDirectory } from "./directory-lock.ts";
import { Journal } from "./journal.ts";
import { NO_LOG } from "./operation.ts";
import { StoreState } from "./store-state.ts";

export interface MemoryStoreOptions extends WindowOptions {
  readonly clock: Clock;
  /** Where the store survives a restart; without it everything is gone with the process. */
  readonly directory?: string;
  /** Bytes a journal may have before a snapshot replaces it. */
  readonly journalSize?: number;
}

/**
 * The embedded store: the semantics of the Redis store, for one process. With a directory, everything acknowledged
 * survives a crash of the process or the machine. Throws `invalid_configuration` when another process has the directory.
 */
export function createMemoryStore(options: MemoryStoreOptions): Store {
  const { clock, directory } = options;
  const layout = windowLayout(options);
  if (directory === undefined) return storeOf(new StoreState(layout, clock, NO_LOG), async () => undefined);
  const unlock = lockDirectory(directory);
  try {
    return openDirectory(options, directory, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

function openDirectory(options: MemoryStoreOptions, directory: string, unlock: () => void): Store {
  let state: StoreState | undefined;
  const journal = new Journal(directory, () => state?.dump() ?? [], options.journalSize);
  const layout = windowLayout(options);
  const build = (recorded: Pick<WindowLayout, "shards" | "width">): StoreState =>
    new StoreState({ ...layout, shards: recorded.shards, width: recorded.width }, options.clock, journal);
  journal.restore(
    (value) => {
      if (state === undefined) state = build(value as WindowLayout);
      else state.load(value);
    },
    (operation) => {
      if (operation.op === "layout") state ??= build(operation);
      else state?.apply(operation);
    },
  );
  if (state === undefined) {
    state = build(layout);
    // Not waited for: it is written before, and acknowledged with, the first operation.
    journal.append({ op: "layout", shards: layout.shards, width: layout.width }).catch(() => undefined);
  }
  return storeOf(state, async () => {
    await journal.close();
    unlock();
  });
}

function storeOf(state: StoreState, close: () => Promise<void>): Store {
  const { windows, leases, timeline, alerts } = state;
  return { windows, leases, timeline, alerts, ping: async () => undefined, close };
}
