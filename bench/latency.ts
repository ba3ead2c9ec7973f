/**
 * `bench latency`: from the event that decides an alert to its notification, through HTTP in, the whole daemon, and a
 * webhook receiver in this process; and from the rise of a rate to the event that decides (pipeline-delays.ts).
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Config } from "../config/schema.ts";
import { replay, type SettableClock } from "../src/app/replay.ts";
import { type ReplayItem, replayItem } from "../src/app/replay-items.ts";
import type { Store } from "../src/ports/store.ts";
import { selectSources } from "../src/sources/index.ts";
import { type BenchDaemon, startDaemon } from "./bench-daemon.ts";
import { table } from "./detect/summary.ts";
import { median } from "./measure.ts";
import { runPipelineDelays } from "./pipeline-delays.ts";

export interface LatencyBenchOptions {
  readonly seed: number;
  /** Spikes, one after the other, each on a workload of its own. */
  readonly spikes?: number;
}

const MINUTE = 60_000;
/** History before the spikes, at one event a minute: more than the twelve hours that are only learned from. */
const HISTORY_MINUTES = 14 * 60;
/** Minutes before the spikes at which history ends: judging it goes on for longer than events may be late. */
const HISTORY_ENDS = 3;
const SPIKE_EVENTS = 120;
/** Pods that take part: a flood from one pod alone is told apart from a spike of the workload. */
const PODS = 40;
/** Time between spikes: no divisor of the bucket width, so that they fall on all parts of a bucket. */
const PAUSE = 3_700;
/** How long after the last spike notifications are awaited, milliseconds. */
const PATIENCE = 60_000;

export async function runLatencyBench(options: LatencyBenchOptions): Promise<{ readonly text: string; readonly json: unknown }> {
  const { seed, spikes = 6 } = options;
  const told = new Map<string, number>();
  const receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      for (const [workload] of Buffer.concat(chunks)
        .toString("utf8")
        .matchAll(/Deployment\/spiking-\d+/g)) {
        if (!told.has(workload)) told.set(workload, Date.now());
      }
      response.writeHead(204).end();
    });
  }).listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const workloads = Array.from({ length: spikes }, (_, index) => `Deployment/spiking-${index}`);
  const settings = settingsFor((receiver.address() as AddressInfo).port);
  const daemon = await startDaemon("memory:", settings, (store, config) => readHistory(workloads, store, config));
  try {
    const delays = await measure(daemon, workloads, told);
    if (delays.length === 0) throw new Error(`none of ${spikes} spikes was notified`);
    const cells = [Math.min(...delays), median(delays), Math.max(...delays)].map((value) => (value / 1000).toFixed(2));
    const text = table(
      ["spikes", "notified", "least, seconds", "median", "most"],
      [[String(spikes), String(delays.length), ...cells]],
    );
    const { width } = daemon.store.windows;
    const rises = await runPipelineDelays(seed);
    const about = `A bucket is ${width / 1000} s wide. From a rise to the event that decides, mean seconds:`;
    return { text: [text, about, rises.text].join("\n\n"), json: { spikes, width, delays, rises: rises.json } };
  } finally {
    await daemon.stop();
    receiver.closeAllConnections();
    receiver.close();
  }
}

/** Nothing that waits on purpose: groups are told at once, and each workload is a group of its own. */
function settingsFor(port: number): string {
  return `
receivers:
  - name: bench
    webhook: [{ url: "http://127.0.0.1:${port}/" }]
route: { receiver: bench, group_wait: 0s, group_interval: 1s, group_by: [workload] }
delivery: { allow_private: ["127.0.0.0/8"] }
`;
}

/** What a daemon that has run for hours would know of the workloads. */
async function readHistory(workloads: readonly string[], store: Store, config: Config): Promise<void> {
  let time = 0;
  const clock: SettableClock = {
    now: () => time,
    set: (to) => {
      time = to;
    },
    sleep: async () => undefined,
  };
  const stream = history(workloads, Date.now());
  const ignore = () => undefined;
  await replay({ config, store, clock, streams: [stream], onTransitions: ignore, onRejected: ignore });
}

async function* history(workloads: readonly string[], until: number): AsyncGenerator<ReplayItem> {
  const candidates = selectSources("native");
  for (let minute = HISTORY_MINUTES; minute >= HISTORY_ENDS; minute--) {
    for (const [index, workload] of workloads.entries()) {
      const at = until - minute * MINUTE + 500 * index;
      yield replayItem({ index: minute, record: violation(workload, at) }, "history", candidates, "default", at);
    }
  }
}

async function measure(
  { url }: BenchDaemon,
  workloads: readonly string[],
  told: ReadonlyMap<string, number>,
): Promise<readonly number[]> {
  const decided = new Map<string, number>();
  for (const workload of workloads) {
    const at = Date.now();
    decided.set(workload, at);
    await post(
      url,
      Array.from({ length: SPIKE_EVENTS }, (_, index) => violation(workload, at, index % PODS)),
    );
    await pause(PAUSE);
  }
  for (let waited = 0; waited < PATIENCE && told.size < workloads.length; waited += 100) await pause(100);
  return [...decided].flatMap(([workload, at]) => {
    const heard = told.get(workload);
    return heard === undefined ? [] : [heard - at];
  });
}

function violation(workload: string, time: number, pod = 0) {
  const digest = `sha256:${"5e".repeat(32)}`;
  return { time, policy: `deny-egress of ${workload}`, engine: "bench", namespace: "shop", workload, pod: `pod-${pod}`, digest };
}

async function post(url: string, records: readonly unknown[]): Promise<void> {
  const body = records.map((record) => `${JSON.stringify(record)}\n`).join("");
  const headers = { "content-type": "application/x-ndjson" };
  const answer = await fetch(`${url}/v1/events?source=native`, { method: "POST", headers, body });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
}
