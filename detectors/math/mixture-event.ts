import { LARGEST_SUM, WEIGHTS } from "./mixture-grid.ts";
import { mixtureSilence } from "./mixture-silence.ts";
import type { Tilt } from "./mixture-tilt.ts";

/**
 * One event after a silence of `minutes` in which `mean` events were expected: the silence, then a factor e^theta each.
 * In place; returns the total. Cost: eight expm1 and eight exponentials, nothing for the empty time.
 * Worked value: rate 1 per minute, events at .5, 1.5, 1.6, … 2.1: total 1427.245941 after the last.
 */
export function mixtureEvent(sums: number[] | Float64Array, tilt: Tilt, mean: number, minutes: number): number {
  mixtureSilence(sums, tilt, mean, minutes);
  let total = 0;
  for (let j = 0; j < WEIGHTS.length; j++) {
    const next = Math.min(LARGEST_SUM, (sums[j] ?? 0) * Math.exp(tilt.theta[j] ?? 0));
    sums[j] = next;
    total += next;
  }
  return total;
}
