import { WEIGHTS } from "./mixture-grid.ts";
import type { Tilt } from "./mixture-tilt.ts";

/**
 * A stretch without events of any length in one step: every sum decays while its start mass arrives evenly,
 * R e^-q + w dt (1 - e^-q) / q with q = psi times the expected count. Splitting the stretch changes nothing.
 * In place; returns the total. Cost: eight expm1.
 */
export function mixtureSilence(sums: number[] | Float64Array, tilt: Tilt, mean: number, minutes: number): number {
  let total = 0;
  for (let j = 0; j < WEIGHTS.length; j++) {
    const decay = (tilt.psi[j] ?? 0) * mean;
    const lost = -Math.expm1(-decay);
    const arrived = decay > 1e-12 ? lost / decay : 1;
    const next = (sums[j] ?? 0) * (1 - lost) + (WEIGHTS[j] ?? 0) * minutes * arrived;
    sums[j] = next;
    total += next;
  }
  return total;
}
