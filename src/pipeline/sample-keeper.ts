/** Keeps a few input records of each series for people to look at: at most one per series and bucket, five in all. */
import type { WindowStore } from "../ports/windows.ts";
import type { IdentifiedViolation } from "./identify.ts";
import type { ReceivedRecord } from "./receive.ts";

/** A sample is for reading, not for the record: longer ones are left out. */
const MAX_SAMPLE_LENGTH = 8_192;
const MAX_REMEMBERED = 200_000;

export class SampleKeeper {
  readonly #windows: WindowStore;
  readonly #onError: (error: unknown) => void;
  #last = new Map<string, number>();
  #writing: Promise<void> = Promise.resolve();

  constructor(windows: WindowStore, onError: (error: unknown) => void) {
    this.#windows = windows;
    this.#onError = onError;
  }

  /** Takes what is worth keeping of a batch; returns at once. A sample that cannot be stored is only reported. */
  offer(
    identified: readonly IdentifiedViolation[],
    places: readonly { readonly index: number }[],
    records: readonly ReceivedRecord[],
  ): void {
    let chosen: Map<number, Map<string, string[]>> | undefined;
    let byIndex: Map<number, unknown> | undefined;
    for (let i = 0; i < identified.length; i++) {
      const item = identified[i];
      if (!item) continue;
      const bucket = Math.floor(item.violation.time / this.#windows.width);
      if (this.#last.get(item.series.id) === bucket) continue;
      this.#last.set(item.series.id, bucket);
      byIndex ??= new Map(records.map((record) => [record.index, record.record]));
      const text = JSON.stringify(byIndex.get(places[i]?.index ?? -1));
      if (text === undefined || text.length > MAX_SAMPLE_LENGTH) continue;
      chosen ??= new Map();
      const shard = chosen.get(item.shard) ?? new Map<string, string[]>();
      chosen.set(item.shard, shard);
      shard.set(item.series.id, [...(shard.get(item.series.id) ?? []), text]);
    }
    if (this.#last.size > MAX_REMEMBERED) this.#last = new Map();
    if (chosen) this.#write(chosen);
  }

  /** Resolves when all samples offered so far are stored or given up. */
  drain(): Promise<void> {
    return this.#writing;
  }

  #write(chosen: ReadonlyMap<number, ReadonlyMap<string, readonly string[]>>): void {
    this.#writing = this.#writing.then(async () => {
      try {
        for (const [shard, samples] of chosen) await this.#windows.addSamples(shard, samples);
      } catch (error) {
        this.#onError(error);
      }
    });
  }
}
