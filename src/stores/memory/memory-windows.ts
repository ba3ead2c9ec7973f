import { shardOf } from "../../domain/ids.ts";
import type { Series } from "../../domain/series.ts";
import type { Clock } from "../../ports/clock.ts";
import { shardLease } from "../../ports/leases.ts";
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
import { readBoundaries, type WindowLayout } from "../window-layout.ts";
import { type FlushRecord, fromFlushRecord, toFlushRecord } from "./flush-record.ts";
import type { MemoryLeases } from "./memory-leases.ts";
import type { CommitRecord, OperationLog } from "./operation.ts";
import { matchesFilter, SeriesBudget } from "./series-registry.ts";
import { Shard } from "./shard.ts";

export class MemoryWindows implements WindowStore {
  readonly shards: number;
  readonly width: number;
  readonly #layout: WindowLayout;
  readonly #leases: MemoryLeases;
  readonly #clock: Clock;
  readonly #log: OperationLog;
  /** One more than counts are spread over: the last holds the states of roll-ups. */
  readonly #shards: readonly Shard[];

  constructor(layout: WindowLayout, leases: MemoryLeases, clock: Clock, log: OperationLog) {
    this.shards = layout.shards;
    this.width = layout.width;
    this.#layout = layout;
    this.#leases = leases;
    this.#clock = clock;
    this.#log = log;
    const budget = new SeriesBudget(layout.seriesLimit);
    this.#shards = Array.from({ length: layout.shards + 1 }, () => new Shard(layout, budget));
  }

