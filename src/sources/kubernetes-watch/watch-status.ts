/** How a watch is doing, as numbers for metrics and words for people. */
import type { FailureReason } from "./api-failure.ts";
import { WATCHED_RESOURCES, type WatchedResource, type WatchTarget } from "./resources.ts";

export type ListReason = "start" | "expired" | "refresh";

/** What happened to a watch that somebody may want to count or to log. */
export type WatchEvent =
  | {
      readonly type: "listed";
      readonly target: WatchTarget;
      readonly reason: ListReason;
      readonly objects: number;
      /** Milliseconds. */
      readonly took: number;
    }
  /** `inARow`: 1 for the first failure after something worked. */
  | {
      readonly type: "failed";
      readonly target: WatchTarget;
      readonly reason: FailureReason;
      readonly detail: string;
      readonly inARow: number;
    }
  | { readonly type: "recovered"; readonly target: WatchTarget; readonly failures: number };

/** State of one resource, over all its namespaces the worst. */
export interface ResourceStatus {
  readonly resource: WatchedResource;
  /** Listed completely at least once. */
  readonly synced: boolean;
  /** When the server last said something about it, milliseconds; undefined: never. */
  readonly lastSeenAt: number | undefined;
  /** How long changes may have gone unseen, milliseconds: 0 while the watch stands. */
  readonly lag: number;
  readonly objects: number;
  readonly lastFailure: FailureReason | undefined;
}

/** What one watch notes about itself. */
export class WatchProgress {
  readonly target: WatchTarget;
  synced = false;
  lastSeenAt: number | undefined;
  objects = 0;
  /** Why it does not stand; undefined while it does. */
  failure: FailureReason | undefined;
  #behindSince: number | undefined;

  constructor(target: WatchTarget, now: number) {
    this.target = target;
    this.#behindSince = now;
  }

  /** The watch stands: from here on the server tells what happens when it happens. */
  standing(now: number): void {
    this.lastSeenAt = now;
    this.failure = undefined;
    this.#behindSince = undefined;
  }

  fell(reason: FailureReason | undefined, now: number): void {
    this.failure = reason;
    this.#behindSince ??= now;
  }

  lag(now: number): number {
    return this.#behindSince === undefined ? 0 : Math.max(0, now - this.#behindSince);
  }
}

/** One status for each resource that is watched. */
export function summarize(watches: readonly WatchProgress[], now: number): readonly ResourceStatus[] {
  return WATCHED_RESOURCES.flatMap((resource) => {
    const all = watches.filter(({ target }) => target.resource === resource);
    if (all.length === 0) return [];
    const seen = all.map(({ lastSeenAt }) => lastSeenAt ?? Number.NEGATIVE_INFINITY);
    const oldest = Math.min(...seen);
    return {
      resource,
      synced: all.every(({ synced }) => synced),
      lastSeenAt: Number.isFinite(oldest) ? oldest : undefined,
      lag: Math.max(...all.map((watch) => watch.lag(now))),
      objects: all.reduce((sum, { objects }) => sum + objects, 0),
      lastFailure: all.find(({ failure }) => failure !== undefined)?.failure,
    };
  });
}
