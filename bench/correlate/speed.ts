/**
 * `bench verdict`: what one verdict costs at the caps (200 series x 65 buckets, 64 candidates, pods named by events), in
 * processor time of this process, helper threads included.
 *
 * The first verdict of a process (that of the first row, where nothing else was measured before) runs code that is not
 * compiled yet and costs several times as much; it is told apart, and the others follow a hundred runs.
 *
 * Beside it a loop of arithmetic of about the same length, which allocates nothing: what it takes longer at its 99th
 * percentile than in the middle is the machine's doing. The quickest of four runs of each episode leaves that out, and the
 * collection of garbage too; what counts is every run.
 */
import { attribute } from "../../src/correlation/attribute.ts";
import type { BenchmarkResult } from "../benchmark-result.ts";
import { table } from "../detect/summary.ts";
import { processorSeconds } from "../measure.ts";
import { fullEpisode } from "./full-episode.ts";
import { randomFrom } from "./random.ts";

export const BUDGET_MS = 20;
const RUNS_OF_EACH = 4;
const WARM_UP = 100;

export interface SpeedOptions {
  readonly seed: number;
  readonly episodes: number;
  /** Rollouts of the subject among the 64 candidates. */
  readonly rollouts: number;
}

export interface SpeedResult {
  readonly rollouts: number;
  /** The very first verdict, before any of its code is compiled or its memory in use. */
  readonly firstMs: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  /** 99th percentile over episodes of the quickest run of each. */
  readonly quickestP99Ms: number;
  /** 99th percentile over median of a plain loop of the same length. */
  readonly machine: number;
}

export function runVerdictBench({ seed }: { readonly seed: number }): BenchmarkResult {
  const results = [6, 30].map((rollouts) => measureSpeed({ seed, episodes: 60, rollouts }));
  const rows = results.map((one) => [
    `${one.rollouts} rollouts, ${64 - one.rollouts} edits`,
    one.firstMs.toFixed(0),
    one.medianMs.toFixed(1),
    one.p99Ms.toFixed(1),
    one.quickestP99Ms.toFixed(1),
    one.machine.toFixed(1),
    one.p99Ms < BUDGET_MS ? "passed" : "**missed**",
  ]);
  const head = [
    "candidates",
    "first ms",
    "median ms",
    "p99 ms",
    "p99 ms, undisturbed",
    "p99 / median of a plain loop",
    `p99 below ${BUDGET_MS} ms`,
  ];
  return { text: table(head, rows), json: { budgetMs: BUDGET_MS, results } };
}

export function measureSpeed({ seed, episodes, rollouts }: SpeedOptions): SpeedResult {
  const random = randomFrom(seed);
  const times: number[] = [];
  const quickest: number[] = [];
  const loops: number[] = [];
  const warm = fullEpisode(random, rollouts);
  const firstMs = processorMs(() => attribute(warm));
  for (let run = 0; run < WARM_UP; run++) attribute(warm);
  const steps = stepsFor(processorMs(() => attribute(warm)));
  for (let i = 0; i < episodes; i++) {
    const episode = fullEpisode(random, rollouts);
    const own = Array.from({ length: RUNS_OF_EACH }, () => processorMs(() => attribute(episode)));
    times.push(...own);
    quickest.push(Math.min(...own));
    for (let run = 0; run < RUNS_OF_EACH; run++) loops.push(processorMs(() => sumOfLogs(steps)));
  }
  return {
    rollouts,
    firstMs,
    medianMs: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    quickestP99Ms: quantile(quickest, 0.99),
    machine: quantile(loops, 0.99) / quantile(loops, 0.5),
  };
}

function processorMs(run: () => unknown): number {
  const before = processorSeconds();
  run();
  return (processorSeconds() - before) * 1000;
}

/** Steps of the plain loop that take about as many milliseconds. */
function stepsFor(ms: number): number {
  const trial = 1e6;
  sumOfLogs(trial);
  return Math.ceil((trial * ms) / processorMs(() => sumOfLogs(trial)));
}

function sumOfLogs(steps: number): number {
  let sum = 0;
  for (let i = 1; i <= steps; i++) sum += Math.log(i);
  return sum;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(Math.floor(share * sorted.length), sorted.length - 1)] ?? Number.NaN;
}