  async record(flushes: readonly Flush[]): Promise<readonly FlushResult[]> {
    await this.#log.ready();
    if (!this.#log.enabled) return flushes.map((flush) => this.#recordOne(flush));
    // Built first: a series is named by its id when it was known before this flush.
    const records = flushes.map((flush) => toFlushRecord(flush, (id) => this.#known(flush.shard, id)));
    const results = flushes.map((flush) => this.#recordOne(flush));
    await this.#log.append({ op: "record", flushes: records });
    return results;
  }

  async readUnplaced(shards: readonly number[]): Promise<readonly (readonly Unplaced[])[]> {
    return shards.map((shard) => this.shard(shard).unplaced());
  }

  async place(placements: readonly Placement[]): Promise<number> {
    if (placements.length === 0) return 0;
    await this.#log.ready();
    const moved = this.applyPlacements(placements);
    await this.#log.append({ op: "place", placements });
    return moved;
  }

  async positions(shards: readonly number[]): Promise<readonly (number | undefined)[]> {
    return shards.map((shard) => this.shard(shard).position);
  }

  async readBuckets(
    shards: readonly number[],
    from: number,
    to: number,
  ): Promise<readonly ReadonlyMap<number, readonly BucketCount[]>[]> {
    return shards.map((shard) => this.shard(shard).buckets.read(from, to));
  }

  async takeCounted(shards: readonly number[]): Promise<readonly ReadonlyMap<number, readonly BucketCount[]>[]> {
    return shards.map((shard) => this.shard(shard).buckets.takeCounted());
  }

  async readStates(shard: number, seriesIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return pick(this.shard(shard).states, seriesIds);
  }

  async readAnomalies(shards: readonly number[]): Promise<readonly ReadonlyMap<string, string>[]> {
    return shards.map((index) => {
      const shard = this.shard(index);
      const live = new Map<string, string>();
      for (const [id, anomaly] of shard.anomalies) if (anomaly.until > (shard.position ?? 0)) live.set(id, anomaly.json);
      return live;
    });
  }

  async commit(commits: readonly ShardCommit[]): Promise<readonly boolean[]> {
    await this.#log.ready();
    const valid = commits.map(({ shard, token }) => token > 0 && token === this.#leases.token(shardLease(shard)));
    const records: CommitRecord[] = [];
    for (const [index, commit] of commits.entries()) {
      if (!valid[index]) continue;
      this.shard(commit.shard).commit(commit);
      const { shard, position } = commit;
      records.push({ shard, position, states: [...commit.states], anomalies: [...commit.anomalies] });
    }
    if (records.length > 0) await this.#log.append({ op: "commit", commits: records });
    return valid;
  }

  async readSeries(shard: number, seriesIds: readonly string[]): Promise<ReadonlyMap<string, Series>> {
    const found = new Map<string, Series>();
    for (const id of seriesIds) {
      const known = this.shard(shard).series.get(id);
      if (known) found.set(id, known.series);
    }
    return found;
  }

  async findSeries(filter: SeriesFilter, limit: number): Promise<readonly Series[]> {
    const found: Series[] = [];
    for (const shard of this.#shards) {
      for (const { series } of shard.series.values()) if (matchesFilter(series, filter)) found.push(series);
    }
    return found.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit);
  }

  async readCounts(series: readonly Series[], from: number, to: number, step: number): Promise<readonly Float64Array[]> {
    return series.map((one) => {
      const { id } = one;
      const counts = new Float64Array(Math.max(0, Math.ceil((to - from) / step)));
      const shard = this.shard(shardOf(one.cluster, one.namespace, one.workload, this.shards));
      const boundary = readBoundaries(shard.position ?? 0, this.#layout);
      const add = (bucket: number, count: number): void => {
        const index = Math.floor((bucket - from) / step);
        if (bucket >= from) counts[index] = (counts[index] ?? 0) + count;
      };
      shard.buckets.eachCoarse(id, from, Math.min(to, boundary.medium), add);
      shard.buckets.eachMedium(id, Math.max(from, boundary.medium), Math.min(to, boundary.fine), add);
      shard.buckets.eachFine(id, Math.max(from, boundary.fine), to, add);
      return counts;
    });
  }

  async addSamples(shard: number, samples: ReadonlyMap<string, readonly string[]>): Promise<void> {
    await this.#log.ready();
    const list = [...samples];
    this.applySamples(shard, list);
    await this.#log.append({ op: "samples", shard, samples: list });
  }

  async readSamples(shard: number, seriesId: string): Promise<readonly string[]> {
    return this.shard(shard).samples.get(seriesId) ?? [];
  }

  applyRecord(records: readonly FlushRecord[]): void {
    const flushes = records.map((record) => fromFlushRecord(record, (id) => this.#known(record.shard, id)));
    for (const flush of flushes) this.#recordOne(flush);
  }

  applyPlacements(placements: readonly Placement[]): number {
    let moved = 0;
    for (const placement of placements) moved += this.shard(placement.shard).place(placement);
    return moved;
  }

  applyCommit(record: CommitRecord): void {
    const { shard, position } = record;
    this.shard(shard).commit({ shard, token: 0, position, states: new Map(record.states), anomalies: new Map(record.anomalies) });
  }

  applySamples(shard: number, samples: readonly (readonly [string, readonly string[]])[]): void {
    for (const [seriesId, list] of samples) this.shard(shard).addSamples(seriesId, list);
  }

  shard(index: number): Shard {
    const shard = this.#shards[index];
    if (!shard) throw new RangeError(`shard ${index} of ${this.shards}`);
    return shard;
  }

  #recordOne(flush: Flush): FlushResult {
    const shard = this.shard(flush.shard);
    const result = shard.record(flush);
    this.#boundUnevaluated(shard);
    return result;
  }

  #known(shard: number, seriesId: string): Series | undefined {
    return this.shard(shard).series.get(seriesId)?.series;
  }

  /** As in Redis, where the keys expire: counts nobody evaluates are kept for the medium retention. */
  #boundUnevaluated(shard: Shard): void {
    const { retention } = this.#layout;
    const expected = (2 * (retention.fine + retention.medium)) / this.width;
    if (shard.buckets.fineBuckets > expected) shard.dropUnevaluated(this.#clock.now() - retention.medium);
  }
}

function pick(from: ReadonlyMap<string, string>, keys: readonly string[]): ReadonlyMap<string, string> {
  const out = new Map<string, string>();
  for (const key of keys) {
    const value = from.get(key);
    if (value !== undefined) out.set(key, value);
  }
  return out;
}
