/**
 * A series as stored: one character of quality (0 best, 2 worst, so that scripts can keep the worst), three short hashes
 * of the values it is indexed by (12 characters each), then JSON.
 */
import { shortId } from "../../domain/ids.ts";
import type { Series } from "../../domain/series.ts";
import type { SeriesFilter } from "../../ports/windows.ts";

const QUALITIES = ["exact", "inferred", "lower-bound"] as const;
const HEAD = 1 + 3 * 12;

export function encodeSeries(series: Series): string {
  const head = [series.policy, series.workload, series.digest].map((value) => shortId([value])).join("");
  return `${QUALITIES.indexOf(series.quality)}${head}${JSON.stringify(series)}`;
}

export function decodeSeries(stored: string): Series {
  const series = JSON.parse(stored.slice(HEAD)) as Series;
  return { ...series, quality: QUALITIES[Number(stored[0])] ?? series.quality };
}

/** Beginning of the index members that hold the series a filter asks for: the most selective index it can use. */
export function indexPrefix(filter: SeriesFilter): string {
  if (filter.digest !== undefined) return `d:${shortId([filter.digest])}:`;
  if (filter.workload !== undefined) return `w:${shortId([filter.workload])}:`;
  if (filter.policy !== undefined) return `p:${shortId([filter.policy])}:`;
  return "a:";
}

/** Whether a series fits, for the fields the index does not cover. */
export function fits(series: Series, filter: SeriesFilter): boolean {
  return (
    (filter.cluster === undefined || series.cluster === filter.cluster) &&
    (filter.policy === undefined || series.policy === filter.policy) &&
    (filter.namespace === undefined || series.namespace === filter.namespace) &&
    (filter.workload === undefined || series.workload === filter.workload) &&
    (filter.digest === undefined || series.digest === filter.digest)
  );
}
