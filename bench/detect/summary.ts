/** Summaries with intervals, so that a short run is not read as more than it is. */
import { median } from "simple-statistics";
import { gammaQuantile } from "../../detectors/math/gamma-quantile.ts";

export interface Recall {
  readonly found: number;
  readonly of: number;
  readonly recall: number;
  /** 95 % (Wilson). */
  readonly interval: readonly [number, number];
  readonly medianDelay: number | undefined;
  /** 95 % interval of the median. */
  readonly medianInterval: readonly [number, number] | undefined;
  readonly meanDelay: number | undefined;
}

export function recallOf(delays: readonly (number | undefined)[]): Recall {
  const found = delays.filter((delay) => delay !== undefined);
  const of = delays.length;
  const recall = of === 0 ? 0 : found.length / of;
  return {
    found: found.length,
    of,
    recall,
    interval: wilson(found.length, of),
    medianDelay: found.length === 0 ? undefined : median(found),
    medianInterval: medianInterval(found),
    meanDelay: found.length === 0 ? undefined : found.reduce((sum, delay) => sum + delay, 0) / found.length,
  };
}

/** 95 % interval of a share. */
export function wilson(found: number, of: number): readonly [number, number] {
  if (of === 0) return [0, 1];
  const z = 1.96;
  const p = found / of;
  const centre = (p + z ** 2 / (2 * of)) / (1 + z ** 2 / of);
  const half = (z * Math.sqrt((p * (1 - p)) / of + z ** 2 / (4 * of ** 2))) / (1 + z ** 2 / of);
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

/** Mean with half the width of its 95 % interval. */
export function meanOf(values: readonly number[]): { readonly mean: number; readonly margin: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return { mean, margin: 1.96 * Math.sqrt(variance / values.length) };
}

/** Fewer values than this have no order statistics that hold their median with 95 %. */
const LEAST_FOR_MEDIAN = 6;

/** 95 % interval of a median, by the order statistics either side of it; undefined for fewer than six values. */
export function medianInterval(values: readonly number[]): readonly [number, number] | undefined {
  if (values.length < LEAST_FOR_MEDIAN) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const reach = (1.96 * Math.sqrt(sorted.length)) / 2;
  const at = (i: number) => sorted[Math.min(sorted.length - 1, Math.max(0, i))] ?? Number.NaN;
  return [at(Math.floor(sorted.length / 2 - reach)), at(Math.ceil(sorted.length / 2 + reach))];
}

/** Exact 95 % interval of a rate of rare events. */
export function rateInterval(events: number, exposure: number): readonly [number, number] {
  return [events === 0 ? 0 : gammaQuantile(events, 0.025) / exposure, gammaQuantile(events + 1, 0.975) / exposure];
}

/** A table in Markdown. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

/** `.97/4`: recall and median delay. */
export function shown(recall: Recall): string {
  const delay = recall.medianDelay === undefined ? "" : `/${Math.round(recall.medianDelay)}`;
  return `${recall.recall.toFixed(2).replace(/^0/, "")}${delay}`;
}
