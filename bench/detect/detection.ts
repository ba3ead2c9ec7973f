/** The classes: recall, delay and false alarms of the panel and of what is used today, on the same streams. */
import { createPanel, DETECTOR_NAMES, type PanelOptions } from "../../detectors/index.ts";
import { INJECTIONS } from "./anomalies.ts";
import { CLASSES, DAY } from "./classes.ts";
import { alarmsAt, COMPETITORS, hourlyMaxima } from "./competitors.ts";
import { subSeed } from "./random.ts";
import { type RunOptions, runSeries, type SeriesResult } from "./series-run.ts";
import { type Recall, rateInterval, recallOf } from "./summary.ts";

/** One setting for everything: no ratio is too small to be found, the default threshold of a million minutes. */
export const BENCH_OPTIONS: PanelOptions = {
  lnThreshold: Math.log(1e6),
  minRatio: 1,
  minEvents: 5,
  noiseFactor: 2.5,
  detectors: DETECTOR_NAMES,
};

const LEARNING_DAYS = 7;

export interface ClassOutcome {
  readonly name: string;
  readonly series: number;
  readonly falseAlarms: { readonly count: number; readonly perWeek: number; readonly interval: readonly [number, number] };
  /** Per series in days .5 to 3, and 3 to 7. */
  readonly early: readonly [number, number];
  readonly recall: Readonly<Record<string, Recall>>;
  readonly onsetWithin5: number;
  readonly competitors: Readonly<Record<string, { readonly perWeek: number; readonly x10: Recall }>>;
}

export interface Plan {
  readonly seed: number;
  readonly seriesPerClass: number;
  /** No further series is begun after this, milliseconds of `performance.now()`. */
  readonly deadline: number;
  readonly options?: Partial<PanelOptions>;
  readonly clipping?: RunOptions["clipping"];
  readonly classes?: readonly string[];
  readonly compare?: boolean;
}

export function runClasses(plan: Plan): readonly ClassOutcome[] {
  const panel = createPanel({ ...BENCH_OPTIONS, ...plan.options });
  const classes = CLASSES.filter((series) => !plan.classes || plan.classes.includes(series.name));
  const tallies = classes.map((series) => ({ series, results: [] as SeriesResult[], scores: [] as Score[] }));
  for (let index = 0; index < plan.seriesPerClass && (index < 3 || performance.now() < plan.deadline); index++) {
    tallies.forEach((tally, c) => {
      const seed = subSeed(plan.seed, c);
      const result = runSeries(tally.series, {
        panel,
        seed,
        index,
        learningDays: LEARNING_DAYS,
        clipping: plan.clipping ?? "pods",
      });
      if (plan.compare) tally.scores.push(...scoreCompetitors(result));
      tally.results.push({ ...result, counts: new Uint32Array(0), copies: {} });
    });
  }
  return tallies.map(({ series, results, scores }) => outcome(series.name, results, scores));
}

interface Score {
  readonly name: string;
  readonly alarms: number;
  readonly delay: number | undefined;
}

function scoreCompetitors(result: SeriesResult): readonly Score[] {
  const copy = result.copies.x10;
  const normal = Array.from(result.counts);
  return COMPETITORS.map((competitor) => {
    const alarms = alarmsAt(hourlyMaxima(competitor.score(normal, LEARNING_DAYS * DAY)), competitor.threshold);
    if (!copy) return { name: competitor.name, alarms, delay: undefined };
    const injected = competitor.score([...normal.slice(0, copy.start), ...copy.counts], copy.start);
    const at = injected.findIndex((value) => value > competitor.threshold);
    return { name: competitor.name, alarms, delay: at < 0 ? undefined : at + 1 };
  });
}

function outcome(name: string, results: readonly SeriesResult[], scores: readonly Score[]): ClassOutcome {
  const series = results.length;
  const count = total(results, 2);
  const recall = Object.fromEntries(
    INJECTIONS.map((injection) => [injection.name, recallOf(results.map((result) => result.trials[injection.name]?.delay))]),
  );
  const onsets = results.map((result) => result.trials.x10?.onsetError).filter((error) => error !== undefined);
  const competitors = Object.fromEntries(
    (scores.length > 0 ? COMPETITORS : []).map(({ name: competitor }) => {
      const own = scores.filter((score) => score.name === competitor);
      const perWeek = own.reduce((sum, score) => sum + score.alarms, 0) / Math.max(1, own.length);
      return [competitor, { perWeek, x10: recallOf(own.map((score) => score.delay)) }];
    }),
  );
  return {
    name,
    series,
    falseAlarms: { count, perWeek: count / series, interval: rateInterval(count, series) },
    early: [total(results, 0) / series, total(results, 1) / series],
    recall,
    onsetWithin5: onsets.filter((error) => error <= 5).length / Math.max(1, onsets.length),
    competitors,
  };
}

function total(results: readonly SeriesResult[], period: 0 | 1 | 2): number {
  return results.reduce((sum, result) => sum + result.falseAlarms[period], 0);
}
