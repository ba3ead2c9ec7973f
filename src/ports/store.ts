import type { AlertStore } from "./alert-store.ts";
import type { LeaseStore } from "./leases.ts";
import type { TimelineLog } from "./timeline-log.ts";
import type { WindowStore } from "./windows.ts";

/** One store, four faces. Both implementations (embedded, Redis) pass one contract suite. */
export interface Store {
  readonly windows: WindowStore;
  readonly leases: LeaseStore;
  readonly timeline: TimelineLog;
  readonly alerts: AlertStore;
  /** Rejects with `store_unavailable` when the store does not answer within a second or two. */
  ping(): Promise<void>;
  /** What an operator should know: settings of the store under which counts may get lost. Asked once at start. */
  warnings?(): Promise<readonly string[]>;
  close(): Promise<void>;
}
