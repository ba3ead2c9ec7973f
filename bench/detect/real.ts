/** Real counts, see real-counts.ts: alarms inside and outside of the labelled windows, nothing tuned. */
import { detectionSection } from "../../config/sections/detection.ts";
import { createPanel, type PanelOptions, type PanelState } from "../../detectors/index.ts";
import { panelOptions } from "../../src/app/policy.ts";
import { BENCH_OPTIONS } from "./panel-setting.ts";
import { type CountFile, type RealCounts, readRealCounts } from "./real-counts.ts";
import { rateInterval, table, wilson } from "./summary.ts";

const MINUTE = 60_000;
const WEEK = 7 * 24 * 60 * MINUTE;
/** Nothing is known about pods, so the companion holds three events a minute at most. */
const CLIP_PER_MINUTE = 3;

export interface RealOutcome {
  readonly file: string;
  /** Time covered by rows, labelled windows included. */
  readonly weeks: number;
  readonly alarms: number;
  /** Alarms inside a labelled window. */
  readonly inside: number;
  readonly windows: number;
  /** Windows with at least one alarm. */
  readonly hit: number;
}

export interface RealScores {
  readonly setting: string;
  readonly files: readonly RealOutcome[];
  readonly all: RealOutcome;
}

const SETTINGS: readonly { readonly name: string; readonly options: PanelOptions }[] = [
  { name: "as in the benchmark: rises of any size, one in a million minutes", options: BENCH_OPTIONS },
  { name: "as configured by default", options: panelOptions(detectionSection.parse({}), 1) },
];

export function runReal(directory: string): { readonly text: string; readonly json: unknown } {
  const counts = readRealCounts(directory);
  const scores = scoreReal(counts);
  const unlabelled = counts.files.filter(({ windows }) => !windows).map(({ file }) => file);
  const sections = scores.flatMap(({ setting, files, all }) => [`Real counts, ${setting}:`, realTable(files, all)]);
  if (unlabelled.length > 0) sections.push(`Not labelled, so left out: ${unlabelled.join(", ")}.`);
  if (counts.missing.length > 0) sections.push(`Labelled, but not in the folder: ${counts.missing.join(", ")}.`);
  return { text: sections.join("\n\n"), json: { real: { scores, unlabelled, missing: counts.missing } } };
}

/** One entry for each setting. Files without labels are left out. */
export function scoreReal(counts: RealCounts): readonly RealScores[] {
  return SETTINGS.map(({ name, options }) => {
    const files = counts.files.flatMap((file) => (file.windows ? [scoreFile(file, file.windows, options)] : []));
    const sum = (key: "weeks" | "alarms" | "inside" | "windows" | "hit") => files.reduce((total, file) => total + file[key], 0);
    const all = {
      file: "**all**",
      weeks: sum("weeks"),
      alarms: sum("alarms"),
      inside: sum("inside"),
      windows: sum("windows"),
      hit: sum("hit"),
    };
    return { setting: name, files, all };
  });
}

function scoreFile(
  { file, rows, width }: CountFile,
  windows: readonly (readonly [number, number])[],
  options: PanelOptions,
): RealOutcome {
  const panel = createPanel(options);
  let state: PanelState | undefined;
  const alarms: number[] = [];
  for (const { at, count } of rows) {
    const clipped = Math.min(count, Math.round((CLIP_PER_MINUTE * width) / MINUTE));
    // A row that is not there says nothing: it is no silence.
    const next = panel.step(state, { at, width, count, clipped, exposure: width / 1000, gapShare: 0 });
    state = next.state;
    if (next.verdict.transition === "opened") alarms.push(at);
  }
  const within = (time: number) => windows.some(([from, to]) => time >= from && time <= to);
  return {
    file,
    weeks: (rows.length * width) / WEEK,
    alarms: alarms.length,
    inside: alarms.filter(within).length,
    windows: windows.length,
    hit: windows.filter(([from, to]) => alarms.some((time) => time >= from && time <= to)).length,
  };
}

function realTable(files: readonly RealOutcome[], all: RealOutcome): string {
  const range = (ends: readonly [number, number], digits: number) => ends.map((end) => end.toFixed(digits)).join("-");
  const line = (one: RealOutcome) => {
    const outside = one.alarms - one.inside;
    return [
      one.file,
      one.weeks.toFixed(1),
      String(one.alarms),
      String(one.inside),
      `${one.hit} of ${one.windows} (${range(wilson(one.hit, one.windows), 2)})`,
      `${(outside / one.weeks).toFixed(3)} (${range(rateInterval(outside, one.weeks), 3)})`,
    ];
  };
  const header = ["file", "weeks", "alarms", "inside windows", "windows found", "alarms outside per week"];
  return table(header, [...files, all].map(line));
}
