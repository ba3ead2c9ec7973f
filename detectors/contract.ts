/**
 * The detector contract. A detector is a pure reducer over JSON state: `step(state, sample) → { state, verdict }`.
 * The runtime owns the state, so restart, hand-over, replay and look-ahead are free: a still-open bucket is judged by a
 * step whose state is thrown away.
 *
 * Vocabulary: a *sample* is one bucket of one series; its *exposure* says how much of the series there was to observe
 * (seconds times the share of the workload's pods that ran this version), so that counts are compared per exposure.
 */

export interface Sample {
  /** Start of the bucket, milliseconds since the epoch, UTC. Samples of a series come in ascending, disjoint buckets. */
  readonly at: number;
  /** Width of the bucket, milliseconds. */
  readonly width: number;
  /** Events in the bucket: integer >= 0. */
  readonly count: number;
  /** Companion count: at most three events per pod and minute; <= count. */
  readonly clipped: number;
  /** Seconds of the bucket times share of the workload, 0 <= exposure <= width / 1000. */
  readonly exposure: number;
  /**
   * Exposure per second of the stretch between the end of the previous sample and this one (buckets without events are
   * not sent), 0..1. Default: exposure / (width / 1000).
   */
  readonly gapShare?: number;
  /** What is known beforehand about the rate, used when the series has no state yet. */
  readonly prior?: Prior;
}

/** Where a new series' expectation comes from, best first. */
export type Prior =
  /** State of the same policy and workload on the previous digest. */
  | { readonly kind: "previous"; readonly state: PanelState }
  /** The policy's other workloads: events and exposure (minutes) of each. */
  | { readonly kind: "pool"; readonly members: readonly { readonly events: number; readonly minutes: number }[] };

/** Opaque, versioned, survives JSON. */
export type PanelState = { readonly v: number } & Readonly<Record<string, unknown>>;

export interface GateValue {
  readonly name: string;
  readonly value: number | string;
  readonly needed: number | string;
  readonly passed: boolean;
}

export interface PanelVerdict {
  /** `warming`: cannot judge yet. `quiet`: nothing. `open`: an incident is on. */
  readonly phase: "warming" | "quiet" | "open";
  /** What this very step changed. `became-normal`: open so long that the new level was accepted. */
  readonly transition?: "opened" | "resolved" | "became-normal";
  /** Natural logarithm of the alarm statistic, and what it needs. */
  readonly evidence: number;
  readonly threshold: number;
  /** Estimated start of the change, milliseconds; only while open (and when it just ended). */
  readonly onsetAt?: number;
  /** Events since the onset, and how many were expected (point estimate, not the upper limit). */
  readonly observed: number;
  readonly expected: number;
  readonly windowSeconds: number;
  readonly ratio: number;
  /** 95 % interval of the ratio, from the counts (overdispersed) and the uncertainty of the expectation. */
  readonly ratioInterval: readonly [number, number];
  /** Members of the panel that agree, best first. */
  readonly detectors: readonly string[];
  readonly weakPrior: boolean;
  /** Every gate that led to this verdict, in the order they were asked. */
  readonly gates: readonly GateValue[];
}

/**
 * Whose evidence raises the alarm. `both`: the average of the raw count's and the companion's. `companion`: that of the
 * companion alone, in which a burst of one pod counts three events at most. The learned limit of the raw count does not
 * cover the first burst of a series, nor two in short succession; one series seldom has them, but of very many some do.
 */
export type DecidingStreams = "both" | "companion";

export interface PanelOptions {
  /** Natural logarithm of the alarm threshold A (mean minutes to a false alarm of one series >= A). */
  readonly lnThreshold: number;
  /** An alarm needs at least this ratio of observed to expected, this many events since the onset. */
  readonly minRatio: number;
  readonly minEvents: number;
  /** Sensitivity to slow noise: 2.5 strict, 1.5 balanced, 0 sensitive. */
  readonly noiseFactor: number;
  /** Members by name, in order of preference. */
  readonly detectors: readonly string[];
  /** Default: both. A budget that many series share must be `companion`. */
  readonly decidedBy?: DecidingStreams;
}

export interface Panel {
  /** One closed bucket. Never modifies its input. `state` undefined: a series seen for the first time. */
  step(state: PanelState | undefined, sample: Sample): { readonly state: PanelState; readonly verdict: PanelVerdict };
  /** True while the state must be stepped even without events (an incident is open, so that it can resolve). */
  needsTime(state: PanelState): boolean;
  /**
   * Expected count of the series over [from, to) at the exposure share given, with the upper limit the panel works with:
   * for charts and explain. Undefined while warming.
   */
  expect(
    state: PanelState,
    from: number,
    to: number,
    share: number,
  ): { readonly mean: number; readonly upper: number } | undefined;
}
