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
const WINDOWS: readonly number[] = [1, 10, 60];
/** Three windows of two streams are tried: the price of looking six times. */
const TRIES = Math.log(2 * WINDOWS.length);
const MINUTE = 60_000;

export const baseline: Detector = {
  name: "baseline",
  start: [],
  step(state, stretch) {
    if (stretch.raw.count === 0) return state;
    const minute = Math.floor(stretch.from / MINUTE);
    const [last = minute] = state;
    const next = [minute, 0, 0, 0, 0, 0, 0];
    for (let i = 0; i < WINDOWS.length; i++) {
      const length = WINDOWS[i] ?? 1;
      const same = Math.floor(last / length) === Math.floor(minute / length);
      next[1 + 2 * i] = (same ? (state[1 + 2 * i] ?? 0) : 0) + stretch.raw.count;
      next[2 + 2 * i] = (same ? (state[2 + 2 * i] ?? 0) : 0) + stretch.clipped.count;
    }
    return next;
  },
  judge(state, stretch, lnThreshold, decidedBy) {
    if (state.length === 0 || stretch.minutes <= 0) return { evidence: 0, agrees: false };
    const minute = Math.floor((stretch.to - 1) / MINUTE);
    let evidence = 0;
    WINDOWS.forEach((length, i) => {
      const over = Math.floor((state[0] ?? 0) / length) !== Math.floor(minute / length);
      if (over && stretch.minutes < length) return;
      const raw = decidedBy === "companion" ? 0 : surprise(state[1 + 2 * i] ?? 0, length, stretch, stretch.raw);
      const clipped = surprise(state[2 + 2 * i] ?? 0, length, stretch, stretch.clipped);
      evidence = Math.max(evidence, raw - TRIES, clipped - TRIES);
    });
    return { evidence, agrees: evidence >= lnThreshold };
  },
};

/** Minus ln P(count or more) in a window; the limit holds the whole window against a count that may still grow. */
function surprise(count: number, length: number, stretch: Stretch, stream: StreamStretch): number {
  const mean = (stream.upper * Math.max(length, stretch.minutes)) / stretch.minutes;
  if (count <= mean) return 0;
  return -lnCountTail(count, mean, length > 1 ? stream.slowExcess : stream.fastExcess);
}
