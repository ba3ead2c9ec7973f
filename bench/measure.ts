/** Processor time and memory, and runs of this process in which they can be compared. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Seconds of processor time this process has used so far, in all its threads. A busy machine does not count. */
export function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Processor seconds of the quickest of `runs` runs: what the code costs when nothing else disturbs the caches. */
export function quickest(runs: number, run: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) {
    const before = processorSeconds();
    run();
    best = Math.min(best, processorSeconds() - before);
  }
  return best;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** Bytes held on the heap and beside it once garbage is collected. */
export function heapUsed(): number {
  collectGarbage();
  const { heapUsed: heap, external } = process.memoryUsage();
  return heap + external;
}

/** Twice, because the first run may only queue finalizers. */
export function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
}
