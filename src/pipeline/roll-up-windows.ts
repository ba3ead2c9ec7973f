/**
 * The roll-ups as one more shard: its buckets are sums over those of all other shards, made when they are read, so they
 * are exact however many daemons count, cost no write, and are judged by the same evaluator as everything else. Its
 * states, anomalies and position are stored under the shard number after the last.
 */
import type { Series } from "../domain/series.ts";
import type { BucketCount, WindowStore } from "../ports/windows.ts";
import { rollUpsOf } from "./roll-up.ts";
import { decodeState } from "./series-state.ts";

type Buckets = ReadonlyMap<number, readonly BucketCount[]>;
type Sums = Map<string, { seriesId: string; count: number; clipped: number }>;

/** Leaves kept in memory; beyond this the table starts afresh. */
const MAX_LEAVES = 1_000_000;

/** The number under which the roll-ups' states, anomalies and position are stored. */
export function rollUpShard(windows: Pick<WindowStore, "shards">): number {
  return windows.shards;
}

export class RollUpWindows implements WindowStore {
  readonly shards: number;
  readonly width: number;
  readonly #windows: WindowStore;
  readonly #own: number;
  readonly #leaves = new Map<string, readonly Series[]>();
  readonly #rollUps = new Map<string, Series>();
  /** Leaves of each workload and policy: their sum is a series of its own from the second on. */
  readonly #members = new Map<string, { readonly shard: number; readonly ids: Set<string> }>();

  constructor(windows: WindowStore) {
    this.#windows = windows;
    this.shards = windows.shards;
    this.width = windows.width;
    this.#own = rollUpShard(windows);
  }

  /** Leaves met so far. */
  get leaves(): number {
    return this.#leaves.size;
  }

  async readBuckets(_shards: readonly number[], from: number, to: number): Promise<readonly Buckets[]> {
    const all = Array.from({ length: this.shards }, (_, shard) => shard);
    const read = await this.#windows.readBuckets(all, from, to);
    for (const [shard, buckets] of read.entries()) await this.#learn(shard, buckets);
    const sums = new Map<number, Sums>();
    for (const buckets of read) {
      for (const [at, counts] of buckets) {
        const sum: Sums = sums.get(at) ?? new Map();
        sums.set(at, sum);
        for (const one of counts) this.#add(sum, one);
      }
    }
    return [new Map([...sums].map(([at, sum]) => [at, [...sum.values()]]))];
  }

  /** Sums are judged when their buckets end: an alert that names a version comes from the leaves. */
  async takeCounted(shards: readonly number[]): Promise<readonly Buckets[]> {
    return shards.map(() => new Map());
  }

  #add(sum: Sums, leaf: BucketCount): void {
    for (const { id, level } of this.#leaves.get(leaf.seriesId) ?? []) {
      if (level === "workload" && (this.#members.get(id)?.ids.size ?? 0) < 2) continue;
      const known = sum.get(id);
      if (known) {
        known.count += leaf.count;
        known.clipped += leaf.clipped;
      } else sum.set(id, { seriesId: id, count: leaf.count, clipped: leaf.clipped });
    }
  }

  /** Looks up the leaves not met before. */
  async #learn(shard: number, buckets: Buckets): Promise<void> {
    const unknown = new Set<string>();
    for (const counts of buckets.values()) {
      for (const { seriesId } of counts) if (!this.#leaves.has(seriesId)) unknown.add(seriesId);
    }
    if (unknown.size === 0) return;
    if (this.#leaves.size > MAX_LEAVES) this.#leaves.clear();
    for (const [id, leaf] of await this.#windows.readSeries(shard, [...unknown])) {
      const sums = rollUpsOf(leaf);
      this.#leaves.set(
        id,
        sums.map((sum) => this.#register(sum)),
      );
      const workload = sums.find(({ level }) => level === "workload");
      if (!workload) continue;
      const members = this.#members.get(workload.id) ?? { shard, ids: new Set<string>() };
      members.ids.add(id);
      this.#members.set(workload.id, members);
    }
  }

  /** One object per roll-up: it waits for the slowest of its leaves and has the worst of their qualities. */
  #register(sum: Series): Series {
    const known = this.#rollUps.get(sum.id);
    if (known && known.lateness >= sum.lateness) return known;
    this.#rollUps.set(sum.id, sum);
    return sum;
  }

  async readSeries(_shard: number, seriesIds: readonly string[]): Promise<ReadonlyMap<string, Series>> {
    return new Map(
      seriesIds.flatMap((id): [string, Series][] => {
        const series = this.#rollUps.get(id);
        return series ? [[id, series]] : [];
      }),
    );
  }

  /** What a workload's sum has learned before its second version came is what its first version learned. */
  async readStates(_shard: number, seriesIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const states = new Map(await this.#windows.readStates(this.#own, seriesIds));
    for (const id of seriesIds) {
      const members = this.#members.get(id);
      if (states.has(id) || !members) continue;
      const own = await this.#windows.readStates(members.shard, [...members.ids]);
      let best: { readonly text: string; readonly end: number } | undefined;
      for (const text of own.values()) {
        const end = decodeState(text)?.end ?? 0;
        if (!best || end > best.end) best = { text, end };
      }
      if (best) states.set(id, best.text);
    }
    return states;
  }

  readAnomalies(shards: readonly number[]) {
    return this.#windows.readAnomalies(shards);
  }

  positions(shards: readonly number[]) {
    return this.#windows.positions(shards);
  }

  commit(commits: Parameters<WindowStore["commit"]>[0]) {
    return this.#windows.commit(commits);
  }

  record(flushes: Parameters<WindowStore["record"]>[0]) {
    return this.#windows.record(flushes);
  }

  readUnplaced(shards: readonly number[]) {
    return this.#windows.readUnplaced(shards);
  }

  place(placements: Parameters<WindowStore["place"]>[0]) {
    return this.#windows.place(placements);
  }

  findSeries(filter: Parameters<WindowStore["findSeries"]>[0], limit: number) {
    return this.#windows.findSeries(filter, limit);
  }

  readCounts(series: readonly Series[], from: number, to: number, step: number) {
    return this.#windows.readCounts(series, from, to, step);
  }

  addSamples(shard: number, samples: ReadonlyMap<string, readonly string[]>) {
    return this.#windows.addSamples(shard, samples);
  }

  readSamples(shard: number, seriesId: string) {
    return this.#windows.readSamples(shard, seriesId);
  }
}
