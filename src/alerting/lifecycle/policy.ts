import type { Severity } from "../../domain/alert.ts";

/** What the configuration decides about an alert's life. Times in milliseconds. */
export interface LifecyclePolicy {
  /** Severity of each regime by name; an alert takes the highest of its regimes. */
  readonly regimes: ReadonlyMap<string, Severity>;
  /** A cause that comes back this soon re-opens its alert instead of making a new one. */
  readonly reopenWithin: number;
  /** At most one `alert.updated` per alert in this time; what happened meanwhile is told together. */
  readonly updateEvery: number;
  /** A series is worse when its ratio is this many times what was last told. */
  readonly worseFactor: number;
  /** An open series that is not reported for this long is taken as ended. */
  readonly staleAfter: number;
  /** Public base URL without trailing slash; may be empty. */
  readonly externalUrl: string;
  /** `{policy}` is replaced by the policy's name. */
  readonly runbookUrl?: string;
}

export const DEFAULT_LIFECYCLE_POLICY: LifecyclePolicy = {
  regimes: new Map(),
  reopenWithin: 30 * 60_000,
  updateEvery: 60_000,
  worseFactor: 2,
  staleAfter: 60 * 60_000,
  externalUrl: "",
};
