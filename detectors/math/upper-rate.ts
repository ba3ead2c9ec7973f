import { wilsonHilferty } from "./wilson-hilferty.ts";

/** The smallest change worth an alarm, and the allowance for drift. */
const ALLOWANCE = 1.2;
/** Standard deviations of doubt about the rate that are held against an alarm. */
const DOUBT = 3;
/** Events per minute. About one a week; below it the start mass alone would dominate the alarm statistic. */
const LEAST_UPPER_RATE = 1e-4;

/**
 * The highest rate, per exposure minute, that counts as normal: the estimate times the allowance, the slow noise and the
 * uncertainty of the estimate from `events` (prior included) with overdispersion `excess`.
 * Worked value: rate .57965517, events 840.5, excess 1.5, noise 0: .81494740.
 */
export function upperRate(rate: number, events: number, excess: number, noise: number, noiseFactor: number): number {
  const shape = Math.max(0.5, events / (1 + excess));
  const widening = ALLOWANCE * Math.exp(noiseFactor * noise) * Math.max(1, wilsonHilferty(shape, DOUBT));
  return Math.max(LEAST_UPPER_RATE, rate * widening);
}
