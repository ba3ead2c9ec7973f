/** What an incident does: which pods of which series make more, or fewer, events from when on, and who is to blame. */

export type IncidentKind =
  | "rollout"
  | "canary"
  | "shared-digest"
  | "delayed"
  | "redeploy"
  | "policy-edit"
  | "other-policy-edit"
  | "config-restart"
  | "config-live"
  | "scale-up"
  | "surge"
  | "cluster"
  | "external"
  | "none"
  | "one-pod";

/** Weights of the kinds among the episodes. */
export const INCIDENT_WEIGHTS: Readonly<Record<IncidentKind, number>> = {
  rollout: 0.2,
  canary: 0.1,
  "shared-digest": 0.08,
  delayed: 0.07,
  redeploy: 0.05,
  "policy-edit": 0.12,
  "other-policy-edit": 0.04,
  "config-restart": 0.06,
  "config-live": 0.04,
  "scale-up": 0.06,
  surge: 0.05,
  cluster: 0.05,
  external: 0.06,
  none: 0.02,
  "one-pod": 0.03,
};

/** A change of the rate of one series. */
export interface Effect {
  readonly policy: number;
  readonly workload: number;
  /** Events per minute added at the reference number of replicas (spread over the pods reached), or a factor on the base. */
  readonly added?: number;
  readonly factor?: number;
  /** From when each pod is reached, seconds; undefined: all pods, from `from` on. */
  readonly podFrom?: ReadonlyMap<number, number>;
  readonly from: number;
  /** The whole of `added` falls on the pods reached, however few they are. */
  readonly concentrated?: boolean;
}

export type TruthClass = "rollout" | "config" | "policy" | "scale" | "cluster" | "none";

export interface Truth {
  readonly kind: TruthClass;
  /** Ids of the changes to blame. */
  readonly changes: readonly string[];
}

export const NO_CAUSE: Truth = { kind: "none", changes: [] };
