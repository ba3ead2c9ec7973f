/** Real counts, see real-counts.ts: alarms inside and outside of the labelled windows, nothing tuned; and their published score. */
import { createPanel, type PanelOptions, type PanelState } from "../../detectors/index.ts";
import { NAB_PROFILES, nabScore } from "./nab-score.ts";
import { BENCH_OPTIONS, CONFIGURED } from "./panel-setting.ts";
import { type CountFile, type RealCounts, readRealCounts } from "./real-counts.ts";
import { rateInterval, table, wilson } from "./summary.ts";
import { type Judged, judgeGoal, tally, targetTable } from "./targets.ts";

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

/** Scores of the Numenta benchmark by profile. */
export interface NabScores {
  readonly shipped: Readonly<Record<string, number>>;
  /** With the threshold searched on these very files for each profile, as that benchmark does. Only of the first setting. */
  readonly searched?: Readonly<Record<string, { readonly score: number; readonly lnThreshold: number }>>;
}

export interface RealScores {
  readonly setting: string;
  readonly files: readonly RealOutcome[];
  readonly all: RealOutcome;
  readonly nab: NabScores;
}

const SETTINGS: readonly { readonly name: string; readonly options: PanelOptions }[] = [
  { name: "as in the benchmark: rises of any size, one in a million minutes", options: BENCH_OPTIONS },
  { name: "as configured by default", options: CONFIGURED },
];
/** Logarithms of thresholds that are searched. */
const SEARCHED: readonly number[] = [2, 3.5, 5, 7, 9, 11, 16, 20, 30, 50, 100];

export function runReal(
  directory: string,
  say: (line: string) => void = () => {},
): { readonly text: string; readonly json: { readonly real: unknown } } {
  const counts = readRealCounts(directory);
  const scores = scoreReal(counts, say);
  const unlabelled = counts.files.filter(({ windows }) => !windows).map(({ file }) => file);
  const sections = scores.flatMap(({ setting, files, all, nab }) => [
    `Real counts, ${setting}:`,
    realTable(files, all),
    "The same by the score of the Numenta benchmark (100: every window at its first row; 0: silence), which searches the threshold on the data it scores:",
    nabTable(nab),
  ]);
  if (unlabelled.length > 0) sections.push(`Not labelled, so left out: ${unlabelled.join(", ")}.`);
  if (counts.missing.length > 0) sections.push(`Labelled, but not in the folder: ${counts.missing.join(", ")}.`);
  const targets = scores.slice(0, 1).flatMap(realGoals);
  sections.push("## Targets of real counts", tally(targets), targetTable(targets));
  return { text: sections.join("\n\n"), json: { real: { scores, unlabelled, missing: counts.missing, targets } } };
}

/** One entry for each setting. Files without labels are left out. */
export function scoreReal(counts: RealCounts, say: (line: string) => void = () => {}): readonly RealScores[] {
  const labelled = counts.files.flatMap(({ windows, ...file }) => (windows ? [{ ...file, windows }] : []));
  return SETTINGS.map(({ name, options }, position) => {
    const reported = labelled.map((file) => alarmRows(file, options));
    const files = labelled.map((file, i) => outcomeOf(file, reported[i] ?? []));
    const sum = (key: "weeks" | "alarms" | "inside" | "windows" | "hit") => files.reduce((total, file) => total + file[key], 0);
    const all = {
      file: "**all**",
      weeks: sum("weeks"),
      alarms: sum("alarms"),
      inside: sum("inside"),
      windows: sum("windows"),
      hit: sum("hit"),
    };
    return { setting: name, files, all, nab: nabScores(labelled, options, reported, position === 0 ? SEARCHED : [], say) };
  });
}

type Labelled = CountFile & Required<Pick<CountFile, "windows">>;

function nabScores(
  files: readonly Labelled[],
  options: PanelOptions,
  shipped: readonly (readonly number[])[],
  thresholds: readonly number[],
  say: (line: string) => void,
): NabScores {
  const scoresOf = (reported: readonly (readonly number[])[]) => {
    const own = files.map(({ rows, windows }, i) => ({ times: rows.map(({ at }) => at), windows, reported: reported[i] ?? [] }));
    return Object.fromEntries(NAB_PROFILES.map((profile) => [profile.name, nabScore(own, profile)]));
  };
  const atShipped = scoresOf(shipped);
  if (thresholds.length === 0) return { shipped: atShipped };
  const searched = Object.fromEntries(
    Object.entries(atShipped).map(([name, score]) => [name, { score, lnThreshold: options.lnThreshold }]),
  );
  for (const lnThreshold of thresholds) {
    say(`real counts: threshold ln A = ${lnThreshold}`);
    const scores = scoresOf(files.map((file) => alarmRows(file, { ...options, lnThreshold })));
    for (const [name, score] of Object.entries(scores))
      if (score > (searched[name]?.score ?? Number.NEGATIVE_INFINITY)) searched[name] = { score, lnThreshold };
  }
  return { shipped: atShipped, searched };
}

/** Rows at which an incident opened. */
function alarmRows({ rows, width }: CountFile, options: PanelOptions): readonly number[] {
  const panel = createPanel(options);
  let state: PanelState | undefined;
  const alarms: number[] = [];
  rows.forEach(({ at, count }, row) => {
    const clipped = Math.min(count, Math.round((CLIP_PER_MINUTE * width) / MINUTE));
    // A row that is not there says nothing: it is no silence.
    const next = panel.step(state, { at, width, count, clipped, exposure: width / 1000, gapShare: 0 });
    state = next.state;
    if (next.verdict.transition === "opened") alarms.push(row);
  });
  return alarms;
}

function outcomeOf({ file, rows, width, windows }: Labelled, reported: readonly number[]): RealOutcome {
  const alarms = reported.map((row) => rows[row]?.at ?? Number.NaN);
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

const OUTSIDE_PER_WEEK = 0.15;
const HIT_SHARE = 0.45;
/** Of the benchmark's files of event counts, threshold searched. */
const NAB_GOALS: Readonly<Record<string, number>> = { standard: 51, "low FP": 41 };

function realGoals({ all, nab }: RealScores): readonly Judged[] {
  if (all.windows === 0) return [];
  const outside = all.alarms - all.inside;
  return [
    {
      name: "real counts: alarms outside of labelled windows per week",
      atMost: OUTSIDE_PER_WEEK,
      measured: outside / all.weeks,
      interval: rateInterval(outside, all.weeks),
      from: `${all.weeks.toFixed(1)} weeks`,
    },
    {
      name: "real counts: labelled windows with an alarm",
      atLeast: HIT_SHARE,
      measured: all.hit / all.windows,
      interval: wilson(all.hit, all.windows),
      from: `${all.windows} windows`,
    },
    ...Object.entries(NAB_GOALS).map(([name, atLeast]) => ({
      name: `real counts: Numenta score, ${name}`,
      atLeast,
      measured: nab.searched?.[name]?.score,
      from: `${all.windows} windows`,
    })),
  ].map(judgeGoal);
}

function nabTable({ shipped, searched }: NabScores): string {
  return table(
    ["profile", "as shipped", "threshold searched", "at ln A"],
    Object.entries(shipped).map(([name, score]) => {
      const best = searched?.[name];
      return [name, score.toFixed(2), best?.score.toFixed(2) ?? "–", best?.lnThreshold.toFixed(1) ?? "–"];
    }),
  );
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
