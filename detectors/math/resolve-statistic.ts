import { psi } from "./psi.ts";
import { theta } from "./theta.ts";

/** Natural logarithm of the odds (1000 : 1) for "back to normal" that end an incident. */
export const RESOLVED_AT = Math.log(1000);

/** The rise against which a return to normal is weighed, given the size of the incident: its geometric middle. */
export function resolveRatio(size: number): number {
  return Math.max(2, Math.sqrt(size));
}

/**
 * Evidence, nats, that an incident of ratio `ratio` is over, after `count` events where `mean` are normal: a CUSUM, so it
 * starts afresh with every sign that it still lasts.
 * Worked value: size 10 (ratio 3.162278) and rate 1 need 3.194666 silent minutes.
 */
export function resolveStatistic(before: number, count: number, mean: number, ratio: number, excess: number): number {
  return Math.max(0, before + psi(ratio, excess) * mean - theta(ratio, excess) * count);
}
