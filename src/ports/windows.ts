/**
 * The counters: bucketed counts per series, grouped by shard.
 *
 * Words. A *bucket* is identified by its start, a multiple of its width (fine: `buckets.width`, default 10 s; medium
 * 5 min; coarse 1 h), in milliseconds. A shard's *position* is the evaluation time up to which it has been judged: a
 * fine bucket of a series is closed when `start + width + series.lateness <= position`. An event of a closed bucket is
 * *late*: it is added to the medium and coarse bucket of its own time, and to the oldest open fine bucket, so that
 * detection still sees it. `readBuckets` shows what detection sees; `readCounts` counts by event time. Each counts every
 * event exactly once. The shard of a series is `shardOf` of its cluster, namespace and workload.
 */
import type { Series } from "../domain/series.ts";

/** Increments of one shard, applied atomically. */
export interface Flush {
  readonly shard: number;
  /** Unique per process. With `sequence` it makes a flush idempotent: a sequence seen before is dropped whole. */
  readonly writer: string;
  /** Strictly increasing per (writer, shard). */
  readonly sequence: number;
  readonly increments: readonly Increment[];
}

/** Events without an id of one pod that nobody knew when they were counted. */
export interface UnplacedCount {
  /** What they say of the pod, as `Unplaced.pod`. */
  readonly pod: string;
  readonly slot: number;
  readonly count: number;
}

/** All events of one series and fine bucket in a flush. */
export interface Increment {
  readonly series: Series;
  /** Start of the fine bucket of the event time. */
  readonly bucket: number;
  /** Events without an id: their total count and, by pod slot, the count to be clipped. */
  readonly count: number;
  /**
   * Events per pod slot (0..63; `hash(pod) mod 64`, all events without a pod share slot 0). The companion count of a
   * series and minute is the sum over slots of min(events, 3), counted exactly over all writers.
   */
  readonly slots: readonly (readonly [slot: number, count: number])[];
  /** Those of `count` that name a pod nobody knows yet; they are not among `slots`. Absent where there are none. */
  readonly unplaced?: readonly UnplacedCount[];
  /** Events with an id: each counts only if the id was not seen within its window. */
  readonly identified: readonly IdentifiedEvent[];
}

export interface IdentifiedEvent {
  readonly id: string;
  /** Milliseconds the id is remembered; undefined: the store's `dedup_window`. */
  readonly dedupFor: number | undefined;
  readonly time: number;
  readonly count: number;
  readonly slot: number;
  /** What it says of its pod when nobody knows that yet, as `Unplaced.pod`. */
  readonly unplaced?: string;
}

export interface FlushResult {
  /** For each increment, the indexes into `identified` that were duplicates (usually empty). */
  readonly duplicates: readonly (readonly number[])[];
  /** Events that were late. */
  readonly late: number;
  /** Indexes of increments refused because the series would exceed `limits.series`. */
  readonly refused: readonly number[];
  /** Events of unknown pods that stay where they are counted, because the shard keeps as many sub-counters as it may. */
  readonly overflow: number;
}

/** Key of a sub-counter: events of one series and fine bucket (of their own time) that name one pod nobody knew. */
export interface UnplacedKey {
  readonly seriesId: string;
  readonly bucket: number;
  /** What the events say of the pod; the store only compares it. */
  readonly pod: string;
}

export interface Unplaced extends UnplacedKey {
  readonly count: number;
}

/** A sub-counter whose pod is known by now. */
export interface Placement extends UnplacedKey {
  readonly shard: number;
  /** The series its events belong to, of the same shard. The one they are counted in: they are right there already. */
  readonly target: Series;
}

/** Counts of one series in one fine bucket. */
export interface BucketCount {
  readonly seriesId: string;
  /** 0 when all events were moved to another series, so that who saw them here learns of it. */
  readonly count: number;
  /** Companion count: at most three events per pod and minute. */
  readonly clipped: number;
}

/** What one evaluation of a shard leaves behind; applied atomically, or not at all when the fencing token is stale. */
export interface ShardCommit {
  readonly shard: number;
  readonly token: number;
  /** New position, milliseconds. Buckets closed by it are rolled up into medium and coarse, once. */
  readonly position: number;
  /** Detector states that changed; null deletes. */
  readonly states: ReadonlyMap<string, string | null>;
  /** Anomalies that are new or changed, as JSON; null deletes. */
  readonly anomalies: ReadonlyMap<string, string | null>;
}

