/**
 * What the members of the panel judge: a stretch of time of one series with what was seen and what was expected in it.
 * Every member sees the raw count and the companion count that is clipped to three events per pod and minute: bursts of
 * one pod vanish in the companion, floods from one pod in the raw count do not.
 */
export interface Stretch {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  /** Length in which the series could be observed, minutes; 0 when no pod ran. */
  readonly minutes: number;
  readonly raw: StreamStretch;
  readonly clipped: StreamStretch;
}

export interface StreamStretch {
  readonly count: number;
  /** Expected count, point estimate. */
  readonly mean: number;
  /** Highest expected count that is still normal. */
  readonly upper: number;
  /** Expected count after the largest jump that an unknown season may make; only on the first day. */
  readonly ceiling?: number | undefined;
  /** Overdispersion (variance / mean - 1) at one minute, single bursts included. */
  readonly fastExcess: number;
  /** The same for changes that take longer than minutes to see. At least `fastExcess`. */
  readonly slowExcess: number;
  /** Bit j: ratio j of the mixture grid is seen within minutes and uses `fastExcess`. */
  readonly fastMask: number;
}

/** Weight of each stream in statistics that average them; they add up to 1. */
export const RAW_WEIGHT = 0.2;
export const CLIPPED_WEIGHT = 0.8;
