import { shardOf } from "../../domain/ids.ts";
import type { Series } from "../../domain/series.ts";
import type { Clock } from "../../ports/clock.ts";
import type {
  BucketCount,
  Flush,
  FlushResult,
  Placement,
  SeriesFilter,
  ShardCommit,
  Unplaced,
  WindowStore,
} from "../../ports/windows.ts";
import { SAMPLES_KEPT, type WindowLayout } from "../window-layout.ts";
import { commitShards } from "./committer.ts";
import type { Command, RedisConnection } from "./connection.ts";
import { takeCounted } from "./counted-taker.ts";
import { readShardCounts } from "./counts-reader.ts";
import type { Keys, ShardKeys } from "./keys.ts";
import { place, readUnplaced } from "./placer.ts";
import { recordFlushes } from "./recorder.ts";
import { eachScore, type Reply, toList, toMap, toNumber, toOptionalNumber, toText } from "./replies.ts";
import { decodeSeries } from "./series-codec.ts";
import { findSeries } from "./series-finder.ts";
import { ShardViews } from "./shard-view.ts";

/** A range of so many buckets is read directly, without asking the index first which of them exist. */
const DIRECT_BUCKETS = 4;

export class RedisWindows implements WindowStore {
  readonly shards: number;
  readonly width: number;
  readonly #layout: WindowLayout;
  readonly #connection: RedisConnection;
  readonly #keys: Keys;
  readonly #clock: Clock;
  readonly #views: ShardViews;

  constructor(layout: WindowLayout, connection: RedisConnection, keys: Keys, clock: Clock) {
    this.shards = layout.shards;
    this.width = layout.width;
    this.#layout = layout;
    this.#connection = connection;
    this.#keys = keys;
    this.#clock = clock;
    this.#views = new ShardViews(layout.shards + 1, layout.seriesLimit);
  }

  /** Reads how many series there are, so that the limit holds from the first flush on. */
  async start(): Promise<void> {
    const shards = Array.from({ length: this.shards }, (_, shard) => shard);
    const sizes = await this.#eachShard(shards, (keys) => [{ command: "zcard", args: [keys.lastSeen] }]);
    for (const shard of shards) this.#views.shard(shard).series = toNumber(sizes[shard]);
  }

