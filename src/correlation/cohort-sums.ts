import type { CohortSet } from "./cohorts.ts";
import { zeros } from "./room.ts";

/** Running sums over cohorts, so that all that have begun count at once. */
export interface CohortSums {
  /** Share of the activation's exposure that the first n cohorts have, at [b * (size + 1) + n]. */
  readonly share: Float64Array;
  /** Number of cohorts that have begun before a bucket, by buckets since the start. */
  readonly fullAt: Float64Array;
}

export function cohortSums({ size, delay, share }: CohortSet, buckets: number): CohortSums {
  const fullAt = zeros(buckets);
  for (let since = 0, full = 0; since < buckets; since++) {
    while (full < size && since - 0.5 - (delay[full] ?? 0) >= 0) full++;
    fullAt[since] = full;
  }
  return { share: runningSums(share, size, buckets), fullAt };
}

/** Sums of the first n rows at [b * (size + 1) + n], of values at [row * buckets + b]. */
export function runningSums(values: Float64Array, size: number, buckets: number): Float64Array {
  const out = zeros(buckets * (size + 1));
  for (let b = 0; b < buckets; b++) {
    const line = b * (size + 1);
    for (let c = 0; c < size; c++) out[line + c + 1] = (out[line + c] ?? 0) + (values[c * buckets + b] ?? 0);
  }
  return out;
}
