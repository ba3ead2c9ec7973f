/** The measured half of `bench kubernetes-watch`, a process of its own: a daemon that starts to watch a cluster. */
import { setTimeout as delay } from "node:timers/promises";
import { startDaemon } from "./bench-daemon.ts";
import { processorSeconds } from "./measure.ts";

export interface WatchOrder {
  /** Absent: nothing is watched, which is what the rest of the daemon takes. */
  readonly apiServer?: string;
  readonly storeUrl: string;
  readonly pods: number;
}

export interface WatchAnswer {
  /** From the start of the daemon to the last pod in its timeline. */
  readonly seconds: number;
  readonly processorSeconds: number;
  /** Most memory the process ever had, bytes. */
  readonly peak: number;
  /** A while after, bytes. */
  readonly settled: number;
}

const LOOK_EVERY = 10;
const SETTLE = 2_000;

process.on("message", (order: WatchOrder) => {
  measure(order)
    .then((answer) => process.send?.(answer, () => process.exit(0)))
    .catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    });
});

async function measure({ apiServer, storeUrl, pods }: WatchOrder): Promise<WatchAnswer> {
  const settings = apiServer === undefined ? "" : `sources:\n  kubernetes:\n    api_server: ${apiServer}\n`;
  const before = processorSeconds();
  const startedAt = performance.now();
  const { daemon, stop } = await startDaemon(storeUrl, settings);
  while (apiServer !== undefined && daemon.engine.timeline.stats().pods < pods) await delay(LOOK_EVERY);
  const seconds = (performance.now() - startedAt) / 1000;
  const used = processorSeconds() - before;
  await delay(SETTLE);
  const settled = process.memoryUsage.rss();
  await stop();
  return { seconds, processorSeconds: used, peak: process.resourceUsage().maxRSS * 1024, settled };
}
