/** The alert object people and programs see. Its JSON form is the contract: timestamps RFC 3339 with milliseconds. */
import type { Quality } from "./violation.ts";

export type AlertState = "firing" | "acknowledged" | "mitigated" | "resolved";
export type Severity = "critical" | "error" | "warning" | "info";
export type TransitionType = "alert.fired" | "alert.updated" | "alert.acknowledged" | "alert.mitigated" | "alert.resolved";
export type VerdictKind = "image" | "policy" | "scale" | "config" | "environment" | "unexplained" | "inconclusive";
export type Tier = "asserted" | "likely" | "unexplained";

export interface AlertSeries {
  readonly id: string;
  readonly policy: string;
  readonly engine: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly workload: string;
  readonly digest: string;
  readonly image?: string;
  readonly observed: number;
  readonly expected: number;
  readonly windowSeconds: number;
  readonly ratio: number;
  readonly ratioInterval: readonly [number, number];
  readonly evidence: number;
  readonly detectors: readonly string[];
  readonly onsetAt: string;
  /** When this series went back to normal while others of the alert go on; absent while it is anomalous. */
  readonly resolvedAt?: string;
  /** The series had no history of its own: the expectation comes from the policy's other workloads. */
  readonly weakPrior?: boolean;
  readonly quality: Quality;
}

export interface Evidence {
  /** dose, timing, locality, effect, history, pods, siblings, against … */
  readonly kind: string;
  /** Natural logarithm of the likelihood ratio this piece contributes; negative speaks against. */
  readonly ln: number;
  /** A sentence with the raw counts. */
  readonly text: string;
}

export interface Suspect {
  readonly kind: string;
  readonly digest?: string;
  readonly image?: string;
  readonly previousDigest?: string;
  readonly policy?: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly workload?: string;
  readonly changedAt?: string;
  readonly lagSeconds?: number;
  readonly actor?: string;
  readonly revision?: string;
  readonly url?: string;
  readonly probability: number;
  readonly evidence: readonly Evidence[];
}

export interface RollbackTarget {
  readonly digest: string;
  readonly image?: string;
  readonly proven: boolean;
  readonly why: string;
}

export interface DataQuality {
  readonly shareWithDigest: number;
  readonly shareByIp: number;
  readonly lateShare: number;
}

export interface Cause {
  readonly verdict: VerdictKind;
  readonly tier: Tier;
  readonly probability: number;
  readonly unexplained: number;
  readonly revision: number;
  readonly asOf: string;
  /** What the verdict was before this revision, when cause or tier changed. */
  readonly was?: string;
  readonly rollbackTarget: RollbackTarget | null;
  readonly dataQuality: DataQuality;
  /** What the reader should know of the verdict: bounds that were reached, what holds it back, what is remarkable. */
  readonly notes?: readonly string[];
  /** The complete ranking, best first. */
  readonly suspects: readonly Suspect[];
}

/** A receiver that was told too, because nobody acknowledged the alert. */
export interface AlertEscalation {
  readonly receiver: string;
  readonly at: string;
}

/**
 * What an alert says when it is not about a rate of violations. `blind`: Tenfold cannot see or tell something. `storm`:
 * alerts to one target come too fast and are summed. Such an alert has no series and establishes no cause.
 */
export interface AlertNotice {
  readonly kind: NoticeKind;
  /** Closed list, in CamelCase: the label `alertname`. */
  readonly name: string;
  /** What of its kind it is about: a source, a target. */
  readonly subject: string;
  /** One sentence: what is the matter. */
  readonly summary: string;
  /** One sentence: what it means for the reader. */
  readonly meaning: string;
  /** What to know besides, best first. */
  readonly details: readonly string[];
}

export type NoticeKind = "blind" | "storm";

export interface Alert {
  readonly id: string;
  readonly fingerprint: string;
  readonly state: AlertState;
  readonly severity: Severity;
  readonly version: number;
  readonly title: string;
  readonly cluster: string;
  readonly regimes: readonly string[];
  readonly onsetAt: string;
  readonly firedAt: string;
  readonly updatedAt: string;
  readonly resolvedAt: string | null;
  readonly acknowledgedBy?: string;
  readonly comment?: string;
  /** Since the alert fired last, oldest first; absent: none. */
  readonly escalations?: readonly AlertEscalation[];
  readonly series: readonly AlertSeries[];
  readonly cause: Cause;
  readonly samples: readonly Readonly<Record<string, unknown>>[];
  readonly links: { readonly self: string; readonly runbook?: string };
  /** The alert is about invented violations, which test the way from a record to a message. */
  readonly canary?: true;
  /** Present when the alert is not about violations. */
  readonly notice?: AlertNotice;
}

/** One step in an alert's life: the line `replay --format json` prints, and the body of a `tenfold` webhook. */
export interface Transition {
  readonly type: TransitionType;
  readonly timestamp: string;
  /** Named reason: first, worse, cause-revised, series-joined, acknowledged, rolled-back, rate-fell, became-normal, repeat … */
  readonly reason: string;
  readonly data: Alert;
}
