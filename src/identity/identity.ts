/** What identifying a violation answers. */
import type { Quality } from "../domain/violation.ts";

/** Which rule answered; the first that can does, in this order. */
export type IdentityRule =
  /** The record named its own digest. */
  | "record"
  | "pod-uid"
  | "container-id"
  /** Namespace, pod name and event time. */
  | "pod-name"
  /** Address and event time. */
  | "ip"
  /** Template hash, or a ReplicaSet name or generated prefix. */
  | "template"
  /** The workload was named: the version in effect at the time, unless two were. */
  | "workload"
  /** Derived from the form of a pod name or from well-known labels. */
  | "labels"
  /** Nothing identifies the subject: counted per policy, never guessed. */
  | "none";

export interface Identity {
  /** `Kind/name` of the top owner. */
  readonly workload: string | undefined;
  /** Namespace of the subject, where only the timeline knows it. */
  readonly namespace: string | undefined;
  /** Canonical digest; undefined: unknown version. */
  readonly digest: string | undefined;
  readonly image: string | undefined;
  readonly container: string | undefined;
  readonly rule: IdentityRule;
  /** Several versions or containers fit: a rollout was on, two pods held the address, or no container was named. */
  readonly ambiguous: boolean;
  readonly quality: Quality;
}
