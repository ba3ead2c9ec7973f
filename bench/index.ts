/**
 * Every benchmark `tenfold bench` knows, in the order it runs them when none is named. Each is loaded when it is run, so
 * that the other commands of the program do not pay for them.
 */

import type { BenchmarkResult } from "./benchmark-result.ts";

export interface BenchmarkOptions {
  /** Same seed, same inputs. */
  readonly seed: number;
  /** Take up to an hour instead of five minutes, for narrower intervals. Only `detect` knows a longer run. */
  readonly full?: boolean;
  /** Folder of real counts to score instead of simulated ones. Only `detect`. */
  readonly real?: string;
}

export interface Benchmark {
  readonly name: string;
  readonly summary: string;
  run(options: BenchmarkOptions): Promise<BenchmarkResult>;
}

const EPISODES = 400;

export const benchmarks: readonly Benchmark[] = [
  {
    name: "ingest",
    summary: "HTTP to acknowledged by the store, against JSON.parse of the same bytes",
    run: async () => (await import("./ingest.ts")).runIngestBench(),
  },
  {
    name: "evaluate",
    summary: "cost per active series, and how it grows",
    run: async ({ seed }) => (await import("./evaluate.ts")).runEvaluateBench({ seed }),
  },
  {
    name: "detect",
    summary: "recall, delay and false alarms, against what is used today",
    run: async ({ real, ...options }) =>
      real === undefined
        ? (await import("./detect/index.ts")).runDetectBench(options)
        : (await import("./detect/real.ts")).runReal(real),
  },
  {
    name: "correlate",
    summary: "the right cause, precision when asserted, and calibration, against what people do today",
    run: async ({ seed }) => (await import("./correlate/index.ts")).runCorrelateBench({ seed, episodes: EPISODES }),
  },
  {
    name: "incidents",
    summary: "48 incidents in twelve days of a fleet, replayed: found, and rightly named",
    run: async ({ seed }) => (await import("./incidents/index.ts")).runIncidentsBench(seed),
  },
  {
    name: "quiet",
    summary: "ten days in which nothing happens but harmless rollouts, replayed: who is woken",
    run: async ({ seed }) => (await import("./incidents/quiet.ts")).runQuietBench(seed),
  },
  {
    name: "latency",
    summary: "deciding event to notification sent, and a rise to the event that decides",
    run: async ({ seed }) => (await import("./latency.ts")).runLatencyBench({ seed }),
  },
  {
    name: "memory",
    summary: "bytes per series in process and in Redis",
    run: async () => (await import("./memory.ts")).runMemoryBench(),
  },
  {
    name: "kubernetes-watch",
    summary: "a standing start with 20 000 pods: time and memory",
    run: async () => (await import("./kubernetes-watch.ts")).runKubernetesWatchBench(),
  },
];
