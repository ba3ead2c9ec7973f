/**
 * Real counts: a directory with CSV files (`timestamp,value`) and `windows.json` (file name to labelled windows) in the
 * form of the Numenta Anomaly Benchmark. Alarms at the default threshold, nothing tuned.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createPanel, type PanelState } from "../../detectors/index.ts";
import { BENCH_OPTIONS } from "./detection.ts";

const MINUTE = 60_000;
const WEEK = 7 * 24 * 60 * MINUTE;
/** Nothing is known about pods, so the companion holds three events a minute at most. */
const CLIP_PER_MINUTE = 3;

export interface RealOutcome {
  readonly file: string;
  readonly weeks: number;
  readonly alarms: number;
  readonly inside: number;
  readonly windows: number;
  readonly hit: number;
}

export function scoreReal(directory: string): readonly RealOutcome[] {
  const labels = JSON.parse(readFileSync(join(directory, "windows.json"), "utf8")) as Record<
    string,
    readonly (readonly [string, string])[]
  >;
  const byName = new Map(Object.entries(labels).map(([file, windows]) => [basename(file), windows]));
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".csv"))
    .sort()
    .map((file) => scoreFile(join(directory, file), byName.get(basename(file)) ?? []));
}

function scoreFile(path: string, labels: readonly (readonly [string, string])[]): RealOutcome {
  const rows = readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","))
    .map(([time = "", value = "0"]) => ({ at: toTime(time), count: Math.max(0, Math.round(Number(value))) }));
  const width = rows.length > 1 ? (rows[1]?.at ?? 0) - (rows[0]?.at ?? 0) : 5 * MINUTE;
  const windows = labels.map(([from, to]) => [toTime(from), toTime(to)] as const);
  const panel = createPanel(BENCH_OPTIONS);
  let state: PanelState | undefined;
  const alarms: number[] = [];
  for (const { at, count } of rows) {
    const clipped = Math.min(count, Math.round((CLIP_PER_MINUTE * width) / MINUTE));
    const next = panel.step(state, { at, width, count, clipped, exposure: width / 1000, gapShare: 1 });
    state = next.state;
    if (next.verdict.transition === "opened") alarms.push(at);
  }
  const within = (time: number) => windows.some(([from, to]) => time >= from && time <= to);
  return {
    file: basename(path),
    weeks: ((rows.at(-1)?.at ?? 0) - (rows[0]?.at ?? 0)) / WEEK,
    alarms: alarms.length,
    inside: alarms.filter(within).length,
    windows: windows.length,
    hit: windows.filter(([from, to]) => alarms.some((time) => time >= from && time <= to)).length,
  };
}

function toTime(text: string): number {
  return Date.parse(
    `${text
      .trim()
      .replace(" ", "T")
      .replace(/\.\d+$/, "")}Z`,
  );
}
