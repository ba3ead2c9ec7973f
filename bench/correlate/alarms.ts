/** Who raises the alert: a plain CUSUM on counts, or the shipped panel of detectors. */
import { defaultConfig } from "../../config/load.ts";
import { createPanel, type PanelState } from "../../detectors/index.ts";
import { panelOptions } from "../../src/app/policy.ts";
import { MINUTES } from "./events.ts";
import { randomFrom } from "./random.ts";

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

/** Companion count: three events per pod and minute, for some twenty pods. */
const MOST_CLIPPED = 60;

/** As configured by default. */
const panel = createPanel(panelOptions(defaultConfig().detection, 1));

/** Learning before the simulated hours: two days of ten-minute counts at the rate of the first quiet stretch. */
const LEARNING_BUCKETS = 288;
const LEARNING_MS = 600_000;
const QUIET_MINUTES = 90;

/** The shipped panel, fed minute by minute. Its history is drawn from the mean of the first minutes. */
export const panelAlarm: AlarmRule = (counts, from) => {
  const quiet = counts.subarray(0, QUIET_MINUTES).reduce((sum, value) => sum + value, 0);
  const random = randomFrom(Math.round(quiet) + 1);
  const start = LEARNING_BUCKETS * LEARNING_MS;
  let state: PanelState | undefined;
  for (let i = 0; i < LEARNING_BUCKETS; i++) {
    const count = random.poisson((10 * quiet) / QUIET_MINUTES);
    if (count === 0 && i > 0) continue;
    const bucket = { at: i * LEARNING_MS, width: LEARNING_MS, exposure: LEARNING_MS / 1000 };
    state = panel.step(state, { ...bucket, count, clipped: count }).state;
  }
  for (let minute = 0; minute < MINUTES; minute++) {
    const count = counts[minute] ?? 0;
    if (count === 0 && state && !panel.needsTime(state)) continue;
    const bucket = { at: start + minute * 60_000, width: 60_000, exposure: 60 };
    const step = panel.step(state, { ...bucket, count, clipped: Math.min(count, MOST_CLIPPED) });
    state = step.state;
    if (minute < from || step.verdict.phase !== "open") continue;
    const onset = Math.floor(((step.verdict.onsetAt ?? bucket.at) - start) / 60_000);
    return { minute, onset: Math.min(Math.max(onset, 0), minute) };
  }
  return undefined;
};
