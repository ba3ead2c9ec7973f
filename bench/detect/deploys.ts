/** A new version after a week of the old one, whose history it inherits: without any change, and ten times as noisy. */
import { createPanel, type Prior } from "../../detectors/index.ts";
import { BENCH_OPTIONS } from "./panel-setting.ts";
import { delayByEvent, live, MINUTE, START, WEEK_MINUTES } from "./poisson-panel.ts";
import { RACE_SHARES, raceDelay } from "./race-delay.ts";
import { seeded, subSeed } from "./random.ts";

const LOOK_FOR = 1440 * MINUTE;
const RATIO = 10;

export interface DeployOrder {
  readonly seed: number;
  /** Events per minute. */
  readonly rate: number;
  /** Number of the first deploy, and how many follow. */
  readonly from: number;
  readonly deploys: number;
}

export interface Deploy {
  /** Alarms in the week after a deploy that changed nothing. */
  readonly alarms: number;
  /** Minutes from a deploy with ten times the rate to the alarm, event by event; undefined: not within a day. */
  readonly delay: number | undefined;
  /** The same until the race against the old version reports, for each share of the pods in `RACE_SHARES`. */
  readonly races: readonly (number | undefined)[];
}

/** Events per minute that are tried. */
export const DEPLOY_RATES: readonly number[] = [0.01, 0.05, 0.5, 5];

export function deploys({ seed, rate, from, deploys: count }: DeployOrder): readonly Deploy[] {
  const panel = createPanel(BENCH_OPTIONS);
  return Array.from({ length: count }, (_, i) => {
    const random = seeded(subSeed(seed, 79, from + i, Math.round(rate * 1000)));
    const { state } = live(panel, undefined, { from: 0, to: WEEK_MINUTES, rate }, random);
    const prior: { readonly prior?: Prior } = state ? { prior: { kind: "previous", state } } : {};
    const { opened } = live(panel, undefined, { from: WEEK_MINUTES, to: 2 * WEEK_MINUTES, rate, ...prior }, random);
    const start = START + WEEK_MINUTES * MINUTE;
    const delay = delayByEvent(panel, undefined, { start, rate: RATIO * rate, lookFor: LOOK_FOR, ...prior }, random);
    const races = RACE_SHARES.map((share) => raceDelay({ share, normal: rate, ratio: RATIO, lookFor: LOOK_FOR }, random));
    return { alarms: opened.length, delay: delay === undefined ? undefined : delay / MINUTE, races };
  });
}
