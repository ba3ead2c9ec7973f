/**
 * Every benchmark `tenfold bench` knows, in the order it runs them when none is named. Each is loaded when it is run, so
 * that the other commands of the program do not pay for them.
 */

import type { BenchmarkResult } from "./benchmark-result.ts";

export interface BenchmarkOptions {
  /** Same seed, same inputs. */
  readonly seed: number;
  /** Take up to an hour instead of five minutes, for narrower intervals. Only `detect` and `correlate` know a longer run. */
  readonly full?: boolean;
  /** Folder of real counts to score instead of simulated ones, with `full` beside them. Only `detect`. */
  readonly real?: string;
  /** Told how far it is. */
  readonly say?: (line: string) => void;
  /** Given what is known so far, so that a run cut short leaves something. Only `detect`. */
  readonly save?: (json: unknown) => void;
}

export interface Benchmark {
  readonly name: string;
  readonly summary: string;
  run(options: BenchmarkOptions): Promise<BenchmarkResult>;
}

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
    run: async ({ real, ...options }) => {
      if (real !== undefined && !options.full) return (await import("./detect/real.ts")).runReal(real, options.say);
      return (await import("./detect/index.ts")).runDetectBench({ ...options, ...(real === undefined ? {} : { real }) });
    },
  },
  {
    name: "correlate",
    summary: "the right cause, precision when asserted, and calibration, against what people do today",
    run: async ({ seed, full }) => (await import("./correlate/index.ts")).runCorrelateBench({ seed, full }),
  },
  {
    name: "verdict",
    summary: "what one verdict costs with 200 series, 64 candidates and pods",
    run: async ({ seed }) => (await import("./correlate/speed.ts")).runVerdictBench({ seed }),
  },
  {
    name: "incidents",
    summary: "48 incidents in twelve days of a fleet, replayed: found, and rightly named",
    run: async ({ seed }) => (await import("./incidents/index.ts")).runIncidentsBench(seed),
  },
  {
    name: "quiet",
    summary: "ten days in which nothing happens but harmless rollouts, replayed: who is woken",
    run: async ({ seed, say }) => (await import("./incidents/quiet.ts")).runQuietBench(seed, say),
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
