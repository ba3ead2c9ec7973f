import type { CohortSet } from "./cohorts.ts";
import { zeros } from "./room.ts";

/** Sums over the first n cohorts at [b * (size + 1) + n], so that all that have begun count at once. */
export interface CohortSums {
  /** Share of the activation's exposure. */
  readonly share: Float64Array;
  /** Events that name a pod. */
  readonly count: Float64Array;
  /** Number of cohorts that have begun before a bucket, by buckets since the start. */
  readonly fullAt: Uint16Array;
}

export function cohortSums({ size, delay, share }: CohortSet, counts: Float64Array, buckets: number): CohortSums {
  const shareSum = zeros(buckets * (size + 1));
  const countSum = zeros(buckets * (size + 1));
  for (let b = 0; b < buckets; b++) {
    const line = b * (size + 1);
    for (let c = 0; c < size; c++) {
      shareSum[line + c + 1] = (shareSum[line + c] ?? 0) + (share[c * buckets + b] ?? 0);
      countSum[line + c + 1] = (countSum[line + c] ?? 0) + (counts[c * buckets + b] ?? 0);
    }
  }
  const fullAt = new Uint16Array(buckets);
  for (let since = 0, full = 0; since < buckets; since++) {
    while (full < size && since - 0.5 - (delay[full] ?? 0) >= 0) full++;
    fullAt[since] = full;
  }
  return { share: shareSum, count: countSum, fullAt };
}
