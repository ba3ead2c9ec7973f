/** Puts the studies of single series together, class by class. */
import { INJECTIONS } from "./anomalies.ts";
import { CLASSES } from "./classes.ts";
import type { Study } from "./series-study.ts";
import { type Recall, rateInterval, recallOf } from "./summary.ts";
import type { Watched } from "./watch-series.ts";

export interface FalseAlarms {
  readonly count: number;
  readonly perWeek: number;
  /** 95 %, exact for a Poisson count. */
  readonly interval: readonly [number, number];
}

export interface ClassOutcome {
  readonly name: string;
  readonly series: number;
  readonly falseAlarms: FalseAlarms;
  /** Per series in days .5 to 3, and 3 to 7. */
  readonly early: readonly [number, number];
  readonly recall: Readonly<Record<string, Recall>>;
  /** Share of the tenfold rises whose onset is within five minutes, where the rate is at least .1 per minute. */
  readonly onsets: Recall;
}

/**
 * The classes over which detectors are compared at equal false alarms. Bursts, office hours and nightly jobs are left
 * out, in favour of what is used today.
 */
const COMPARED: readonly string[] = ["poisson", "nb", "seasonal", "drift", "autocorr", "realistic"];

export function isCompared({ series }: Study): boolean {
  return COMPARED.includes(CLASSES[series]?.name ?? "");
}

const CLOSE = 5;
const KNOWN_RATE = 0.1;

export function classOutcomes(
  studies: readonly Study[],
  watched: (study: Study) => Watched | undefined,
): readonly ClassOutcome[] {
  return CLASSES.flatMap(({ name }, position) => {
    const own = studies.filter(({ series }) => series === position).flatMap((study) => watched(study) ?? []);
    return own.length === 0 ? [] : [classOutcome(name, own)];
  });
}

export function classOutcome(name: string, results: readonly Watched[]): ClassOutcome {
  const series = results.length;
  const total = (period: 0 | 1 | 2) => results.reduce((sum, { falseAlarms }) => sum + falseAlarms[period], 0);
  const trials = INJECTIONS.map((injection) => injection.name).filter((injection) => results[0]?.trials[injection]);
  const errors = results
    .filter(({ rate }) => rate >= KNOWN_RATE)
    .map(({ trials: { x10 } }) => x10?.onsetError)
    .filter((error) => error !== undefined);
  return {
    name,
    series,
    falseAlarms: falseAlarmsOf(total(2), series),
    early: [total(0) / series, total(1) / series],
    recall: Object.fromEntries(
      trials.map((injection) => [injection, recallOf(results.map((result) => result.trials[injection]?.delay))]),
    ),
    onsets: recallOf(errors.map((error) => (error <= CLOSE ? error : undefined))),
  };
}

/** `weeks`: series-weeks. */
export function falseAlarmsOf(count: number, weeks: number): FalseAlarms {
  return { count, perWeek: count / Math.max(1, weeks), interval: rateInterval(count, Math.max(1, weeks)) };
}
