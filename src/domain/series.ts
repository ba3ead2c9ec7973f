import type { Quality } from "./violation.ts";

/** What a series counts: `leaf` is (cluster, policy, workload, digest); the others are sums over leaves. */
export type SeriesLevel = "leaf" | "workload" | "policy" | "regime" | "namespace";

/**
 * A counted series. `id` is a hash of the canonical encoding of its identity (see ids.ts), so it is the same in every
 * daemon and store. Fields that do not apply to a roll-up level are empty strings.
 */
export interface Series {
  readonly id: string;
  readonly level: SeriesLevel;
  readonly cluster: string;
  readonly policy: string;
  readonly engine: string;
  readonly namespace: string;
  /** `Kind/name`, or `unattributed`. */
  readonly workload: string;
  /** `sha256:<64 hex>`, or `unknown`. */
  readonly digest: string;
  readonly image?: string;
  readonly regimes: readonly string[];
  /** Worst quality of its records so far. */
  readonly quality: Quality;
  /** Milliseconds that a bucket of this series stays open after its end. */
  readonly lateness: number;
}
