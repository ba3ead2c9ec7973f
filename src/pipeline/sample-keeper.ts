/** Keeps a few input records of each series for people to look at: at most one per series and bucket, five in all. */
import type { WindowStore } from "../ports/windows.ts";
import type { IdentifiedViolation } from "./identify.ts";
import type { ReceivedRecord } from "./receive.ts";

/** A sample is for reading, not for the record: longer ones are left out. */
const MAX_SAMPLE_LENGTH = 8_192;
const MAX_REMEMBERED = 200_000;

/** Texts by shard and series. */
export type ChosenSamples = ReadonlyMap<number, ReadonlyMap<string, readonly string[]>>;

export class SampleKeeper {
  readonly #windows: WindowStore;
  readonly #onError: (error: unknown) => void;
  #last = new Map<string, number>();
  #writing: Promise<void> = Promise.resolve();

  constructor(windows: WindowStore, onError: (error: unknown) => void) {
    this.#windows = windows;
    this.#onError = onError;
  }

  /** Picks what is worth keeping of a batch, as text. `places` gives the index of the record of each violation. */
  choose(
    identified: readonly IdentifiedViolation[],
    places: readonly number[],
    records: readonly ReceivedRecord[],
  ): ChosenSamples | undefined {
    const { width } = this.#windows;
    let chosen: Map<number, Map<string, string[]>> | undefined;
    for (let i = 0; i < identified.length; i++) {
      const item = identified[i];
      if (!item) continue;
      const { series, shard, violation } = item;
      const bucket = Math.floor(violation.time / width);
      if (this.#last.get(series.id) === bucket) continue;
      this.#last.set(series.id, bucket);
      const text = JSON.stringify(recordAt(records, places[i] ?? -1));
      if (text === undefined || text.length > MAX_SAMPLE_LENGTH) continue;
      chosen ??= new Map();
      const own = chosen.get(shard) ?? new Map<string, string[]>();
      chosen.set(shard, own);
      own.set(series.id, [...(own.get(series.id) ?? []), text]);
    }
    if (this.#last.size > MAX_REMEMBERED) this.#last = new Map();
    return chosen;
  }

  /** Call once the batch is counted; returns at once. A sample that cannot be stored is only reported. */
  store(chosen: ChosenSamples): void {
    this.#writing = this.#writing.then(async () => {
      try {
        for (const [shard, samples] of chosen) await this.#windows.addSamples(shard, samples);
      } catch (error) {
        this.#onError(error);
      }
    });
  }

  /** Resolves when all samples handed over so far are stored or given up. */
  drain(): Promise<void> {
    return this.#writing;
  }
}

/** Records are in the order of their indexes; some indexes are missing, so a record is never behind its index. */
function recordAt(records: readonly ReceivedRecord[], index: number): unknown {
  for (let i = Math.min(index, records.length - 1); i >= 0; i--) {
    const candidate = records[i];
    if (candidate !== undefined && candidate.index <= index) return candidate.index === index ? candidate.record : undefined;
  }
  return undefined;
}
