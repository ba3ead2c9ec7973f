import type { Clock } from "../../ports/clock.ts";
import type { Store } from "../../ports/store.ts";
import { type WindowOptions, windowLayout } from "../window-layout.ts";
import { MemoryAlerts } from "./memory-alerts.ts";
import { MemoryLeases } from "./memory-leases.ts";
import { MemoryTimeline } from "./memory-timeline.ts";
import { MemoryWindows } from "./memory-windows.ts";
import { NO_LOG } from "./operation.ts";

export interface MemoryStoreOptions extends WindowOptions {
  readonly clock: Clock;
  /** Where the store survives a restart; without it everything is gone with the process. */
  readonly directory?: string;
}

/** The embedded store: the semantics of the Redis store, for one process. */
export function createMemoryStore(options: MemoryStoreOptions): Store {
  const layout = windowLayout(options);
  const leases = new MemoryLeases(options.clock, NO_LOG);
  return {
    windows: new MemoryWindows(layout, leases, options.clock, NO_LOG),
    leases,
    timeline: new MemoryTimeline(NO_LOG),
    alerts: new MemoryAlerts(options.clock, leases, NO_LOG),
    ping: async () => undefined,
    close: async () => undefined,
  };
}
