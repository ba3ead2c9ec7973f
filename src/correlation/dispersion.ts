/**
 * Dispersion of a series: how much more its counts vary than a Poisson count would. Estimated from the pre-period and
 * shrunk towards 2 with the weight of 20 buckets, so that a short or silent history is not taken at its word; 1 to 12.
 */
const PRIOR = 2;
const PRIOR_WEIGHT = 20;
const MOST = 12;
/** Keeps the variance ratio of nearly silent series finite. */
const LEAST_MEAN = 0.25;

/** `pre`: number of buckets before the onset, >= 1. */
export function dispersion(counts: ArrayLike<number>, pre: number): number {
  const n = Math.min(pre, counts.length);
  let sum = 0;
  for (let b = 0; b < n; b++) sum += counts[b] ?? 0;
  const mean = n > 0 ? sum / n : 0;
  let squares = 0;
  for (let b = 0; b < n; b++) squares += ((counts[b] ?? 0) - mean) ** 2;
  const raw = (PRIOR_WEIGHT * PRIOR + squares / Math.max(mean, LEAST_MEAN)) / (PRIOR_WEIGHT + n);
  return Math.min(Math.max(raw, 1), MOST);
}
