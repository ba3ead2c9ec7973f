import { LARGEST_SUM, WEIGHTS } from "./mixture-grid.ts";
import type { Tilt } from "./mixture-tilt.ts";

/**
 * One closed bucket of the mixture Shiryaev-Roberts e-detector: every sum gets its start mass (weight times `minutes`)
 * and is multiplied by the likelihood ratio of `count` events where at most `mean` were expected. In place.
 * The total minus the start mass is a supermartingale, hence: mean minutes to a false alarm at threshold A is >= A
 * (Shin, Ramdas, Rinaldo 2023). Cost: eight exponentials.
 * Worked value: 1,0,2,1,9,12,8 with mean 1 per minute, no overdispersion: total 2.84880982e16.
 */
export function mixtureBucket(sums: number[] | Float64Array, tilt: Tilt, count: number, mean: number, minutes: number): number {
  let total = 0;
  for (let j = 0; j < WEIGHTS.length; j++) {
    const likelihood = Math.exp((tilt.theta[j] ?? 0) * count - (tilt.psi[j] ?? 0) * mean);
    const next = Math.min(LARGEST_SUM, ((sums[j] ?? 0) + (WEIGHTS[j] ?? 0) * minutes) * likelihood);
    sums[j] = next;
    total += next;
  }
  return total;
}
