/** The in-memory sums of one flush: one builder per (series, fine bucket). */
import type { Series } from "../domain/series.ts";
import type { IdentifiedEvent, Increment, UnplacedCount } from "../ports/windows.ts";
import type { IdentifiedViolation } from "./identify.ts";
import { podSlot } from "./pod-slot.ts";

/** What became of one caller's records. */
export interface Receipt {
  /** Indexes (into the caller's list) of records that had been counted before. */
  readonly duplicates: number[];
  /** Those of records refused because `limits.series` is reached. */
  readonly refused: number[];
}

export class IncrementBuilder {
  readonly #series: Series;
  readonly #bucket: number;
  #count = 0;
  #slots: Map<number, number> | undefined;
  #unplaced: Map<string, UnplacedCount> | undefined;
  readonly #identified: IdentifiedEvent[] = [];
  /** Receipt and index of each. */
  readonly #identifiedOwners: (Receipt | number)[] = [];
  readonly #members: (Receipt | number)[] = [];

  constructor(series: Series, bucket: number) {
    this.#series = series;
    this.#bucket = bucket;
  }

  add(item: IdentifiedViolation, receipt: Receipt, index: number): void {
    const { violation, unplaced } = item;
    const slot = podSlot(violation.podUid ?? violation.pod);
    this.#members.push(receipt, index);
    if (violation.id === undefined) {
      this.#count += violation.count;
      if (unplaced !== undefined) {
        this.#unplaced ??= new Map();
        const count = violation.count + (this.#unplaced.get(unplaced)?.count ?? 0);
        this.#unplaced.set(unplaced, { pod: unplaced, slot, count });
        return;
      }
      this.#slots ??= new Map();
      this.#slots.set(slot, (this.#slots.get(slot) ?? 0) + violation.count);
      return;
    }
    this.#identified.push({
      id: `${violation.engine}:${violation.id}`,
      dedupFor: violation.dedupFor,
      time: violation.time,
      count: violation.count,
      slot,
      ...(unplaced === undefined ? undefined : { unplaced }),
    });
    this.#identifiedOwners.push(receipt, index);
  }

  increment(): Increment {
    return {
      series: this.#series,
      bucket: this.#bucket,
      count: this.#count,
      slots: this.#slots ? [...this.#slots] : [],
      ...(this.#unplaced === undefined ? undefined : { unplaced: [...this.#unplaced.values()] }),
      identified: this.#identified,
    };
  }

  markDuplicates(indexes: readonly number[]): void {
    for (const event of indexes) {
      const owner = this.#identifiedOwners[2 * event];
      const index = this.#identifiedOwners[2 * event + 1];
      if (typeof owner === "object" && typeof index === "number") owner.duplicates.push(index);
    }
  }

  /** The store took none of these: their series is beyond the limit. */
  refuse(): void {
    for (let i = 0; i < this.#members.length; i += 2) {
      const owner = this.#members[i];
      const index = this.#members[i + 1];
      if (typeof owner === "object" && typeof index === "number") owner.refused.push(index);
    }
  }
}

export class IncrementTable {
  readonly #width: number;
  readonly #shards = new Map<number, Map<number, Map<string, IncrementBuilder>>>();
  /** Set once the table is on its way to the store. */
  done: Promise<void> | undefined;
  events = 0;

  constructor(width: number) {
    this.#width = width;
  }

  add(item: IdentifiedViolation, receipt: Receipt, index: number): void {
    const { time } = item.violation;
    const bucket = time - (time % this.#width);
    let buckets = this.#shards.get(item.shard);
    if (!buckets) {
      buckets = new Map();
      this.#shards.set(item.shard, buckets);
    }
    let series = buckets.get(bucket);
    if (!series) {
      series = new Map();
      buckets.set(bucket, series);
    }
    let builder = series.get(item.series.id);
    if (!builder) {
      builder = new IncrementBuilder(item.series, bucket);
      series.set(item.series.id, builder);
    }
    builder.add(item, receipt, index);
    this.events += item.violation.count;
  }

  /** Builders by shard, in a fixed order. */
  shards(): (readonly [number, readonly IncrementBuilder[]])[] {
    const out: (readonly [number, readonly IncrementBuilder[]])[] = [];
    for (const [shard, buckets] of [...this.#shards].sort((a, b) => a[0] - b[0])) {
      const builders: IncrementBuilder[] = [];
      for (const [, series] of [...buckets].sort((a, b) => a[0] - b[0])) builders.push(...series.values());
      out.push([shard, builders]);
    }
    return out;
  }
}
