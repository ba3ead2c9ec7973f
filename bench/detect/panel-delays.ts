/** Delay of the whole panel, which has to estimate everything: a week of learning, then a rise. */
import { createPanel, type Panel, type PanelState } from "../../detectors/index.ts";
import { lordenBound } from "./delays.ts";
import { BENCH_OPTIONS } from "./panel-setting.ts";
import { delayByEvent, live, MINUTE, START, stepBucket, WEEK_MINUTES } from "./poisson-panel.ts";
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

const TEN_SECONDS = 10_000;
export const CHANGE = START + WEEK_MINUTES * MINUTE;
const LOOK_FOR = 1440 * MINUTE;
/** Learned states, each of which goes on several times. */
const WEEKS = 8;

/** Events per minute before the rise, and by how much they are multiplied. */
export const PANEL_CASES: readonly (readonly [number, number])[] = [
  [0.1, 3],
  [0.1, 10],
  [1, 3],
  [1, 10],
  [10, 3],
  [10, 10],
  [100, 3],
  [100, 10],
];

export interface PanelDelayOrder {
  readonly seed: number;
  /** Position in PANEL_CASES. */
  readonly position: number;
  readonly runs: number;
}

/** Throws a RangeError when there is no case at that position. */
export function panelDelay({ seed, position, runs }: PanelDelayOrder): PanelDelayRow {
  const found = PANEL_CASES[position];
  if (!found) throw new RangeError(`there is no case ${position}`);
  const [rate, ratio] = found;
  const panel = createPanel(BENCH_OPTIONS);
  const event: (number | undefined)[] = [];
  const tenSeconds: (number | undefined)[] = [];
  for (let week = 0; week < WEEKS; week++) {
    const random = seeded(subSeed(seed, 77, position, week));
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
}

/** State after a week of Poisson counts at `rate` per minute, which ends at `CHANGE`. */
export function learnWeek(panel: Panel, rate: number, random: Random): PanelState | undefined {
  return live(panel, undefined, { from: 0, to: WEEK_MINUTES, rate }, random).state;
}

/** Seconds to the alarm when every event is judged as it comes; undefined when there is none within a day. */
export function byEvent(panel: Panel, learned: PanelState | undefined, rate: number, random: Random): number | undefined {
  const delay = delayByEvent(panel, learned, { start: CHANGE, rate, lookFor: LOOK_FOR }, random);
  return delay === undefined ? undefined : delay / 1000;
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
    const next = stepBucket(panel, state, { at: CHANGE + time, width: TEN_SECONDS, count });
    if (next.verdict.transition === "opened") return (time + TEN_SECONDS - before) / 1000;
    state = next.state;
  }
  return undefined;
}
