import { type Hull, STRIDE } from "./focus-hull.ts";
import { logLikelihoodRatio } from "./log-likelihood-ratio.ts";

/** The likeliest segment that ends now. */
export interface Segment {
  /** Generalised log-likelihood ratio, nats. */
  readonly statistic: number;
  /** Time of the candidate, in the unit it was pushed with. */
  readonly start: number;
  readonly expected: number;
  readonly observed: number;
  /** Rise of the companion total since the candidate. */
  readonly companion: number;
}

/**
 * Best candidate of the hull in [from, to) at the totals (expected, observed), which may be those of a bucket still open: nothing is pushed.
 * `fastExcess` is the dispersion for segments that started at or after `fastSince`, `slowExcess` for older ones.
 * Undefined when nothing is above its expectation. Cost: two logarithms per vertex.
 */
export function focusEvaluate(
  hull: Hull,
  from: number,
  to: number,
  expected: number,
  observed: number,
  companion: number,
  fastExcess: number,
  slowExcess: number,
  fastSince: number,
): Segment | undefined {
  let best = 0;
  let at = -1;
  for (let i = from; i < to; i += STRIDE) {
    const excess = (hull[i + 2] ?? 0) >= fastSince ? fastExcess : slowExcess;
    const value = logLikelihoodRatio(observed - (hull[i + 1] ?? 0), expected - (hull[i] ?? 0), excess);
    if (value > best) {
      best = value;
      at = i;
    }
  }
  if (at < 0) return undefined;
  return {
    statistic: best,
    start: hull[at + 2] ?? 0,
    expected: expected - (hull[at] ?? 0),
    observed: observed - (hull[at + 1] ?? 0),
    companion: companion - (hull[at + 3] ?? 0),
  };
}
