/**
 * Count chart on the learned seasonal expectation: the events of the current minute, ten minutes and hour, each against
 * the exact negative-binomial limit of its full window. Robust because the expectation runs an hour behind and leaves
 * incidents out; count-aware because the tail of the count itself is used instead of a number of standard deviations.
 *
 * State: minute of the last event, then raw and clipped events of that minute, its ten minutes and its hour.
 */
import type { Detector } from "./detector.ts";
import { lnCountTail } from "./math/negative-binomial-tail.ts";
import type { StreamStretch, Stretch } from "./stretch.ts";

/** Window lengths, minutes. */
const TEN = 10;
const SIXTY = 60;
const WINDOWS: readonly number[] = [1, TEN, SIXTY];
/** Three windows of two streams are tried: the price of looking six times. */
const TRIES = Math.log(2 * WINDOWS.length);
const MINUTE = 60_000;

export const baseline: Detector = {
  name: "baseline",
  start: [],
  step(state, stretch) {
    if (stretch.raw.count === 0) return state;
    const minute = Math.floor(stretch.from / MINUTE);
    const last = state[0] ?? minute;
    const raw = stretch.raw.count;
    const clipped = stretch.clipped.count;
    // Written out: this runs in every step of every series.
    return [
      minute,
      (last === minute ? (state[1] ?? 0) : 0) + raw,
      (last === minute ? (state[2] ?? 0) : 0) + clipped,
      (isSame(last, minute, TEN) ? (state[3] ?? 0) : 0) + raw,
      (isSame(last, minute, TEN) ? (state[4] ?? 0) : 0) + clipped,
      (isSame(last, minute, SIXTY) ? (state[5] ?? 0) : 0) + raw,
      (isSame(last, minute, SIXTY) ? (state[6] ?? 0) : 0) + clipped,
    ];
  },
  judge(state, stretch, lnThreshold, decidedBy) {
    if (state.length === 0 || stretch.minutes <= 0) return { evidence: 0, agrees: false };
    const minute = Math.floor((stretch.to - 1) / MINUTE);
    let evidence = 0;
    WINDOWS.forEach((length, i) => {
      const over = !isSame(state[0] ?? 0, minute, length);
      if (over && stretch.minutes < length) return;
      const raw = decidedBy === "companion" ? 0 : surprise(state[1 + 2 * i] ?? 0, length, stretch, stretch.raw);
      const clipped = surprise(state[2 + 2 * i] ?? 0, length, stretch, stretch.clipped);
      evidence = Math.max(evidence, raw - TRIES, clipped - TRIES);
    });
    return { evidence, agrees: evidence >= lnThreshold };
  },
};

/** Whether two minutes are in the same window. */
function isSame(a: number, b: number, length: number): boolean {
  return Math.floor(a / length) === Math.floor(b / length);
}

/** Minus ln P(count or more) in a window; the limit holds the whole window against a count that may still grow. */
function surprise(count: number, length: number, stretch: Stretch, stream: StreamStretch): number {
  const mean = (stream.upper * Math.max(length, stretch.minutes)) / stretch.minutes;
  if (count <= mean) return 0;
  return -lnCountTail(count, mean, length > 1 ? stream.slowExcess : stream.fastExcess);
}
