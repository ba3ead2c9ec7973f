/** The counts of one series before a time: fine where they are retained, coarser before. */
import type { Series } from "../domain/series.ts";
import type { WindowStore } from "../ports/windows.ts";

const MEDIUM = 300_000;
const COARSE = 3_600_000;
/** Four weeks of hours are enough to learn a rate and a season. */
const LONGEST = 28 * 86_400_000;

export interface HistoryBucket {
  /** Start and width, milliseconds. */
  readonly at: number;
  readonly width: number;
  readonly count: number;
  readonly clipped: number;
}

export interface HistoryRequest {
  readonly windows: WindowStore;
  readonly series: Series;
  readonly shard: number;
  /** End of the last bucket wanted, milliseconds. */
  readonly until: number;
  readonly retention: { readonly fine: number; readonly medium: number };
}

/** Buckets with events, ascending and disjoint, none ending after `until`. */
export async function readHistory(request: HistoryRequest): Promise<readonly HistoryBucket[]> {
  const { windows, series, shard, until, retention } = request;
  const { width } = windows;
  const position = (await windows.positions([shard]))[0] ?? until;
  const fineFrom = ceil(position - retention.fine, COARSE);
  const mediumFrom = ceil(position - retention.medium, COARSE);
  const buckets: HistoryBucket[] = [];
  const coarser = async (from: number, to: number, step: number) => {
    const end = Math.min(to, until - (until % step));
    if (series.level !== "leaf" || end <= from) return;
    const [counts] = await windows.readCounts([series], from, end, step);
    // Of pods these counts know nothing; all events are taken as they are.
    for (const [index, count] of (counts ?? []).entries())
      if (count > 0) buckets.push({ at: from + index * step, width: step, count, clipped: count });
  };
  await coarser(ceil(Math.max(0, until - LONGEST), COARSE), mediumFrom, COARSE);
  await coarser(Math.max(mediumFrom, ceil(Math.max(0, until - LONGEST), COARSE)), fineFrom, MEDIUM);
  const [fine] = until > fineFrom ? await windows.readBuckets([shard], Math.max(0, fineFrom), until) : [];
  for (const [at, counts] of [...(fine ?? [])].sort((a, b) => a[0] - b[0])) {
    const own = counts.find(({ seriesId }) => seriesId === series.id);
    if (own && own.count > 0 && at + width <= until) buckets.push({ at, width, count: own.count, clipped: own.clipped });
  }
  return buckets;
}

function ceil(time: number, step: number): number {
  return Math.ceil(time / step) * step;
}
