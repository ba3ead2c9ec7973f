/**
 * A violation: one event saying that a policy denied, would have denied, or flagged something.
 *
 * Sources produce `Violation`s without identity guarantees (workload and digest may be missing); the identify step
 * fills them in from the timeline. All times are milliseconds since the Unix epoch, UTC.
 */

/** What the policy did. `deny`: blocked; `audit`: would have blocked; `warn`: warned the requester; `alert`: only observed. */
export type ViolationAction = "deny" | "audit" | "warn" | "alert";

/**
 * How literally a count may be taken. `exact`: the source counts each event once. `inferred`: the digest was given by
 * the timeline. `lower-bound`: the source dropped or merged events.
 */
export type Quality = "exact" | "inferred" | "lower-bound";

export const UNKNOWN_DIGEST = "unknown";
/** Workload of events whose subject could not be resolved: counted per policy, never guessed. */
export const UNATTRIBUTED = "unattributed";

export interface Violation {
  /** Event time: decides the bucket. */
  readonly time: number;
  /** Arrival time at this daemon (or the event time in replay). */
  readonly receivedAt: number;
  /** Stable id of the event at its source, if any; two violations with one id are one event. Namespaced by engine. */
  readonly id?: string;
  /** How long ids like this one must be remembered, milliseconds. Default: the store's `dedup_window`. */
  readonly dedupFor?: number;
  /** Never empty. An unnamed default deny is `default-deny:<direction>`. */
  readonly policy: string;
  /** The enforcing product: falco, hubble, calico, native … */
  readonly engine: string;
  /** Regimes stated by the record itself; configuration matchers may add more. */
  readonly regimes: readonly string[];
  readonly action: ViolationAction;
  /** Never empty: the receiver's default when the record does not say. */
  readonly cluster: string;
  /** Empty for cluster-scoped subjects. */
  readonly namespace: string;
  /** `Kind/name` of the top owner, e.g. `Deployment/card-api`. */
  readonly workload?: string;
  readonly pod?: string;
  readonly podUid?: string;
  readonly podIp?: string;
  readonly container?: string;
  /** 12 or 64 hex digits, without runtime prefix. */
  readonly containerId?: string;
  /** `pod-template-hash` or `controller-revision-hash`. */
  readonly templateHash?: string;
  /** A ReplicaSet name or generateName prefix when only that is known, e.g. `api-6c9f` from `api-6c9f-*`. */
  readonly ownerPrefix?: string;
  readonly image?: string;
  /** `sha256:<64 hex>`. */
  readonly digest?: string;
  readonly serviceAccount?: string;
  readonly peer?: string;
  /** The control point, e.g. node or host name. */
  readonly enforcedBy?: string;
  /** The policy that actually decided, when it is not `policy`. */
  readonly decidedBy?: string;
  /** How many events the record stands for; integer >= 1. */
  readonly count: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly message?: string;
  readonly quality: Quality;
  /** How long after its event time a record of this source may normally arrive, milliseconds. Default: `buckets.lateness`. */
  readonly lateness?: number;
}
