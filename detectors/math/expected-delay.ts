import { psi } from "./psi.ts";
import { theta } from "./theta.ts";

/**
 * First-order minutes from a rise of the rate by `ratio` to an alarm: threshold over the Kullback-Leibler rate
 * (Lorden 1971). `rate` is the rate before, per minute.
 * Worked value: rate .81494740, excess .5, ratio 5, threshold ln 1e6: 8.011249.
 */
export function expectedDelay(lnThreshold: number, rate: number, ratio: number, excess: number): number {
  return lnThreshold / (rate * (ratio * theta(ratio, excess) - psi(ratio, excess)));
}
