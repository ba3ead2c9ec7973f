/** Everything the benchmark asks of one simulated series. Pure: class, seed and index say it all. */
import type { PanelOptions } from "../../detectors/index.ts";
import { INJECTIONS } from "./anomalies.ts";
import { CLASSES } from "./classes.ts";
import { COMPETITORS } from "./competitors.ts";
import { MEMBERS } from "./members.ts";
import { recordsOf, risesOf, type Trace } from "./operating-curve.ts";
import { BENCH_OPTIONS, CONFIGURED } from "./panel-setting.ts";
import { subSeed } from "./random.ts";
import { type SimulatedSeries, simulateSeries } from "./simulated-series.ts";
import { type Clipping, traceSeries, type Watched, watchSeries } from "./watch-series.ts";

export interface StudyOrder {
  readonly seed: number;
  /** Position in CLASSES. */
  readonly series: number;
  readonly index: number;
  /** Also with other settings and with members of the panel alone. */
  readonly ablate: boolean;
}

export interface Study {
  readonly series: number;
  readonly index: number;
  readonly shipped: Watched;
  readonly competitors: Readonly<Record<string, Trace>>;
  /** By name in MEMBERS; empty unless asked for. */
  readonly members: Readonly<Record<string, Trace>>;
  /** By name in SETTINGS; empty unless asked for. */
  readonly settings: Readonly<Record<string, Watched>>;
}

/** Threshold of a fleet of a million series with one false alarm a week. */
export const FLEET_SETTING = "fleet threshold ln A = 23";

export const SETTINGS: readonly {
  readonly name: string;
  /** In all classes; else in SETTING_CLASSES. */
  readonly everywhere?: true;
  readonly clipping?: Clipping;
  readonly options?: Partial<PanelOptions>;
}[] = [
  { name: "as configured by default", options: CONFIGURED },
  { name: "pods unknown", clipping: "unknown" },
  { name: "noise factor 1.5", options: { noiseFactor: 1.5 } },
  { name: "noise factor 0", options: { noiseFactor: 0 } },
  { name: FLEET_SETTING, everywhere: true, options: { lnThreshold: 23 } },
];
export const SETTING_CLASSES: readonly string[] = ["poisson", "bursty", "autocorr", "realistic"];
const SETTING_INJECTIONS: readonly string[] = ["x5", "x10"];

/** Throws a RangeError when there is no class at that position. */
export function studySeries({ seed, series: position, index, ablate }: StudyOrder): Study {
  const kind = CLASSES[position];
  if (!kind) throw new RangeError(`there is no class ${position}`);
  const series = simulateSeries(kind, subSeed(seed, position), index);
  const settings = ablate ? SETTINGS.filter(({ everywhere }) => everywhere || SETTING_CLASSES.includes(kind.name)) : [];
  return {
    series: position,
    index,
    shipped: watchSeries(BENCH_OPTIONS, series, "pods"),
    competitors: Object.fromEntries(COMPETITORS.map(({ name, score }) => [name, traceCompetitor(score, series)])),
    members: ablate
      ? Object.fromEntries(
          MEMBERS.map(({ name, detectors, clipping }) => [
            name,
            traceSeries({ ...BENCH_OPTIONS, detectors }, series, clipping ?? "pods"),
          ]),
        )
      : {},
    settings: Object.fromEntries(
      settings.map(({ name, clipping = "pods", options }) => [
        name,
        watchSeries({ ...BENCH_OPTIONS, ...options }, series, clipping, SETTING_INJECTIONS),
      ]),
    ),
  };
}

export interface HistoryOrder {
  readonly seed: number;
  /** Position in CLASSES. */
  readonly series: number;
  readonly index: number;
  readonly learningDays: number;
}

/** The panel as shipped on a series with so many days of learning. Throws a RangeError as studySeries does. */
export function studyHistory({ seed, series: position, index, learningDays }: HistoryOrder): Watched {
  const kind = CLASSES[position];
  if (!kind) throw new RangeError(`there is no class ${position}`);
  return watchSeries(BENCH_OPTIONS, simulateSeries(kind, subSeed(seed, position), index, learningDays), "pods");
}

function traceCompetitor(score: (typeof COMPETITORS)[number]["score"], series: SimulatedSeries): Trace {
  const records: Record<string, Trace["records"][string]> = {};
  for (const { name, when } of INJECTIONS) {
    const copy = series.copies[name];
    if (!copy || when !== "test") continue;
    const start = series.starts[when];
    const counts = new Uint32Array(start + copy.counts.length);
    counts.set(series.counts.subarray(0, start));
    counts.set(copy.counts, start);
    records[name] = recordsOf(score(counts, start));
  }
  return { rises: risesOf(score(series.counts, series.testStart)), records };
}
