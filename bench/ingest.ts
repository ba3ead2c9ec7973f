/**
 * `bench ingest`: events per second from HTTP to acknowledged by the store on one core, as a ratio to bare `JSON.parse`
 * of the same records in the same process. The daemon is a process of its own; this one sends. Counted is the daemon's
 * processor time, all threads, so neither the sender nor Redis nor a busy machine changes the ratio.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { table } from "./detect/summary.ts";
import { MeasuredDaemon } from "./ingest-measured.ts";
import { RECORD_KINDS, type RecordKind } from "./ingest-records.ts";
import { sendAll } from "./ingest-send.ts";
import { startRedis } from "./redis-process.ts";

type StoreName = "memory" | "redis";

export interface IngestBenchOptions {
  /** Records per measurement. */
  readonly records?: number;
  readonly stores?: readonly StoreName[];
  /** Names of record kinds; all when absent. */
  readonly kinds?: readonly string[];
  /** Records per request. */
  readonly batches?: readonly number[];
}

export interface IngestMeasurement {
  readonly store: StoreName;
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

/** Requests under way at a time, as a few shippers make. */
const CONNECTIONS = 4;
/** Records sent before measuring, so that the measured ones meet compiled code. */
const WARM_UP = 60_000;

export async function runIngestBench(
  options: IngestBenchOptions = {},
): Promise<{ readonly text: string; readonly json: readonly IngestMeasurement[] }> {
  const { records = 100_000, stores = ["redis", "memory"], batches = [500, 5000] } = options;
  const kinds = RECORD_KINDS.filter(({ name }) => options.kinds === undefined || options.kinds.includes(name));
  const measurements: IngestMeasurement[] = [];
  for (const store of stores) {
    for (const kind of kinds) {
      for (const batch of batches) measurements.push(await measure(store, kind, batch, records));
    }
  }
  const rows = measurements.map((one) => [
    ...[one.store, one.kind, String(one.batch), one.bytesPerRecord.toFixed(0)],
    ...[one.parsed, one.ingested, one.wall].map((rate) => (rate / 1000).toFixed(0)),
    one.ratio.toFixed(2),
  ]);
  const header = ["store", "records", "batch", "bytes each", "JSON.parse k/s", "ingest k/s", "ingest k/s, wall", "ratio"];
  return { text: table(header, rows), json: measurements };
}

async function measure(store: StoreName, kind: RecordKind, batch: number, records: number): Promise<IngestMeasurement> {
  const redis = store === "redis" ? await startRedis() : undefined;
  const folder = await mkdtemp(join(tmpdir(), "tenfold-bench-"));
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const daemon = new MeasuredDaemon();
  try {
    const { url = "" } = await daemon.order({ do: "start", storeUrl: redis?.url ?? "memory:" });
    const target = `${url}/v1/events?source=${kind.source}`;
    const now = Date.now();
    await sendAll(target, bodiesOf(kind, records, WARM_UP, batch, now), agent, CONNECTIONS);
    const bodies = bodiesOf(kind, 0, records, batch, now);
    const file = join(folder, "records.ndjson");
    await writeFile(file, Buffer.concat(bodies));
    const { parseSeconds = Number.NaN, processorSeconds: before } = await daemon.order({ do: "parse", file });
    const sent = await sendAll(target, bodies, agent, CONNECTIONS);
    const { processorSeconds: after } = await daemon.order({ do: "look" });
    if (sent.accepted !== records) throw new Error(`${sent.accepted} of ${records} ${kind.name} records were accepted`);
    return {
      store,
      kind: kind.name,
      batch,
      bytesPerRecord: bodies.reduce((sum, body) => sum + body.length, 0) / records,
      parsed: records / parseSeconds,
      ingested: records / (after - before),
      ratio: parseSeconds / (after - before),
      wall: records / sent.seconds,
    };
  } finally {
    agent.destroy();
    await daemon.stop();
    await redis?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** NDJSON bodies of `batch` records each. */
function bodiesOf(kind: RecordKind, from: number, records: number, batch: number, now: number): readonly Buffer[] {
  const bodies: Buffer[] = [];
  for (let start = from; start < from + records; start += batch) {
    const size = Math.min(batch, from + records - start);
    const lines = Array.from({ length: size }, (_, index) => `${JSON.stringify(kind.record(start + index, now))}\n`);
    bodies.push(Buffer.from(lines.join("")));
  }
  return bodies;
}
