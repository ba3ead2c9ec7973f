/**
 * `bench kubernetes-watch`: how long a daemon takes to know all pods of a cluster from a standing start, and how much
 * memory, as a ratio to the same daemon without a watch. Server and daemon are processes of their own.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { table } from "./detect/summary.ts";
import type { ApiAnswer, ApiOrder } from "./kubernetes-api.ts";
import type { WatchAnswer, WatchOrder } from "./kubernetes-daemon.ts";
import { startRedis } from "./redis-process.ts";

export interface KubernetesWatchMeasurement extends WatchAnswer {
  readonly store: "memory" | "redis";
  readonly pods: number;
  /** Bytes of one pod as the server sends it. */
  readonly bytesPerPod: number;
  /** Processor time of `JSON.parse` alone on the same pages, as a share of the daemon's. */
  readonly parseShare: number;
}

const SIZES = [2_000, 20_000];
const STORES = ["memory", "redis"] as const;
const MEBIBYTE = 2 ** 20;

export async function runKubernetesWatchBench(
  options: { readonly sizes?: readonly number[] } = {},
): Promise<{ readonly text: string; readonly json: unknown }> {
  const idle = await measureDaemon({ pods: 0, storeUrl: "memory:" });
  const measurements: KubernetesWatchMeasurement[] = [];
  for (const pods of options.sizes ?? SIZES) for (const store of STORES) measurements.push(await measure(pods, store));
  const rows = measurements.map((one) => [
    ...[one.store, String(one.pods), one.bytesPerPod.toFixed(0), one.seconds.toFixed(1), one.parseShare.toFixed(2)],
    ...[one.peak, one.settled].map((bytes) => (bytes / MEBIBYTE).toFixed(0)),
    (one.peak / idle.peak).toFixed(2),
    ((one.settled - idle.settled) / one.pods).toFixed(0),
  ]);
  const header = [
    "store",
    "pods",
    "bytes each",
    "seconds",
    "share of JSON.parse",
    "peak MiB",
    "settled MiB",
    "peak ratio",
    "bytes a pod",
  ];
  const note = `Without a watch: ${(idle.peak / MEBIBYTE).toFixed(0)} MiB. Two containers a pod, ten pods a workload.`;
  return { text: `${table(header, rows)}\n\n${note}`, json: { idle, measurements } };
}

async function measure(pods: number, store: "memory" | "redis"): Promise<KubernetesWatchMeasurement> {
  const server = spawn("kubernetes-api");
  const redis = store === "redis" ? await startRedis() : undefined;
  try {
    const { url } = await ask<ApiOrder, ApiAnswer>(server, { pods });
    const { bytes, seconds } = await parsePages(url);
    const answer = await measureDaemon({ apiServer: url, storeUrl: redis?.url ?? "memory:", pods });
    return { store, pods, bytesPerPod: bytes / pods, parseShare: seconds / answer.processorSeconds, ...answer };
  } finally {
    server.kill();
    await redis?.stop();
  }
}

async function measureDaemon(order: WatchOrder): Promise<WatchAnswer> {
  const child = spawn("kubernetes-daemon");
  const exit = once(child, "exit");
  const answer = await ask<WatchOrder, WatchAnswer>(child, order);
  await exit;
  return answer;
}

/** All pages of pods, parsed and thrown away. */
async function parsePages(url: string): Promise<{ bytes: number; seconds: number }> {
  let bytes = 0;
  let seconds = 0;
  let next: string | undefined = "0";
  while (next !== undefined) {
    const text = await (await fetch(`${url}/api/v1/pods?limit=500&continue=${next}`)).text();
    const startedAt = performance.now();
    const page = JSON.parse(text) as { readonly metadata: { readonly continue?: string } };
    seconds += (performance.now() - startedAt) / 1000;
    bytes += Buffer.byteLength(text);
    next = page.metadata.continue;
  }
  return { bytes, seconds };
}

function spawn(name: string): ChildProcess {
  const own = import.meta.url;
  const fromSources = own.endsWith(".ts");
  const script = fileURLToPath(new URL(`${name}.${fromSources ? "ts" : "js"}`, own));
  return fork(script, { execArgv: [...process.execArgv, ...(fromSources ? ["--import", "tsx"] : [])] });
}

async function ask<Order extends object, Answer>(child: ChildProcess, order: Order): Promise<Answer> {
  const answered = once(child, "message");
  const ended = once(child, "exit").then(([code]) => Promise.reject(new Error(`a measured process ended with ${code}`)));
  ended.catch(() => undefined);
  child.send(order);
  const [answer] = (await Promise.race([answered, ended])) as [Answer];
  return answer;
}
