/**
 * Exponentially weighted moving average of the clipped companion count per minute: the chart people know, with the two
 * repairs it needs. The centre is the learned seasonal expectation, the variance that of an overdispersed count; and the
 * limit comes from the false-alarm budget (run length) through a gamma tail instead of "three sigma", which gave 25
 * false alarms per series and week on plain Poisson counts.
 *
 * State: minute of the last event, its events so far, average of the minutes before.
 */
import type { Detector } from "./detector.ts";
import { lnGammaTail } from "./math/regularized-gamma.ts";
import { significant } from "./math/significant.ts";
import type { Stretch } from "./stretch.ts";

/** Weight of the newest minute. */
const WEIGHT = 0.2;
/** Variance of the average over the variance of one minute, in the long run. */
const SHRINKAGE = WEIGHT / (2 - WEIGHT);
const MINUTE = 60_000;

export const ewma: Detector = {
  name: "ewma",
  start: [],
  step(state, stretch) {
    const count = stretch.clipped.count;
    if (count === 0) return state;
    const minute = Math.floor(stretch.from / MINUTE);
    const average = averageBefore(state, minute);
    if (stretch.to - stretch.from > MINUTE) {
      const length = (stretch.to - stretch.from) / MINUTE;
      const level = count / length;
      return [minute + Math.ceil(length), 0, significant(level + (average - level) * (1 - WEIGHT) ** length, 7)];
    }
    return [minute, count + (state[0] === minute ? (state[1] ?? 0) : 0), significant(average, 7)];
  },
  judge(state, stretch, lnThreshold) {
    const mean = rate(stretch);
    const average = ewmaValue(state, stretch.to);
    if (mean <= 0 || average <= mean) return { evidence: 0, agrees: false };
    const shape = mean / ((1 + stretch.clipped.slowExcess) * SHRINKAGE);
    const evidence = -lnGammaTail(shape, (average / mean) * shape);
    return { evidence, agrees: evidence >= lnThreshold };
  },
};

/** The average per minute at a time, the running minute counted as if it were complete. */
export function ewmaValue(state: readonly number[], time: number): number {
  const minute = Math.floor((time - 1) / MINUTE);
  const [last = minute, count = 0] = state;
  const before = averageBefore(state, minute);
  return minute === last ? WEIGHT * count + (1 - WEIGHT) * before : before;
}

/** Average of all minutes before `minute`. */
function averageBefore(state: readonly number[], minute: number): number {
  const last = state[0] ?? minute;
  const count = state[1] ?? 0;
  const average = state[2] ?? 0;
  if (minute <= last) return average;
  return (WEIGHT * count + (1 - WEIGHT) * average) * (1 - WEIGHT) ** (minute - last - 1);
}

/** Highest normal count per minute at this share of the pods. */
function rate(stretch: Stretch): number {
  return stretch.minutes > 0 ? stretch.clipped.upper / stretch.minutes : 0;
}
