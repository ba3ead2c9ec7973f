/** `bench memory`: bytes per series in process and in Redis, as a ratio to what a series is when written down as JSON. */
import { systemClock } from "../src/app/system-clock.ts";
import type { WindowStore } from "../src/ports/windows.ts";
import { createMemoryStore } from "../src/stores/memory/memory-store.ts";
import { openRedisStore } from "../src/stores/redis/redis-store.ts";
import { table } from "./detect/summary.ts";
import { heapUsed } from "./measure.ts";
import { startRedis } from "./redis-process.ts";
import { flushesOf, type PlacedSeries, syntheticSeries } from "./synthetic-series.ts";

export interface MemoryBenchOptions {
  readonly series?: number;
}

interface Footprint {
  readonly store: string;
  /** Bytes per series that has counts in one bucket. */
  readonly perSeries: number;
  /** Bytes for each further bucket in which a series has counts. */
  readonly perBucket: number;
}

const BUCKETS = 10;

export async function runMemoryBench(
  options: MemoryBenchOptions = {},
): Promise<{ readonly text: string; readonly json: unknown }> {
  const { series: count = 20_000 } = options;
  const written = writtenBytes(syntheticSeries(count, 64));
  const footprints = [await inProcess(count), await inRedis(count)];
  const text = table(
    ["store", "bytes per series", "ratio to its JSON", "bytes per further bucket", "ratio"],
    footprints.map(({ store, perSeries, perBucket }) => [
      ...[store, perSeries.toFixed(0), (perSeries / written).toFixed(2)],
      ...[perBucket.toFixed(0), (perBucket / written).toFixed(2)],
    ]),
  );
  const note = `${count} series; the JSON of one takes ${written.toFixed(0)} bytes.`;
  return { text: `${text}\n\n${note}`, json: { series: count, jsonBytes: written, footprints } };
}

function writtenBytes(placed: readonly PlacedSeries[]): number {
  const total = placed.reduce((sum, { series }) => sum + Buffer.byteLength(JSON.stringify(series)), 0);
  return total / placed.length;
}

async function inProcess(count: number): Promise<Footprint> {
  const { windows } = createMemoryStore({ clock: systemClock });
  return measure("memory", windows, count, async () => heapUsed());
}

async function inRedis(count: number): Promise<Footprint> {
  const redis = await startRedis();
  const store = await openRedisStore({ url: redis.url, clock: systemClock });
  try {
    return await measure("redis", store.windows, count, async () => {
      const info = await redis.client.info("memory");
      return Number(/used_memory_dataset:(\d+)/.exec(info)?.[1] ?? Number.NaN);
    });
  } finally {
    await store.close();
    await redis.stop();
  }
}

async function measure(store: string, windows: WindowStore, count: number, used: () => Promise<number>): Promise<Footprint> {
  const start = Date.now();
  const first = start - (start % windows.width) - BUCKETS * windows.width;
  const empty = await used();
  const write = async (step: number) =>
    void (await windows.record(flushesOf(syntheticSeries(count, windows.shards), first + step * windows.width, step + 1, 1)));
  await write(0);
  const registered = await used();
  for (let step = 1; step <= BUCKETS; step++) await write(step);
  const filled = await used();
  return { store, perSeries: (registered - empty) / count, perBucket: (filled - registered) / count / BUCKETS };
}
