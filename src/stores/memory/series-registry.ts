import type { Series } from "../../domain/series.ts";
import type { SeriesFilter } from "../../ports/windows.ts";

export interface RegisteredSeries {
  series: Series;
  /** Latest bucket it was counted in: decides when it is forgotten. */
  lastSeen: number;
}

const QUALITY_RANK = { exact: 0, inferred: 1, "lower-bound": 2 } as const;

/** Newest description wins, but the quality never gets better again: counts of the past stay what they were. */
export function mergeSeries(old: Series, fresh: Series): Series {
  if (QUALITY_RANK[old.quality] <= QUALITY_RANK[fresh.quality]) return fresh;
  return { ...fresh, quality: old.quality };
}

export function matchesFilter(series: Series, filter: SeriesFilter): boolean {
  return (
    (filter.cluster === undefined || series.cluster === filter.cluster) &&
    (filter.policy === undefined || series.policy === filter.policy) &&
    (filter.namespace === undefined || series.namespace === filter.namespace) &&
    (filter.workload === undefined || series.workload === filter.workload) &&
    (filter.digest === undefined || series.digest === filter.digest)
  );
}

/** How many series the whole store holds, shared by its shards. */
export class SeriesBudget {
  readonly #limit: number;
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False when the limit is reached. */
  take(): boolean {
    if (this.#used >= this.#limit) return false;
    this.#used++;
    return true;
  }

  /** Series that were there before the limit was asked for. */
  adopt(count: number): void {
    this.#used += count;
  }

  giveBack(): void {
    this.#used--;
  }
}
