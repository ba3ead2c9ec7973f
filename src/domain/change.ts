/** A change: a rollout, policy edit, scaling or configuration change that may explain a spike. */

export type ChangeKind = "rollout" | "rollback" | "scale" | "policy" | "config";
export type ChangePhase = "started" | "progressing" | "finished";

export interface Change {
  /** Hash of the canonical content: the same change told twice has one id. */
  readonly id: string;
  /** When it could first act, milliseconds since the epoch, UTC. */
  readonly time: number;
  readonly receivedAt: number;
  readonly kind: ChangeKind;
  readonly phase: ChangePhase;
  readonly cluster: string;
  readonly namespace: string;
  /** `Kind/name`; absent for policy edits. */
  readonly workload?: string;
  readonly container?: string;
  readonly image?: string;
  readonly digest?: string;
  readonly previousDigest?: string;
  readonly previousImage?: string;
  /** For `policy` changes: the edited policy. */
  readonly policy?: string;
  /** Rollout: pods of the new digest now. Scale: replicas wanted. */
  readonly replicas?: number;
  /** Rollout: pods of the old digest now. Scale: replicas before. */
  readonly previousReplicas?: number;
  readonly actor?: string;
  readonly revision?: string;
  readonly url?: string;
  /** Which change source told us. */
  readonly source: string;
  /** False when a `config` change takes effect without restarting pods. */
  readonly restart?: boolean;
}
