/** The buckets of one shard, at all three levels. */
import type { BucketCount } from "../../ports/windows.ts";
import { COARSE, floorTo, MEDIUM, type WindowLayout } from "../window-layout.ts";

/** One series in one fine bucket. */
export interface Cell {
  /** What detection sees: events of this bucket that came in time, and late events put here. */
  count: number;
  /** Companion count of the same events. */
  clipped: number;
  /** `count + moved` is the number of events whose time lies in this bucket. */
  moved: number;
}

type Level = Map<number, Map<string, number>>;

export class Buckets {
  readonly #layout: WindowLayout;
  readonly #fine = new Map<number, Map<string, Cell>>();
  readonly #medium: Level = new Map();
  readonly #coarse: Level = new Map();
  /** Fine buckets not yet rolled up into medium, medium ones not yet rolled up into coarse. */
  readonly #openFine = new Set<number>();
  readonly #openMedium = new Set<number>();
  /** What detection sees of fine buckets in which nothing was counted since it was asked for. */
  readonly #lists = new Map<number, readonly BucketCount[]>();
  /** Series counted in each bucket since this was asked last. */
  readonly #counted = new Map<number, Set<string>>();
  /** Series that detection may have seen in a bucket from which everything was moved to others since. */
  readonly #emptied = new Map<number, Set<string>>();
  rolledUpTo = 0;

  constructor(layout: WindowLayout) {
    this.#layout = layout;
  }

  get fineBuckets(): number {
    return this.#fine.size;
  }

  /** The cell to count in. */
  cell(bucket: number, seriesId: string): Cell {
    this.#lists.delete(bucket);
    let cells = this.#fine.get(bucket);
    if (!cells) {
      cells = new Map();
      this.#fine.set(bucket, cells);
      if (bucket >= this.rolledUpTo) this.#openFine.add(bucket);
    }
    let cell = cells.get(seriesId);
    if (!cell) {
      cell = { count: 0, clipped: 0, moved: 0 };
      cells.set(seriesId, cell);
    }
    return cell;
  }

  /** Notes that detection sees more of the series in this bucket than before. */
  noteCounted(bucket: number, seriesId: string): void {
    const ids = this.#counted.get(bucket);
    if (ids) ids.add(seriesId);
    else this.#counted.set(bucket, new Set([seriesId]));
  }

  /** What was noted since the last call, with what detection sees of it. */
  takeCounted(): ReadonlyMap<number, readonly BucketCount[]> {
    const out = new Map<number, readonly BucketCount[]>();
    for (const [bucket, ids] of this.#counted) {
      const cells = this.#fine.get(bucket);
      const counts: BucketCount[] = [];
      for (const seriesId of ids) {
        const cell = cells?.get(seriesId);
        if (cell && cell.count > 0) counts.push({ seriesId, count: cell.count, clipped: cell.clipped });
      }
      if (counts.length > 0) out.set(bucket, counts);
    }
    this.#counted.clear();
    return out;
  }

