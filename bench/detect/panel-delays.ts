/** Delay of the whole panel, which has to estimate everything: a week of learning, then a rise. */
import { createPanel, type Panel, type PanelState } from "../../detectors/index.ts";
import { lordenBound } from "./delays.ts";
import { BENCH_OPTIONS } from "./panel-setting.ts";
import { type Random, seeded, subSeed } from "./random.ts";
import { type Recall, recallOf } from "./summary.ts";

export interface PanelDelayRow {
  readonly rate: number;
  readonly ratio: number;
  /** Delays in seconds within a day: after every event, and at the end of buckets of ten seconds. */
  readonly event: Recall;
  readonly tenSeconds: Recall;
  /** Seconds. */
  readonly bound: number;
}

const MINUTE = 60_000;
const TEN_SECONDS = 10_000;
const WEEK_MINUTES = 10_080;
const START = Date.UTC(2024, 0, 1);
export const CHANGE = START + WEEK_MINUTES * MINUTE;
const LOOK_FOR = 1440 * MINUTE;
/** Learned states, each of which goes on several times. */
const WEEKS = 8;

const CASES: readonly (readonly [number, number])[] = [
  [0.1, 3],
  [0.1, 10],
  [1, 3],
  [1, 10],
  [10, 3],
  [10, 10],
  [100, 3],
  [100, 10],
];

export function panelDelays(seed: number, runs: number): readonly PanelDelayRow[] {
  const panel = createPanel(BENCH_OPTIONS);
  return CASES.map(([rate, ratio], i) => {
    const event: (number | undefined)[] = [];
    const tenSeconds: (number | undefined)[] = [];
    for (let week = 0; week < WEEKS; week++) {
      const random = seeded(subSeed(seed, 77, i, week));
      const state = learnWeek(panel, rate, random);
      for (let run = 0; run < runs / WEEKS; run++) {
        event.push(byEvent(panel, state, rate * ratio, random));
        tenSeconds.push(byBucket(panel, state, rate, ratio, random));
      }
    }
    return {
      rate,
      ratio,
      event: recallOf(event),
      tenSeconds: recallOf(tenSeconds),
      bound: lordenBound(rate, ratio, Math.exp(BENCH_OPTIONS.lnThreshold)),
    };
  });
}

/** State after a week of Poisson counts at `rate` per minute, which ends at `CHANGE`. */
export function learnWeek(panel: Panel, rate: number, random: Random): PanelState | undefined {
  let state: PanelState | undefined;
  for (let minute = 0; minute < WEEK_MINUTES; minute++) {
    const count = random.poisson(rate);
    if (count === 0 && state && !panel.needsTime(state)) continue;
    state = bucket(panel, state, START + minute * MINUTE, MINUTE, count).state;
  }
  return state;
}

/** Seconds; a bucket of a millisecond for every event. */
export function byEvent(panel: Panel, learned: PanelState | undefined, rate: number, random: Random): number | undefined {
  let state = learned;
  for (let time = 0; ; ) {
    time = Math.ceil(time + 1 - (Math.log(1 - random.next()) / rate) * MINUTE);
    if (time > LOOK_FOR) return undefined;
    const next = bucket(panel, state, CHANGE + time - 1, 1, 1);
    if (next.verdict.transition === "opened") return time / 1000;
    state = next.state;
  }
}

/** Seconds; the change falls anywhere in the first bucket. */
function byBucket(
  panel: Panel,
  learned: PanelState | undefined,
  rate: number,
  ratio: number,
  random: Random,
): number | undefined {
  let state = learned;
  const before = random.next() * TEN_SECONDS;
  for (let time = 0; time < LOOK_FOR; time += TEN_SECONDS) {
    const normal = time === 0 ? before : 0;
    const count = random.poisson((rate * (normal + ratio * (TEN_SECONDS - normal))) / MINUTE);
    if (count === 0 && state && !panel.needsTime(state)) continue;
    const next = bucket(panel, state, CHANGE + time, TEN_SECONDS, count);
    if (next.verdict.transition === "opened") return (time + TEN_SECONDS - before) / 1000;
    state = next.state;
  }
  return undefined;
}

function bucket(panel: Panel, state: PanelState | undefined, at: number, width: number, count: number) {
  return panel.step(state, { at, width, count, clipped: count, exposure: width / 1000, gapShare: 1 });
}
