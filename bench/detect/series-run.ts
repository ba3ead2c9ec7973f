/** Runs one simulated series through the shipped panel: two weeks of normal life, and copies with something injected. */
import type { Panel, PanelState, PanelVerdict } from "../../detectors/index.ts";
import { INJECTIONS, type Injection } from "./anomalies.ts";
import { type Behaviour, DAY, drawMinute, type Minute, nextNoise, type SeriesClass, WEEK } from "./classes.ts";
import { type Random, seeded, subSeed } from "./random.ts";

/** Monday, 1 January 2024, 00:00 UTC. */
const START = Date.UTC(2024, 0, 1);
const MINUTE = 60_000;

export interface Trial {
  /** Minutes from the first affected bucket (1) to the alarm; undefined: not found. */
  readonly delay: number | undefined;
  /** Minutes by which the estimated onset missed the true one. */
  readonly onsetError: number | undefined;
}

export interface SeriesResult {
  readonly rate: number;
  /** False alarms in days .5 to 3, in days 3 to 7, and in the test week. */
  readonly falseAlarms: readonly [number, number, number];
  readonly trials: Readonly<Record<string, Trial>>;
  /** Counts of the two weeks, and of each injected copy from its start on, for the competitors. */
  readonly counts: Uint32Array;
  readonly copies: Readonly<Record<string, { readonly start: number; readonly counts: readonly number[] }>>;
}

export interface RunOptions {
  readonly panel: Panel;
  readonly seed: number;
  readonly index: number;
  readonly learningDays: number;
  /** How the companion count is made: by pod, one slot for all (pod unknown), or not clipped at all. */
  readonly clipping: "pods" | "unknown" | "none";
  readonly injections?: readonly Injection[];
}

export function runSeries(series: SeriesClass, options: RunOptions): SeriesResult {
  const { panel, seed, index, learningDays } = options;
  const rate = series.rates[index % series.rates.length] ?? 1;
  const behaviour = series.behaviour(rate, index);
  const random = seeded(subSeed(seed, index, 1));
  const pods = 3 + Math.floor(random.next() * 18);
  const testStart = learningDays * DAY;
  const starts = { test: testStart + Math.floor(random.next() * 2 * DAY), young: DAY + Math.floor(random.next() * 2 * DAY) };
  const snapshots: Partial<Record<"test" | "young", PanelState | undefined>> = {};
  const counts = new Uint32Array(testStart + WEEK);
  const falseAlarms: [number, number, number] = [0, 0, 0];
  let state: PanelState | undefined;
  let z = random.normal();
  for (let minute = 0; minute < counts.length; minute++) {
    if (minute === starts.test) snapshots.test = state;
    if (minute === starts.young) snapshots.young = state;
    if (behaviour.noise) z = nextNoise(z, random);
    const drawn = drawMinute(behaviour, behaviour.level(minute, z), pods, 0, pods, random);
    counts[minute] = drawn.count;
    const next = feed(panel, state, minute, drawn, options.clipping);
    state = next.state;
    if (next.verdict?.transition === "opened") {
      const period = minute >= testStart ? 2 : minute >= 3 * DAY ? 1 : 0;
      falseAlarms[period] += 1;
    }
  }
  const trials: Record<string, Trial> = {};
  const copies: Record<string, { start: number; counts: readonly number[] }> = {};
  (options.injections ?? INJECTIONS).forEach((injection, i) => {
    const start = starts[injection.when];
    const copy = runCopy(
      behaviour,
      injection,
      start,
      pods,
      snapshots[injection.when],
      options,
      seeded(subSeed(seed, index, 2, i)),
    );
    trials[injection.name] = copy.trial;
    copies[injection.name] = { start, counts: copy.counts };
  });
  return { rate, falseAlarms, trials, counts, copies };
}

function runCopy(
  behaviour: Behaviour,
  injection: Injection,
  start: number,
  pods: number,
  before: PanelState | undefined,
  options: RunOptions,
  random: Random,
) {
  let state = before;
  let z = random.normal();
  const counts: number[] = [];
  let trial: Trial = { delay: undefined, onsetError: undefined };
  for (let minute = 0; minute < injection.lookFor; minute++) {
    if (behaviour.noise) z = nextNoise(z, random);
    const level = behaviour.level(start + minute, z);
    const extra = level * (injection.factor(minute) - 1);
    const drawn = drawMinute(behaviour, level, pods, extra, injection.pods === "one" ? 1 : pods, random);
    counts.push(drawn.count);
    if (trial.delay !== undefined) continue;
    const next = feed(options.panel, state, start + minute, drawn, options.clipping);
    state = next.state;
    if (next.verdict?.transition !== "opened") continue;
    const onset = ((next.verdict.onsetAt ?? 0) - START) / MINUTE;
    trial = { delay: minute + 1, onsetError: Math.abs(onset - start) };
  }
  return { trial, counts };
}

function feed(panel: Panel, state: PanelState | undefined, minute: number, drawn: Minute, clipping: RunOptions["clipping"]) {
  if (drawn.count === 0 && state && !panel.needsTime(state)) return { state, verdict: undefined as PanelVerdict | undefined };
  const clipped = clipping === "pods" ? drawn.clipped : clipping === "none" ? drawn.count : Math.min(3, drawn.count);
  const at = START + minute * MINUTE;
  return panel.step(state, { at, width: MINUTE, count: drawn.count, clipped, exposure: 60, gapShare: 1 });
}