  /** Forgets the notes of buckets that start before `time`, which were read as a whole. */
  dropCounted(time: number): void {
    for (const bucket of this.#counted.keys()) if (bucket < time) this.#counted.delete(bucket);
  }

  /** Counts late events at the time they happened; detection saw them in `seenIn`. Levels that expired are left out. */
  addLate(bucket: number, seriesId: string, count: number, seenIn: Cell, position: number): void {
    seenIn.moved -= count;
    this.#addByTime(bucket, seriesId, count, position);
  }

  /** Lets detection see events of one bucket in another series. */
  moveSeen(bucket: number, from: BucketCount, to: BucketCount): void {
    const source = this.cell(bucket, from.seriesId);
    source.count -= from.count;
    source.clipped -= from.clipped;
    if (source.count === 0) this.#emptied.set(bucket, (this.#emptied.get(bucket) ?? new Set()).add(from.seriesId));
    const target = this.cell(bucket, to.seriesId);
    target.count += to.count;
    target.clipped += to.clipped;
  }

  /** Counts events of one bucket under another series, beside what detection sees. */
  moveByTime(bucket: number, from: string, to: string, count: number, position: number): void {
    if (count === 0) return;
    this.#addByTime(bucket, from, -count, position);
    this.#addByTime(bucket, to, count, position);
  }

  #addByTime(bucket: number, seriesId: string, count: number, position: number): void {
    const { fine, medium } = this.#layout.retention;
    if (bucket + this.#layout.width + fine > position) this.cell(bucket, seriesId).moved += count;
    if (bucket >= this.rolledUpTo) return;
    const ownMedium = floorTo(bucket, MEDIUM);
    if (ownMedium + MEDIUM + medium > position) this.#addMedium(ownMedium, seriesId, count);
    if (ownMedium < this.#mediumRolledUpTo()) add(this.#coarse, floorTo(bucket, COARSE), seriesId, count);
  }

  /** Rolls up everything that starts before `boundary`; each event once. */
  rollUp(boundary: number): void {
    if (boundary <= this.rolledUpTo) return;
    for (const bucket of this.#openFine) {
      if (bucket >= boundary) continue;
      this.#openFine.delete(bucket);
      for (const [id, cell] of this.#fine.get(bucket) ?? []) {
        const count = cell.count + cell.moved;
        if (count !== 0) this.#addMedium(floorTo(bucket, MEDIUM), id, count);
      }
    }
    this.rolledUpTo = boundary;
    const mediumBoundary = this.#mediumRolledUpTo();
    for (const bucket of this.#openMedium) {
      if (bucket >= mediumBoundary) continue;
      this.#openMedium.delete(bucket);
      for (const [id, count] of this.#medium.get(bucket) ?? []) add(this.#coarse, floorTo(bucket, COARSE), id, count);
    }
  }

  /** Drops what is older than its retention at evaluation time `position`. */
  trim(position: number): void {
    const { fine, medium, coarse } = this.#layout.retention;
    for (const bucket of this.#fine.keys()) {
      if (bucket + this.#layout.width + fine <= position && bucket < this.rolledUpTo) this.#drop(bucket);
    }
    const mediumBoundary = this.#mediumRolledUpTo();
    for (const bucket of this.#medium.keys()) {
      if (bucket + MEDIUM + medium <= position && bucket < mediumBoundary) this.#medium.delete(bucket);
    }
    for (const bucket of this.#coarse.keys()) if (bucket + COARSE + coarse <= position) this.#coarse.delete(bucket);
  }

  /** Forgets fine buckets that end before `time` though nobody evaluated them: without an evaluator memory is bounded too. */
  dropUnevaluated(time: number): void {
    for (const bucket of this.#fine.keys()) {
      if (bucket + this.#layout.width > time) continue;
      this.#drop(bucket);
      this.#openFine.delete(bucket);
    }
    this.dropCounted(time);
  }

  #drop(bucket: number): void {
    this.#fine.delete(bucket);
    this.#emptied.delete(bucket);
  }

  /** What detection sees of [from, to), ascending. A bucket's list is the same object while nothing is counted in it. */
  read(from: number, to: number): ReadonlyMap<number, readonly BucketCount[]> {
    const out = new Map<number, readonly BucketCount[]>();
    for (const bucket of starts(this.#fine, from, to, this.#layout.width)) {
      const counts = this.#lists.get(bucket) ?? this.#list(bucket);
      if (counts.length > 0) out.set(bucket, counts);
    }
    for (const bucket of this.#lists.keys()) if (bucket < from) this.#lists.delete(bucket);
    return out;
  }

  #list(bucket: number): readonly BucketCount[] {
    const counts: BucketCount[] = [];
    const emptied = this.#emptied.get(bucket);
    for (const [seriesId, cell] of this.#fine.get(bucket) ?? []) {
      if (cell.count > 0 || emptied?.has(seriesId)) counts.push({ seriesId, count: cell.count, clipped: cell.clipped });
    }
    this.#lists.set(bucket, counts);
    return counts;
  }

  /** Events of a series by event time: reports (bucket start, count) of the fine level over [from, to). */
  eachFine(seriesId: string, from: number, to: number, report: (bucket: number, count: number) => void): void {
    for (const bucket of starts(this.#fine, from, to, this.#layout.width)) {
      const cell = this.#fine.get(bucket)?.get(seriesId);
      if (cell) report(bucket, cell.count + cell.moved);
    }
  }

  /** The same at the medium level, including what is not rolled up yet. */
  eachMedium(seriesId: string, from: number, to: number, report: (bucket: number, count: number) => void): void {
    for (const bucket of starts(this.#medium, from, to, MEDIUM)) {
      const count = this.#medium.get(bucket)?.get(seriesId);
      if (count) report(bucket, count);
    }
    this.eachFine(seriesId, Math.max(from, this.rolledUpTo), to, (bucket, count) => report(floorTo(bucket, MEDIUM), count));
  }

  /** The same at the coarse level, including what is not rolled up yet. */
  eachCoarse(seriesId: string, from: number, to: number, report: (bucket: number, count: number) => void): void {
    for (const bucket of starts(this.#coarse, from, to, COARSE)) {
      const count = this.#coarse.get(bucket)?.get(seriesId);
      if (count) report(bucket, count);
    }
    this.eachMedium(seriesId, Math.max(from, this.#mediumRolledUpTo()), to, (bucket, count) =>
      report(floorTo(bucket, COARSE), count),
    );
  }

  dump(): BucketsDump {
    return {
      rolledUpTo: this.rolledUpTo,
      fine: [...this.#fine].map(([bucket, cells]) => [
        bucket,
        [...cells].map(([id, cell]) => [id, cell.count, cell.clipped, cell.moved] as const),
      ]),
      medium: [...this.#medium].map(([bucket, counts]) => [bucket, [...counts]]),
      coarse: [...this.#coarse].map(([bucket, counts]) => [bucket, [...counts]]),
    };
  }

  load(dump: BucketsDump): void {
    this.rolledUpTo = dump.rolledUpTo;
    for (const [bucket, cells] of dump.fine) {
      this.#fine.set(bucket, new Map(cells.map(([id, count, clipped, moved]) => [id, { count, clipped, moved }])));
      if (bucket >= this.rolledUpTo) this.#openFine.add(bucket);
    }
    for (const [bucket, counts] of dump.medium) {
      this.#medium.set(bucket, new Map(counts));
      if (bucket >= this.#mediumRolledUpTo()) this.#openMedium.add(bucket);
    }
    for (const [bucket, counts] of dump.coarse) this.#coarse.set(bucket, new Map(counts));
  }

  #addMedium(bucket: number, seriesId: string, count: number): void {
    if (!this.#medium.has(bucket) && bucket >= this.#mediumRolledUpTo()) this.#openMedium.add(bucket);
    add(this.#medium, bucket, seriesId, count);
  }

  #mediumRolledUpTo(): number {
    return floorTo(this.rolledUpTo, MEDIUM);
  }
}

type CountsDump = readonly (readonly [number, readonly (readonly [string, number])[]])[];

export interface BucketsDump {
  readonly rolledUpTo: number;
  readonly fine: readonly (readonly [number, readonly (readonly [string, number, number, number])[]])[];
  readonly medium: CountsDump;
  readonly coarse: CountsDump;
}

function add(level: Level, bucket: number, seriesId: string, count: number): void {
  let counts = level.get(bucket);
  if (!counts) {
    counts = new Map();
    level.set(bucket, counts);
  }
  counts.set(seriesId, (counts.get(seriesId) ?? 0) + count);
}

/** Existing starts in [from, to), ascending; costs the smaller of the range and what exists. */
function starts(level: ReadonlyMap<number, unknown>, from: number, to: number, width: number): number[] {
  const out: number[] = [];
  if ((to - from) / width <= level.size) {
    for (let start = Math.ceil(from / width) * width; start < to; start += width) if (level.has(start)) out.push(start);
    return out;
  }
  for (const start of level.keys()) if (start >= from && start < to) out.push(start);
  return out.sort((a, b) => a - b);
}
