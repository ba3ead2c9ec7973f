/** `bench detect`: how well the shipped panel detects, how it compares, and what each of its parts is worth. */
import type { BenchmarkResult } from "../benchmark-result.ts";
import { INJECTIONS } from "./anomalies.ts";
import { delayChart } from "./chart.ts";
import { COMPETITORS } from "./competitors.ts";
import { type DelayRow, delayTable } from "./delays.ts";
import { type ClassOutcome, type Plan, runClasses } from "./detection.ts";
import { shown, table } from "./summary.ts";

export interface DetectBenchOptions {
  readonly seed: number;
  /** Up to an hour instead of five minutes. */
  readonly full?: boolean;
}

/** Series of each class, and wall-clock minutes: fewer series are run when time is short, and the intervals say so. */
const SHORT = { seriesPerClass: 60, minutes: 4.5 } as const;
const FULL = { seriesPerClass: 240, minutes: 55 } as const;

const ABLATIONS: readonly { readonly name: string; readonly plan: Partial<Plan> }[] = [
  { name: "as shipped", plan: {} },
  { name: "pods unknown", plan: { clipping: "unknown" } },
  { name: "no clipped companion", plan: { clipping: "none" } },
  { name: "noise factor 1.5", plan: { options: { noiseFactor: 1.5 } } },
  { name: "noise factor 0", plan: { options: { noiseFactor: 0 } } },
  { name: "fleet threshold ln A = 23", plan: { options: { lnThreshold: 23 } } },
];
const ABLATED = ["poisson", "bursty", "autocorr", "realistic"] as const;

export async function runDetectBench(options: DetectBenchOptions): Promise<BenchmarkResult> {
  const { seed } = options;
  const { seriesPerClass, minutes } = options.full ? FULL : SHORT;
  const begin = performance.now();
  const until = (share: number) => begin + share * minutes * 60_000;
  const classes = runClasses({ seed, seriesPerClass, deadline: until(0.6), compare: true });
  const ablations = ABLATIONS.map(({ name, plan }, i) => ({
    name,
    outcomes: runClasses({
      seed,
      seriesPerClass: Math.ceil(seriesPerClass / 2),
      deadline: until(0.6 + (0.3 * (i + 1)) / ABLATIONS.length),
      classes: ABLATED,
      ...plan,
    }),
  }));
  const delays = delayTable(seed, Math.max(50, Math.min(2000, 5 * seriesPerClass)));
  const sections = [
    "Recall / median delay (minutes) and false alarms per series-week, seven days of learning, one setting:",
    classTable(classes),
    "Recall of the tenfold rate with 95 % interval, and the share of its onsets within five minutes:",
    intervalTable(classes),
    "What is used today, same streams: false alarms per series-week, and recall / median delay of the tenfold rate:",
    competitorTable(classes),
    "Parts: recall and delay of the tenfold and fivefold rate; false alarms per series-week in brackets:",
    ablationTable(ablations),
    "Delay in seconds with a known rate, threshold ln(1e6), against the bound:",
    delayText(delays),
  ];
  return {
    text: sections.join("\n\n"),
    json: { options, classes, ablations, delays },
    pictures: { "detection-delay.svg": delayChart(delays) },
  };
}

function classTable(classes: readonly ClassOutcome[]): string {
  const header = ["class", "series", "false alarms", "days .5-3 / 3-7", ...INJECTIONS.map((injection) => injection.name)];
  return table(
    header,
    classes.map((outcome) => [
      outcome.name,
      String(outcome.series),
      `${outcome.falseAlarms.perWeek.toFixed(3)} (${outcome.falseAlarms.interval.map((end) => end.toFixed(3)).join("-")})`,
      outcome.early.map((value) => value.toFixed(3)).join(" / "),
      ...INJECTIONS.map((injection) => {
        const recall = outcome.recall[injection.name];
        return recall ? shown(recall) : "";
      }),
    ]),
  );
}

function intervalTable(classes: readonly ClassOutcome[]): string {
  const rows = classes.map((outcome) => {
    const x10 = outcome.recall.x10;
    const interval = x10 ? x10.interval.map((end) => end.toFixed(2)).join("-") : "";
    return [outcome.name, x10 ? shown(x10) : "", interval, outcome.onsetWithin5.toFixed(2)];
  });
  return table(["class", "x10", "95 %", "onset within 5 min"], rows);
}

function competitorTable(classes: readonly ClassOutcome[]): string {
  const cell = (outcome: ClassOutcome, name: string) => {
    const competitor = outcome.competitors[name];
    return competitor ? `${competitor.perWeek.toFixed(2)}; ${shown(competitor.x10)}` : "";
  };
  const ours = classes.map((outcome) => {
    const x10 = outcome.recall.x10;
    return `${outcome.falseAlarms.perWeek.toFixed(2)}; ${x10 ? shown(x10) : ""}`;
  });
  const rows = COMPETITORS.map(({ name }) => [name, ...classes.map((outcome) => cell(outcome, name))]);
  return table(["detector", ...classes.map((outcome) => outcome.name)], [["**this panel**", ...ours], ...rows]);
}

function ablationTable(ablations: readonly { readonly name: string; readonly outcomes: readonly ClassOutcome[] }[]): string {
  const rows = ablations.map(({ name, outcomes }) => [
    name,
    ...outcomes.map((outcome) => {
      const { x10, x5 } = outcome.recall;
      return `${x10 ? shown(x10) : ""}, x5 ${x5 ? shown(x5) : ""} [${outcome.falseAlarms.perWeek.toFixed(3)}]`;
    }),
  ]);
  return table(["setting", ...ABLATED], rows);
}

function delayText(rows: readonly DelayRow[]): string {
  const widths = ["0", "10", "60", "300"];
  return table(
    ["rate", "ratio", "event", "10 s", "60 s", "300 s", "bound"],
    rows.map((row) => [
      String(row.rate),
      String(row.ratio),
      ...widths.map((width) => (row.seconds[width] ?? 0).toFixed(1)),
      row.bound.toFixed(1),
    ]),
  );
}
