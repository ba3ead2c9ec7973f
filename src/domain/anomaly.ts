import type { Series } from "./series.ts";

/** One named check on the way to an alert, with its value and what it needed. `explain` prints these. */
export interface Gate {
  readonly name: string;
  readonly value: number | string;
  readonly needed: number | string;
  readonly passed: boolean;
}

/** What a detector panel found in one series. Level-triggered: it is rewritten while it lasts, and kept for a day after. */
export interface Anomaly {
  readonly series: Series;
  readonly state: "open" | "resolved";
  /** When the statistic first crossed its threshold. */
  readonly openedAt: number;
  readonly updatedAt: number;
  readonly resolvedAt: number | null;
  /** `silence`, `rate-fell`, `became-normal` … once resolved. */
  readonly resolvedBy?: string;
  /** Estimated start of the change. */
  readonly onsetAt: number;
  /** When the anomaly of this series before it was over; absent when there was none lately. */
  readonly calmSince?: number;
  /** Events since the onset (or in the last windowSeconds), and how many were expected. */
  readonly observed: number;
  readonly expected: number;
  readonly windowSeconds: number;
  readonly ratio: number;
  /** 95 % interval of the ratio. */
  readonly ratioInterval: readonly [number, number];
  /** Natural logarithm of the likelihood ratio. */
  readonly evidence: number;
  readonly detectors: readonly string[];
  /** True when there was no own history and a pool prior was used. */
  readonly weakPrior?: boolean;
}
