import { RATIOS } from "./mixture-grid.ts";
import { psi } from "./psi.ts";
import { theta } from "./theta.ts";

/** Tilt and cumulant per ratio of the grid. */
export interface Tilt {
  readonly theta: Float64Array;
  readonly psi: Float64Array;
}

/**
 * Fills `into` for dispersions that may differ by ratio: bit j of `fastMask` says that ratio j alarms within minutes
 * and uses `fastExcess` (dispersion at one minute), the others use `slowExcess` (at ten minutes).
 * Reuse `into` to avoid allocation. Cost: 16 logarithms.
 */
export function mixtureTilt(into: Tilt, fastExcess: number, slowExcess: number, fastMask: number): Tilt {
  for (let j = 0; j < RATIOS.length; j++) {
    const ratio = RATIOS[j] ?? 1;
    const excess = (fastMask >> j) & 1 ? fastExcess : slowExcess;
    into.theta[j] = theta(ratio, excess);
    into.psi[j] = psi(ratio, excess);
  }
  return into;
}

/** A tilt to be filled. */
export function emptyTilt(): Tilt {
  return { theta: new Float64Array(RATIOS.length), psi: new Float64Array(RATIOS.length) };
}
