/** Everything the embedded store keeps of one shard, and the writes that change it: a flush, a commit, and a placement. */
import type { Series } from "../../domain/series.ts";
import type { Flush, FlushResult, Increment, Placement, ShardCommit, Unplaced } from "../../ports/windows.ts";
import {
  ANOMALY_KEPT,
  detectionBucket,
  FORGET_BATCH,
  floorTo,
  idScope,
  MEDIUM,
  mayMoveDetection,
  rollUpBoundary,
  SAMPLES_KEPT,
  unplacedKept,
  unplacedUntil,
  type WindowLayout,
  WRITERS_KEPT,
} from "../window-layout.ts";
import { Buckets, type BucketsDump } from "./buckets.ts";
import { EventIds } from "./event-ids.ts";
import { PodClip } from "./pod-clip.ts";
import { mergeSeries, type RegisteredSeries, type SeriesBudget } from "./series-registry.ts";
import { UnplacedEvents } from "./unplaced-events.ts";

interface StoredAnomaly {
  readonly json: string;
  /** Evaluation time at which it is forgotten. */
  readonly until: number;
}

interface WriterMark {
  readonly sequence: number;
  /** Answer to the newest flush, so that a retry is told the same. */
  readonly result: FlushResult;
}

const NO_DUPLICATES: readonly number[] = [];
const NONE_REPEATED: ReadonlySet<number> = new Set();

export class Shard {
  readonly buckets: Buckets;
  readonly series = new Map<string, RegisteredSeries>();
  readonly states = new Map<string, string>();
  readonly anomalies = new Map<string, StoredAnomaly>();
  readonly samples = new Map<string, readonly string[]>();
  position: number | undefined;
  readonly #layout: WindowLayout;
  readonly #budget: SeriesBudget;
  readonly #ids = new EventIds();
  readonly #clip = new PodClip();
  readonly #unplaced: UnplacedEvents;
  readonly #writers = new Map<string, WriterMark>();
  #largestLateness = 0;
  /** No series was seen last before this: until then nothing is to be forgotten, and nobody has to look. */
  #oldestSeen = Number.POSITIVE_INFINITY;

  constructor(layout: WindowLayout, budget: SeriesBudget) {
    this.#layout = layout;
    this.#budget = budget;
    this.buckets = new Buckets(layout);
    this.#unplaced = new UnplacedEvents(layout);
  }

  /** Counts a flush, or repeats the answer to one it has seen. */
  record(flush: Flush): FlushResult {
    const mark = this.#writers.get(flush.writer);
    if (mark && flush.sequence <= mark.sequence) {
      return flush.sequence === mark.sequence ? mark.result : emptyResult(flush);
    }
    const duplicates: (readonly number[])[] = [];
    const refused: number[] = [];
    let late = 0;
    let overflow = 0;
    for (const [index, increment] of flush.increments.entries()) {
      const repeated = this.#duplicatesOf(increment);
      const count = increment.count + sumFresh(increment, repeated);
      if (count > 0 && !this.#register(increment.series, increment.bucket)) {
        refused.push(index);
        duplicates.push(NO_DUPLICATES);
        continue;
      }
      if (count > 0) {
        const counted = this.#count(increment, repeated, count);
        overflow += counted.overflow;
        if (counted.late) late += count;
      }
      duplicates.push(repeated.size === 0 ? NO_DUPLICATES : [...repeated]);
    }
    const result: FlushResult = { duplicates, late, refused, overflow };
    this.#remember(flush, result);
    return result;
  }