export type BucketLevel = "fine" | "medium" | "coarse";

export interface SeriesFilter {
  readonly cluster?: string;
  readonly policy?: string;
  readonly namespace?: string;
  readonly workload?: string;
  readonly digest?: string;
}

export interface WindowStore {
  /**
   * Number of shards counts are spread over; fixed when the store was first used. States, anomalies, position and lease
   * of one more shard, of that number, are kept as well: nothing is counted in it.
   */
  readonly shards: number;
  /** Fine bucket width, milliseconds; fixed when the store was first used. */
  readonly width: number;

  /**
   * Counts the flushes. Resolves when they are durable in the store, one result per flush. Rejects with
   * `store_unavailable` when that is not certain; sending the same flushes (same writer and sequence) again is safe.
   */
  record(flushes: readonly Flush[]): Promise<readonly FlushResult[]>;

  /**
   * Sub-counters kept of events whose pod was not known, per shard, in no order: for half an hour of evaluation time after
   * their bucket, 4096 of a shard at most. Costs next to nothing where there are none.
   */
  readUnplaced(shards: readonly number[]): Promise<readonly (readonly Unplaced[])[]>;

  /**
   * Moves the events of sub-counters to the series they belong to, which is described if it is new. Each is taken and moved
   * in one step: who comes second, or again after a lost answer, moves nothing. Totals per bucket, and of every sum over the
   * versions of a workload, stay as they are. What detection sees is moved in buckets that it has not judged for good; of
   * those it has, only the history. A target beyond `limits.series` leaves the events where they are. Resolves with the
   * number of events that were moved.
   */
  place(placements: readonly Placement[]): Promise<number>;

  /** Positions of shards (undefined: never evaluated). */
  positions(shards: readonly number[]): Promise<readonly (number | undefined)[]>;

  /**
   * Fine buckets that hold counts, with start in [from, to), ascending, for each shard given. Only buckets that exist
   * cost anything. A store may give the same list again for a bucket in which nothing was counted since, which spares the
   * caller the look at it; the caller changes nothing in it.
   */
  readBuckets(
    shards: readonly number[],
    from: number,
    to: number,
  ): Promise<readonly ReadonlyMap<number, readonly BucketCount[]>[]>;

  /**
   * Fine buckets in which something was counted since this was asked last, by whomever, as `readBuckets` would show them
   * but with only the series counted there. A hint for judging at once, kept for a bucket's width or two: what nobody asked
   * for by then, or what was asked for and lost, is met by `readBuckets`. Costs next to nothing while nothing is counted.
   */
  takeCounted(shards: readonly number[]): Promise<readonly ReadonlyMap<number, readonly BucketCount[]>[]>;

  /** Detector states of series; missing ones are absent. */
  readStates(shard: number, seriesIds: readonly string[]): Promise<ReadonlyMap<string, string>>;

  /** All anomalies of a shard, open or resolved and not yet expired, as JSON by series id. */
  readAnomalies(shards: readonly number[]): Promise<readonly ReadonlyMap<string, string>[]>;

  /** Applies commits. Result per commit: true, or false when the token is not the shard's newest (`fenced`). */
  commit(commits: readonly ShardCommit[]): Promise<readonly boolean[]>;

  /** Series by id; unknown ids are absent. */
  readSeries(shard: number, seriesIds: readonly string[]): Promise<ReadonlyMap<string, Series>>;

  /** Series matching all given fields exactly, at most `limit`, largest id last. Answered from indexes, never a key scan. */
  findSeries(filter: SeriesFilter, limit: number): Promise<readonly Series[]>;

  /**
   * Counts of series over [from, to) in steps of `step` (a multiple of the width of the finest level still retained
   * there; coarser levels answer where finer ones have expired). One Float64Array of ceil((to-from)/step) per series.
   */
  readCounts(series: readonly Series[], from: number, to: number, step: number): Promise<readonly Float64Array[]>;

  /** Newest sample records of a series (JSON), at most five kept. Those of series never recorded are ignored. */
  addSamples(shard: number, samples: ReadonlyMap<string, readonly string[]>): Promise<void>;
  readSamples(shard: number, seriesId: string): Promise<readonly string[]>;
}
