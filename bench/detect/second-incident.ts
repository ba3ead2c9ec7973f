/** A long incident, a calm day, and a smaller incident: what was learned during the first must not hide the second. */
import { createPanel } from "../../detectors/index.ts";
import { BENCH_OPTIONS } from "./panel-setting.ts";
import { live, WEEK_MINUTES } from "./poisson-panel.ts";
import { seeded, subSeed } from "./random.ts";

const HOUR = 60;
const FIRST = { ratio: 5, minutes: 12 * HOUR } as const;
const CALM = 24 * HOUR;
const SECOND = { ratio: 3, minutes: 6 * HOUR } as const;

export interface SecondIncidentOrder {
  readonly seed: number;
  /** Events per minute. */
  readonly rate: number;
  /** Number of the first series, and how many follow. */
  readonly from: number;
  readonly series: number;
}

export interface SecondIncident {
  /** The first incident was found, and over before the second began: only then is there a second one to find. */
  readonly first: boolean;
  /** Minutes to the alarm of the second; undefined: not found. */
  readonly delay: number | undefined;
}

/** Events per minute that are tried. */
export const SECOND_RATES: readonly number[] = [0.02, 0.2, 2, 20];

export function secondIncidents({ seed, rate, from, series }: SecondIncidentOrder): readonly SecondIncident[] {
  const panel = createPanel(BENCH_OPTIONS);
  return Array.from({ length: series }, (_, i) => {
    const random = seeded(subSeed(seed, 78, from + i, Math.round(rate * 1000)));
    const learned = live(panel, undefined, { from: 0, to: WEEK_MINUTES, rate }, random).state;
    const calmFrom = WEEK_MINUTES + FIRST.minutes;
    const incident = live(panel, learned, { from: WEEK_MINUTES, to: calmFrom, rate: rate * FIRST.ratio }, random);
    const start = calmFrom + CALM;
    const calm = live(panel, incident.state, { from: calmFrom, to: start, rate }, random);
    const first = incident.opened.length > 0 && calm.state !== undefined && !panel.needsTime(calm.state);
    const end = start + SECOND.minutes;
    const second = live(panel, calm.state, { from: start, to: end, rate: rate * SECOND.ratio, untilAlarm: true }, random);
    const [opened] = second.opened;
    return { first, delay: opened === undefined ? undefined : opened - start };
  });
}
