/** What the simulator writes: native input records, and the truth about them that no daemon is told. */

/** A native violation: the JSON form that `POST /v1/events?source=native` takes. */
export interface ViolationRecord {
  readonly time: string;
  readonly id: string;
  readonly policy: string;
  readonly engine: string;
  readonly regimes: readonly string[];
  readonly action: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly workload: string;
  readonly pod?: string;
  readonly container: string;
  readonly image?: string;
  readonly digest?: string;
  readonly serviceAccount: string;
  readonly peer?: string;
  readonly count: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** A native change: the JSON form that `POST /v1/changes?source=native` takes. */
export interface ChangeRecord {
  readonly time: string;
  readonly kind: "rollout" | "rollback" | "scale" | "policy" | "config";
  readonly cluster: string;
  readonly namespace: string;
  readonly workload?: string;
  readonly container?: string;
  readonly image?: string;
  readonly digest?: string;
  readonly previousImage?: string;
  readonly previousDigest?: string;
  readonly policy?: string;
  readonly phase: "started" | "progressing" | "finished";
  readonly replicas?: number;
  readonly previousReplicas?: number;
  readonly actor?: string;
  readonly revision?: string;
}

export type CauseKind = "rollout" | "policy" | "scale" | "config" | "environment" | "unexplained";

/** One true incident. `series` lists everything it multiplies; the first is the strongest. */
export interface TruthRecord {
  /** When the cause acts. */
  readonly time: string;
  /** When the rates are back to normal. */
  readonly endedAt: string;
  readonly kind: CauseKind;
  /** The verdict an alert about it should reach. */
  readonly verdict: "image" | "policy" | "scale" | "config" | "environment" | "unexplained";
  readonly cluster: string;
  readonly policy: string;
  readonly namespace?: string;
  readonly workload?: string;
  readonly image?: string;
  readonly digest?: string;
  readonly previousDigest?: string;
  /** How the incident ended: by a rollback, or by itself. */
  readonly ended: "rollback" | "reverted" | "faded";
  readonly ratio: number;
  readonly series: readonly { readonly policy: string; readonly namespace: string; readonly workload: string }[];
}
