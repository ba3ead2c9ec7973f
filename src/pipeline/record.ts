/**
 * Record: sums identified violations in memory and counts them in the store, one flush per shard at a time. A caller's
 * promise resolves when all its records are durable; while a flush is under way the next one gathers, so load makes
 * flushes larger instead of more frequent.
 */
import { TenfoldError } from "../domain/errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Flush, FlushResult, WindowStore } from "../ports/windows.ts";
import type { IdentifiedViolation } from "./identify.ts";
import { type IncrementBuilder, IncrementTable, type Receipt } from "./increment-table.ts";

export type { Receipt };

/** Events of a flush. */
export interface Flushed {
  readonly events: number;
  readonly late: number;
  /** Those of unknown pods that cannot be placed later, because too many are waiting for it. */
  readonly overflow: number;
}

export interface RecorderOptions {
  readonly windows: WindowStore;
  readonly clock: Clock;
  /** Unique per process: makes flushes idempotent. */
  readonly writer: string;
  /** Records waiting beyond which callers are told `overloaded`. */
  readonly maxPending: number;
  /** How long a failing flush is retried before its callers are told `store_unavailable`, milliseconds. */
  readonly patience: number;
  /** Called after each successful flush, for samples and metrics. */
  readonly onFlushed?: (flushed: Flushed) => void;
}

const RETRY_PAUSE = 100;
const RETRY_AFTER_SECONDS = 5;

export class Recorder {
  readonly #options: RecorderOptions;
  #table: IncrementTable;
  #pending = 0;
  #running: Promise<void> | undefined;
  readonly #sequences = new Map<number, number>();

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#table = new IncrementTable(options.windows.width);
  }

  /** Records that are accepted but not yet durable. */
  get pending(): number {
    return this.#pending;
  }

  /**
   * Counts the violations of one request. Resolves when they are durable; rejects with `overloaded` before taking any,
   * or with `store_unavailable` when the store did not confirm in time (sending again is safe for records with ids).
   */
  record(violations: readonly IdentifiedViolation[]): Promise<Receipt> {
    const { length } = violations;
    if (this.#pending + length > this.#options.maxPending && this.#pending > 0) {
      const message = `${this.#pending} events are waiting to be stored`;
      return Promise.reject(new TenfoldError("overloaded", message, { retryAfter: 1 }));
    }
    const receipt: Receipt = { duplicates: [], refused: [] };
    if (length === 0) return Promise.resolve(receipt);
    for (let index = 0; index < length; index++) {
      const item = violations[index];
      if (item) this.#table.add(item, receipt, index);
    }
    return this.#stored(this.#table, receipt, length);
  }

  /** Apart from `record` so that the violations themselves are not held until the store answers. */
  async #stored(table: IncrementTable, receipt: Receipt, length: number): Promise<Receipt> {
    this.#pending += length;
    try {
      await this.#flushed(table);
    } finally {
      this.#pending -= length;
    }
    return receipt;
  }

  /** Resolves when nothing is waiting any more. */
  async drain(): Promise<void> {
    while (this.#running) await this.#running.catch(() => undefined);
  }

  #flushed(table: IncrementTable): Promise<void> {
    table.done ??= this.#schedule(table);
    return table.done;
  }

  async #schedule(table: IncrementTable): Promise<void> {
    // Let everything that arrives in this turn of the event loop join the same flush.
    await Promise.resolve();
    while (this.#running) await this.#running.catch(() => undefined);
    this.#table = new IncrementTable(this.#options.windows.width);
    const run = this.#store(table);
    this.#running = run;
    try {
      await run;
    } finally {
      this.#running = undefined;
    }
  }

  async #store(table: IncrementTable): Promise<void> {
    const shards = table.shards();
    const flushes: Flush[] = shards.map(([shard, builders]) => ({
      shard,
      writer: this.#options.writer,
      sequence: this.#nextSequence(shard),
      increments: builders.map((builder) => builder.increment()),
    }));
    const results = await this.#recordWithPatience(flushes);
    let late = 0;
    let overflow = 0;
    for (let i = 0; i < shards.length; i++) {
      const result = results[i];
      const builders = shards[i]?.[1];
      if (!result || !builders) continue;
      late += result.late;
      overflow += result.overflow;
      settle(builders, result);
    }
    this.#options.onFlushed?.({ events: table.events, late, overflow });
  }

  #nextSequence(shard: number): number {
    const next = (this.#sequences.get(shard) ?? 0) + 1;
    this.#sequences.set(shard, next);
    return next;
  }

  async #recordWithPatience(flushes: readonly Flush[]): Promise<readonly FlushResult[]> {
    const deadline = this.#options.clock.now() + this.#options.patience;
    for (;;) {
      try {
        return await this.#options.windows.record(flushes);
      } catch (error) {
        const retryable = error instanceof TenfoldError && error.retryable;
        if (!retryable || this.#options.clock.now() >= deadline) throw withRetryAfter(error);
        await this.#options.clock.sleep(RETRY_PAUSE);
      }
    }
  }
}

function settle(builders: readonly IncrementBuilder[], result: FlushResult): void {
  for (const index of result.refused) builders[index]?.refuse();
  for (let i = 0; i < result.duplicates.length; i++) {
    const duplicates = result.duplicates[i];
    if (duplicates && duplicates.length > 0) builders[i]?.markDuplicates(duplicates);
  }
}

function withRetryAfter(error: unknown): unknown {
  if (error instanceof TenfoldError && error.retryable && error.retryAfter === undefined) {
    return new TenfoldError(error.code, error.message, { retryAfter: RETRY_AFTER_SECONDS, cause: error });
  }
  return error;
}
