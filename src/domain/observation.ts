/** What change sources tell the timeline besides changes: pods and their owners as they were seen. */
import type { Change } from "./change.ts";

export interface ContainerObservation {
  readonly name: string;
  readonly role: "app" | "init" | "sidecar" | "ephemeral";
  /** Image reference as written. */
  readonly image?: string;
  /** Resolved digest, `sha256:<64 hex>`; absent until the image is pulled. */
  readonly digest?: string;
  readonly containerId?: string;
}

export interface PodObservation {
  readonly type: "pod";
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Immediate controller, e.g. `ReplicaSet/api-6c9f`; resolved to the top owner through owner observations. */
  readonly owner?: string;
  readonly ownerUid?: string;
  readonly templateHash?: string;
  readonly node?: string;
  readonly ips: readonly string[];
  readonly hostNetwork: boolean;
  readonly containers: readonly ContainerObservation[];
  readonly serviceAccount?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly startedAt?: number;
  readonly readyAt?: number;
  /** Earliest of: finished phase, container termination, deletion. */
  readonly endedAt?: number;
  readonly observedAt: number;
  readonly resourceVersion?: string;
}

/** A ReplicaSet, Deployment, StatefulSet, DaemonSet, Job or CronJob as seen. */
export interface OwnerObservation {
  readonly type: "owner";
  readonly cluster: string;
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  /** Controller of this owner, e.g. `Deployment/api` of a ReplicaSet. */
  readonly owner?: string;
  readonly templateHash?: string;
  readonly revision?: string;
  readonly images: readonly { readonly container: string; readonly image: string; readonly digest?: string }[];
  readonly replicas?: number;
  readonly readyReplicas?: number;
  readonly changeCause?: string;
  readonly actor?: string;
  readonly createdAt?: number;
  readonly deletedAt?: number;
  readonly observedAt: number;
}

/** Digests that name one image: index, per-platform manifest, configuration. */
export interface AliasObservation {
  readonly type: "alias";
  readonly digests: readonly string[];
  readonly image?: string;
  /** Commit and repository from OCI labels or the registry, where known. */
  readonly revision?: string;
  readonly sourceUrl?: string;
  readonly observedAt: number;
}

export interface ChangeObservation {
  readonly type: "change";
  readonly change: Change;
}

/** An object of which no end is recorded: what a source that begins anew has to find, or to end. */
export interface OpenObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Newest state of an owner; absent for pods. */
  readonly owner?: OwnerObservation;
}

/** One entry of the timeline's log. Order of arrival must not matter to what the timeline answers. */
export type TimelineRecord = PodObservation | OwnerObservation | AliasObservation | ChangeObservation;
