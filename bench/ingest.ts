/**
 * `bench ingest`: events per second from HTTP to acknowledged by the store on one core, as a ratio to bare `JSON.parse`
 * of the same records in the same process. The daemon runs in this process, the sender and Redis in their own. Counted
 * is processor time of this process, all threads, so neither the sender nor a busy machine changes the ratio.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BenchDaemon, startDaemon } from "./bench-daemon.ts";
import { table } from "./detect/summary.ts";
import { knownPods, RECORD_KINDS, type RecordKind } from "./ingest-records.ts";
import type { SendOrder, SendReport } from "./ingest-sender.ts";
import { processorSeconds, quickest } from "./measure.ts";
import { startRedis } from "./redis-process.ts";

export interface IngestBenchOptions {
  /** Records per measurement. */
  readonly records?: number;
  readonly stores?: readonly ("memory" | "redis")[];
  readonly kinds?: readonly string[];
  readonly batches?: readonly number[];
}

export interface IngestMeasurement {
  readonly store: string;
  readonly kind: string;
  readonly batch: number;
  readonly bytesPerRecord: number;
  /** Records per second of processor time. */
  readonly parsed: number;
  readonly ingested: number;
  /** `ingested / parsed`. */
  readonly ratio: number;
  /** Records per second of the clock on the wall, while sender and Redis share the machine. */
  readonly wall: number;
}

const CONNECTIONS = 4;
const WARM_UP = 20_000;

export async function runIngestBench(
  options: IngestBenchOptions = {},
): Promise<{ readonly text: string; readonly json: unknown }> {
  const { records = 100_000, stores = ["memory", "redis"], batches = [500, 5000] } = options;
  const kinds = RECORD_KINDS.filter(({ name }) => options.kinds === undefined || options.kinds.includes(name));
  const measurements: IngestMeasurement[] = [];
  for (const store of stores) {
    for (const kind of kinds) {
      for (const batch of batches) measurements.push(await measure(store, kind, batch, records));
    }
  }
  const text = table(
    ["store", "records", "batch", "bytes each", "JSON.parse k/s", "ingest k/s", "ratio", "wall k/s"],
    measurements.map((one) => [
      ...[one.store, one.kind, String(one.batch), one.bytesPerRecord.toFixed(0)],
      ...[one.parsed / 1000, one.ingested / 1000].map((rate) => rate.toFixed(0)),
      one.ratio.toFixed(2),
      (one.wall / 1000).toFixed(0),
    ]),
  );
  return { text, json: measurements };
}

async function measure(storeName: "memory" | "redis", kind: RecordKind, batch: number, records: number) {
  const redis = storeName === "redis" ? await startRedis() : undefined;
  const folder = await mkdtemp(join(tmpdir(), "tenfold-bench-"));
  const sender = startSender();
  let running: BenchDaemon | undefined;
  try {
    running = await startDaemon(redis?.url ?? "memory:");
    const now = Date.now();
    await running.daemon.engine.feed.append(knownPods(now));
    const url = `${running.url}/v1/events?source=${kind.source}`;
    const file = join(folder, "bodies");
    await send(sender, await order(url, file, linesOf(kind, records, WARM_UP, now), batch));
    const lines = linesOf(kind, 0, records, now);
    const wanted = await order(url, file, lines, batch);
    const parseSeconds = quickest(5, () => parseAll(lines));
    const before = processorSeconds();
    const report = await send(sender, wanted);
    const ingestSeconds = processorSeconds() - before;
    if (report.accepted !== records) throw new Error(`accepted ${report.accepted} of ${records} ${kind.name} records`);
    return {
      store: storeName,
      kind: kind.name,
      batch,
      bytesPerRecord: wanted.lengths.reduce((sum, length) => sum + length, 0) / records,
      parsed: records / parseSeconds,
      ingested: records / ingestSeconds,
      ratio: parseSeconds / ingestSeconds,
      wall: records / report.seconds,
    };
  } finally {
    sender.kill();
    await running?.stop();
    await redis?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function linesOf(kind: RecordKind, from: number, records: number, now: number): readonly string[] {
  return Array.from({ length: records }, (_, index) => JSON.stringify(kind.record(from + index, now)));
}

function parseAll(lines: readonly string[]): void {
  for (const line of lines) JSON.parse(line);
}

async function order(url: string, file: string, lines: readonly string[], batch: number): Promise<SendOrder> {
  const bodies: Buffer[] = [];
  for (let from = 0; from < lines.length; from += batch) bodies.push(Buffer.from(`${lines.slice(from, from + batch).join("\n")}\n`));
  await writeFile(file, Buffer.concat(bodies));
  return { url, file, lengths: bodies.map((body) => body.length), connections: CONNECTIONS };
}

function startSender(): ChildProcess {
  const own = import.meta.url;
  const script = fileURLToPath(new URL(own.endsWith(".ts") ? "ingest-sender.ts" : "ingest-sender.js", own));
  return fork(script, { execArgv: own.endsWith(".ts") ? ["--import", "tsx"] : [] });
}

async function send(sender: ChildProcess, wanted: SendOrder): Promise<SendReport> {
  const answer = once(sender, "message");
  sender.send(wanted);
  const [report] = (await answer) as [SendReport];
  if (report.error !== undefined) throw new Error(report.error);
  return report;
}