  async record(flushes: readonly Flush[]): Promise<readonly FlushResult[]> {
    return recordFlushes(flushes, this.#clock.now(), this.#connection, this.#keys, this.#views, this.#layout);
  }

  async readUnplaced(shards: readonly number[]): Promise<readonly (readonly Unplaced[])[]> {
    return readUnplaced(shards, this.#connection, this.#keys, this.#layout);
  }

  async place(placements: readonly Placement[]): Promise<number> {
    return place(placements, this.#connection, this.#keys, this.#views, this.#layout);
  }

  async positions(shards: readonly number[]): Promise<readonly (number | undefined)[]> {
    const replies = await this.#eachShard(shards, (keys) => [{ command: "hget", args: [keys.meta, "position"] }]);
    return replies.map(toOptionalNumber);
  }

  async readBuckets(
    shards: readonly number[],
    from: number,
    to: number,
  ): Promise<readonly ReadonlyMap<number, readonly BucketCount[]>[]> {
    const wanted = await this.#existing(shards, from, to);
    const reads: { readonly index: number; readonly bucket: number }[] = [];
    const commands: Command[] = [];
    for (const [index, shard] of shards.entries()) {
      const keys = this.#keys.shard(shard);
      for (const bucket of wanted[index] ?? []) {
        reads.push({ index, bucket });
        commands.push({ command: "zrange", args: [keys.clipped(bucket), 0, -1, "WITHSCORES"] });
        commands.push({ command: "zrange", args: [keys.fine(bucket), 0, -1, "WITHSCORES"] });
      }
    }
    const replies = await this.#connection.run(commands);
    const out = shards.map(() => new Map<number, readonly BucketCount[]>());
    for (const [read, { index, bucket }] of reads.entries()) {
      const counts = toBucketCounts(replies[2 * read], replies[2 * read + 1]);
      if (counts.length > 0) out[index]?.set(bucket, counts);
    }
    return out;
  }

  async takeCounted(shards: readonly number[]): Promise<readonly ReadonlyMap<number, readonly BucketCount[]>[]> {
    return takeCounted(shards, this.#connection, this.#keys);
  }

  async readStates(shard: number, seriesIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#readFields(this.#keys.shard(shard).states, seriesIds);
  }

  async readAnomalies(shards: readonly number[]): Promise<readonly ReadonlyMap<string, string>[]> {
    const replies = await this.#eachShard(shards, (keys) => [{ command: "hgetall", args: [keys.anomalies] }]);
    return replies.map(toMap);
  }

  async commit(commits: readonly ShardCommit[]): Promise<readonly boolean[]> {
    return commitShards(commits, this.#connection, this.#keys, this.#views, this.#layout);
  }

  async readSeries(shard: number, seriesIds: readonly string[]): Promise<ReadonlyMap<string, Series>> {
    const stored = await this.#readFields(this.#keys.shard(shard).series, seriesIds);
    return new Map([...stored].map(([id, text]) => [id, decodeSeries(text)]));
  }

  async findSeries(filter: SeriesFilter, limit: number): Promise<readonly Series[]> {
    const found = await findSeries(this.#connection, this.#keys, this.shards, filter, limit);
    return found.map(({ series }) => series);
  }

  async readCounts(series: readonly Series[], from: number, to: number, step: number): Promise<readonly Float64Array[]> {
    const length = Math.max(0, Math.ceil((to - from) / step));
    const counts = new Map(series.map(({ id }) => [id, new Float64Array(length)]));
    const report = (id: string, bucket: number, count: number): void => {
      const target = counts.get(id);
      const index = Math.floor((bucket - from) / step);
      if (target && bucket >= from) target[index] = (target[index] ?? 0) + count;
    };
    const places = new Map<number, string[]>();
    for (const { id, cluster, namespace, workload } of series) {
      const shard = shardOf(cluster, namespace, workload, this.shards);
      places.set(shard, [...(places.get(shard) ?? []), id]);
    }
    await Promise.all(
      [...places].map(([shard, ids]) =>
        readShardCounts(this.#connection, this.#keys.shard(shard), this.#layout, ids, from, to, report),
      ),
    );
    return series.map(({ id }) => counts.get(id) ?? new Float64Array(length));
  }

  async addSamples(shard: number, samples: ReadonlyMap<string, readonly string[]>): Promise<void> {
    const keys = this.#keys.shard(shard);
    const { medium, coarse } = this.#layout.retention;
    const limits = [SAMPLES_KEPT, this.#clock.now(), coarse, medium];
    await this.#connection.run(
      [...samples].map(([id, list]) => ({
        script: "samples",
        keys: [keys.lastSeen, keys.samples, keys.sampleTimes],
        args: [id, ...limits, ...list.slice(-SAMPLES_KEPT)],
      })),
    );
  }

  async readSamples(shard: number, seriesId: string): Promise<readonly string[]> {
    const stored = await this.#connection.one({ command: "hget", args: [this.#keys.shard(shard).samples, seriesId] });
    return typeof stored === "string" ? (JSON.parse(stored) as string[]) : [];
  }

  async #existing(shards: readonly number[], from: number, to: number): Promise<readonly (readonly number[])[]> {
    const first = Math.ceil(from / this.width) * this.width;
    if ((to - first) / this.width <= DIRECT_BUCKETS) {
      const all: number[] = [];
      for (let bucket = first; bucket < to; bucket += this.width) all.push(bucket);
      return shards.map(() => all);
    }
    const replies = await this.#eachShard(shards, (keys) => [
      { command: "zrangebyscore", args: [keys.fineIndex, from, `(${to}`] },
    ]);
    return replies.map((reply) => toList(reply).map(toNumber));
  }

  async #readFields(key: string, fields: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const out = new Map<string, string>();
    if (fields.length === 0) return out;
    const values = toList(await this.#connection.one({ command: "hmget", args: [key, ...fields] }));
    for (const [index, field] of fields.entries()) {
      const value = toText(values[index]);
      if (value !== undefined) out.set(field, value);
    }
    return out;
  }

  #eachShard(shards: readonly number[], command: (keys: ShardKeys) => readonly Command[]): Promise<readonly Reply[]> {
    return this.#connection.run(shards.flatMap((shard) => command(this.#keys.shard(shard))));
  }
}

/** Read one after the other, while events may be counted or moved: no companion is larger than its count. */
function toBucketCounts(clippedReply: Reply, fineReply: Reply): readonly BucketCount[] {
  const clipped = new Map<string, number>();
  eachScore(clippedReply, (id, score) => clipped.set(id, score));
  const counts: BucketCount[] = [];
  eachScore(fineReply, (seriesId, count) =>
    counts.push({ seriesId, count, clipped: Math.min(count, clipped.get(seriesId) ?? 0) }),
  );
  return counts;
}
