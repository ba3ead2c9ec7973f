/** Flushes as the journal keeps them: a series the shard knows already is named by its id only. */
import type { Series } from "../../domain/series.ts";
import type { Flush, Increment } from "../../ports/windows.ts";

export interface FlushRecord {
  readonly shard: number;
  readonly writer: string;
  readonly sequence: number;
  readonly increments: readonly (Omit<Increment, "series"> & { readonly series: Series | string })[];
}

/** `known` answers for the state before the flush; the same state is there when the journal is read again. */
export function toFlushRecord(flush: Flush, known: (id: string) => Series | undefined): FlushRecord {
  const increments = flush.increments.map((increment) => {
    const { series } = increment;
    return known(series.id) === series ? { ...increment, series: series.id } : increment;
  });
  return { ...flush, increments };
}

export function fromFlushRecord(record: FlushRecord, known: (id: string) => Series | undefined): Flush {
  const increments = record.increments.map((increment): Increment => {
    const series = typeof increment.series === "string" ? known(increment.series) : increment.series;
    if (!series) throw new Error(`the journal names a series it never described: ${JSON.stringify(increment.series)}`);
    const identified = increment.identified.map((event) => ({ ...event, dedupFor: event.dedupFor }));
    return { ...increment, series, identified };
  });
  return { ...record, increments };
}
