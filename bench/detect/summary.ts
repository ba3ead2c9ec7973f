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
