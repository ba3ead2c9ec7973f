/** Who raises the alert: a plain CUSUM on counts, or the shipped panel of detectors. */
import { createPanel, DETECTOR_NAMES, type PanelState } from "../../detectors/index.ts";
import { MINUTES } from "./events.ts";

export interface Alarm {
  /** Minute at whose end the alarm was raised. */
  readonly minute: number;
  /** Minute in which the change began, as the detector sees it. */
  readonly onset: number;
}

/** First alarm from a minute on, if any. `counts`: one series by minute. */
export type AlarmRule = (counts: Float64Array, from: number) => Alarm | undefined;

const RATIO = 3;
const THRESHOLD = 9;
const REFERENCE = 60;
const GAP = 5;
const LEAST_MEAN = 0.1;

/** CUSUM for a threefold rate against the previous hour, tamed where that hour was bursty. */
export const cusumAlarm: AlarmRule = (counts, from) => {
  let sum = 0;
  let onset = 0;
  for (let minute = REFERENCE + GAP; minute < MINUTES; minute++) {
    const reference = counts.subarray(Math.max(minute - GAP - REFERENCE, 0), minute - GAP);
    const mean = reference.reduce((total, value) => total + value, 0) / reference.length;
    const variance = reference.reduce((total, value) => total + (value - mean) ** 2, 0) / reference.length;
    const floor = Math.max(mean, LEAST_MEAN);
    const gain = ((counts[minute] ?? 0) * Math.log(RATIO) - (RATIO - 1) * floor) / Math.max(variance / floor, 1);
    if (sum <= 0) onset = minute;
    sum = Math.max(sum + gain, 0);
    if (sum >= THRESHOLD) {
      if (minute >= from) return { minute, onset };
      sum = 0;
    }
  }
  return undefined;
};

const panel = createPanel({
  lnThreshold: Math.log(1e5),
  minRatio: 3,
  minEvents: 8,
  noiseFactor: 1.5,
  detectors: DETECTOR_NAMES,
});

/** The shipped panel, fed minute by minute; it has had little more than an hour to learn. */
export const panelAlarm: AlarmRule = (counts, from) => {
  let state: PanelState | undefined;
  for (let minute = 0; minute < MINUTES; minute++) {
    const count = counts[minute] ?? 0;
    const step = panel.step(state, { at: minute * 60_000, width: 60_000, count, clipped: Math.min(count, 60), exposure: 60 });
    state = step.state;
    if (minute < from || step.verdict.phase !== "open") continue;
    const onsetAt = step.verdict.onsetAt ?? minute * 60_000;
    return { minute, onset: Math.min(Math.floor(onsetAt / 60_000), minute) };
  }
  return undefined;
};