  /** Applies an evaluation: states, anomalies, position, and what the new position closes. The caller checked the token. */
  commit(commit: ShardCommit): void {
    const before = this.position ?? 0;
    const position = Math.max(before, commit.position);
    this.position = position;
    setAll(this.states, commit.states);
    for (const [id, json] of commit.anomalies) {
      if (json === null) this.anomalies.delete(id);
      else this.anomalies.set(id, { json, until: position + ANOMALY_KEPT });
    }
    this.buckets.dropCounted(position);
    this.buckets.rollUp(rollUpBoundary(position, this.#largestLateness, this.#layout));
    if (floorTo(before, MEDIUM) !== floorTo(position, MEDIUM)) this.#trim(position);
  }

  /** Sub-counters of events whose pod was not known, as far as they are not out of date. */
  unplaced(): readonly Unplaced[] {
    return this.#unplaced.read().filter(({ bucket }) => unplacedUntil(bucket, this.#layout) > (this.position ?? 0));
  }

  /**
   * Moves the events of a sub-counter; the number moved, 0 when somebody did it before.
   *
   * The companion count moves with what detection sees. What the events took of it is known exactly, so the source is left
   * with what its other events took; where a slot was full some of those were left out for the sake of the moved ones, and
   * stay out, which is the safe side. In the target the events take what is left of their slot, as if they had come there.
   */
  place({ target, ...key }: Placement): number {
    const entry = this.#unplaced.get(key);
    const position = this.position ?? 0;
    const { bucket, seriesId } = key;
    if (!entry || unplacedUntil(bucket, this.#layout) <= position) return 0;
    if (target.id === seriesId) {
      this.#unplaced.remove(key);
      return 0;
    }
    if (!this.#registerTarget(target, bucket)) return 0;
    this.#unplaced.remove(key);
    const { count, seen, slot } = entry;
    const lateness = Math.min(...[seriesId, target.id].map((id) => this.series.get(id)?.series.lateness ?? 0));
    const isOpen = mayMoveDetection(bucket, lateness, position, this.buckets.rolledUpTo, this.#layout.width);
    if (isOpen && seen > 0) {
      this.#clip.giveBack(seriesId, bucket, slot, entry.clipped);
      const clipped = this.#clip.take(target.id, bucket, slot, seen);
      this.buckets.moveSeen(
        bucket,
        { seriesId, count: seen, clipped: entry.clipped },
        { seriesId: target.id, count: seen, clipped },
      );
    }
    this.buckets.moveByTime(bucket, seriesId, target.id, isOpen ? count - seen : count, position);
    return count;
  }

  addSamples(seriesId: string, samples: readonly string[]): void {
    if (!this.series.has(seriesId)) return;
    this.samples.set(seriesId, [...(this.samples.get(seriesId) ?? []), ...samples].slice(-SAMPLES_KEPT));
  }

  /** Without an evaluator nothing closes: forgets what is older than an evaluator would ever come back to. */
  dropUnevaluated(time: number): void {
    this.buckets.dropUnevaluated(time);
    this.#clip.trim(time);
    this.#unplaced.trim(time + unplacedKept(this.#layout));
    this.#ids.trim(time);
  }

  #duplicatesOf(increment: Increment): ReadonlySet<number> {
    if (increment.identified.length === 0) return NONE_REPEATED;
    const scope = idScope(increment.series);
    const repeated = new Set<number>();
    const inThisFlush = new Set<string>();
    for (const [index, event] of increment.identified.entries()) {
      const id = scope + event.id;
      const window = event.dedupFor ?? this.#layout.dedupWindow;
      if (inThisFlush.has(id) || this.#ids.seen(id, event.time, window)) repeated.add(index);
      inThisFlush.add(id);
    }
    return repeated;
  }

  /** Adds an increment to its buckets. */
  #count(increment: Increment, repeated: ReadonlySet<number>, count: number) {
    const { bucket, series } = increment;
    const position = this.position ?? 0;
    const seenIn = detectionBucket(bucket, series.lateness, position, this.buckets.rolledUpTo, this.#layout.width);
    const cell = this.buckets.cell(seenIn, series.id);
    cell.count += count;
    this.buckets.noteCounted(seenIn, series.id);
    for (const [slot, events] of increment.slots) cell.clipped += this.#clip.take(series.id, bucket, slot, events);
    let overflow = 0;
    const countUnplaced = (pod: string, slot: number, events: number): number => {
      const clipped = this.#clip.take(series.id, bucket, slot, events);
      const seen = seenIn === bucket ? { seen: events, clipped } : { seen: 0, clipped: 0 };
      const key = { seriesId: series.id, bucket, pod };
      const isKept = unplacedUntil(bucket, this.#layout) > position;
      if (isKept && !this.#unplaced.add(key, { count: events, ...seen, slot })) overflow += events;
      return clipped;
    };
    for (const { pod, slot, count: events } of increment.unplaced ?? []) cell.clipped += countUnplaced(pod, slot, events);
    const scope = increment.identified.length > 0 ? idScope(series) : "";
    for (const [index, event] of increment.identified.entries()) {
      if (repeated.has(index)) continue;
      this.#ids.remember(scope + event.id, event.time, event.dedupFor ?? this.#layout.dedupWindow);
      if (event.unplaced !== undefined) cell.clipped += countUnplaced(event.unplaced, event.slot, event.count);
      else cell.clipped += this.#clip.take(series.id, bucket, event.slot, event.count);
    }
    if (seenIn !== bucket) this.buckets.addLate(bucket, series.id, count, cell, position);
    return { late: seenIn !== bucket, overflow };
  }

  /** False when the series is new and the limit is reached. */
  #register(series: Series, bucket: number): boolean {
    const known = this.series.get(series.id);
    if (known) {
      if (bucket > known.lastSeen) known.lastSeen = bucket;
      if (known.series !== series) known.series = mergeSeries(known.series, series);
    } else {
      if (!this.#budget.take()) return false;
      this.#know(series, Math.max(bucket, this.buckets.rolledUpTo));
    }
    if (series.lateness > this.#largestLateness) this.#largestLateness = series.lateness;
    return true;
  }

  /** A known description stays, since ingest knows more of a series than a placement; only its quality may get worse. */
  #registerTarget(target: Series, bucket: number): boolean {
    const known = this.series.get(target.id)?.series;
    return this.#register(known ? mergeSeries(target, known) : target, bucket);
  }

  #know(series: Series, lastSeen: number): void {
    this.series.set(series.id, { series, lastSeen });
    if (lastSeen < this.#oldestSeen) this.#oldestSeen = lastSeen;
  }

  #remember(flush: Flush, result: FlushResult): void {
    this.#writers.delete(flush.writer);
    this.#writers.set(flush.writer, { sequence: flush.sequence, result });
    if (this.#writers.size <= WRITERS_KEPT) return;
    for (const oldest of this.#writers.keys()) {
      this.#writers.delete(oldest);
      return;
    }
  }

  #trim(position: number): void {
    this.buckets.trim(position);
    this.#clip.trim(position - this.#layout.retention.fine);
    this.#ids.trim(position);
    this.#unplaced.trim(position);
    for (const [id, anomaly] of this.anomalies) if (anomaly.until <= position) this.anomalies.delete(id);
    this.#forget(position - this.#layout.retention.medium);
  }

  #forget(before: number): void {
    if (before <= this.#oldestSeen) return;
    let left = FORGET_BATCH;
    let oldest = Number.POSITIVE_INFINITY;
    for (const [id, known] of this.series) {
      if (known.lastSeen >= before) {
        if (known.lastSeen < oldest) oldest = known.lastSeen;
        continue;
      }
      this.series.delete(id);
      this.states.delete(id);
      this.samples.delete(id);
      this.#budget.giveBack();
      if (--left === 0) return;
    }
    this.#oldestSeen = oldest;
  }

  dump(): unknown {
    return {
      position: this.position,
      largestLateness: this.#largestLateness,
      buckets: this.buckets.dump(),
      series: [...this.series.values()].map((known) => [known.series, known.lastSeen]),
      states: [...this.states],
      anomalies: [...this.anomalies],
      samples: [...this.samples],
      writers: [...this.#writers],
      ids: this.#ids.dump(),
      clip: this.#clip.dump(),
      unplaced: this.#unplaced.dump(),
    };
  }

  load(dump: ShardDump): void {
    this.position = dump.position;
    this.#largestLateness = dump.largestLateness;
    this.buckets.load(dump.buckets);
    for (const [series, lastSeen] of dump.series) this.#know(series, lastSeen);
    this.#budget.adopt(dump.series.length);
    for (const [id, json] of dump.states) this.states.set(id, json);
    for (const [id, anomaly] of dump.anomalies) this.anomalies.set(id, anomaly);
    for (const [id, samples] of dump.samples) this.samples.set(id, samples);
    for (const [writer, mark] of dump.writers) this.#writers.set(writer, mark);
    this.#ids.load(dump.ids);
    this.#clip.load(dump.clip);
    this.#unplaced.load(dump.unplaced ?? []);
  }
}

/** What `dump` writes, as it comes back from JSON. */
export interface ShardDump {
  readonly position?: number;
  readonly largestLateness: number;
  readonly buckets: BucketsDump;
  readonly series: readonly (readonly [Series, number])[];
  readonly states: readonly (readonly [string, string])[];
  readonly anomalies: readonly (readonly [string, StoredAnomaly])[];
  readonly samples: readonly (readonly [string, readonly string[]])[];
  readonly writers: readonly (readonly [string, WriterMark])[];
  readonly ids: Parameters<EventIds["load"]>[0];
  readonly clip: Parameters<PodClip["load"]>[0];
  /** Absent in snapshots from before they were kept. */
  readonly unplaced?: Parameters<UnplacedEvents["load"]>[0];
}

function emptyResult(flush: Flush): FlushResult {
  return { duplicates: flush.increments.map(() => NO_DUPLICATES), late: 0, refused: [], overflow: 0 };
}

function sumFresh(increment: Increment, repeated: ReadonlySet<number>): number {
  let sum = 0;
  for (const [index, event] of increment.identified.entries()) if (!repeated.has(index)) sum += event.count;
  return sum;
}

function setAll(target: Map<string, string>, changes: ReadonlyMap<string, string | null>): void {
  for (const [id, json] of changes) {
    if (json === null) target.delete(id);
    else target.set(id, json);
  }
}
