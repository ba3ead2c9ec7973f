/**
 * What the data of several series gain by an effect, in logs before tempering: sums by line and size, at
 * [line * sizes + size]. There is a line for each start and one more, the last, for a running sum.
 */
import { EFFECTS } from "./effect-grid.ts";

export type GainSums = readonly Float64Array[];

const scratch: Float64Array[] = [];

/** Sums of `series` series, all 0. Valid until the next call: an effect is evaluated before the next is made. */
export function emptyGains(series: number, starts: number): GainSums {
  const length = (starts + 1) * EFFECTS.size;
  for (let s = 0; s < series; s++) {
    const row = scratch[s];
    if (row && row.length >= length) row.fill(0, 0, length);
    else scratch[s] = new Float64Array(length);
  }
  return scratch.slice(0, series);
}

/** Replaces one line by another. */
export function copyLine(gains: GainSums, from: number, to: number): void {
  const { size } = EFFECTS;
  for (const gain of gains) gain.copyWithin(to * size, from * size, (from + 1) * size);
}

const logs = new Float64Array(EFFECTS.size);

/**
 * Adds events whose expectation an excess x multiplies by 1 + x * dose. `counts`: by series; the events are those at
 * `at`, or those from `at` to `until` where the counts are running sums. The logarithms are taken once for all series.
 */
export function addEvents(
  gains: GainSums,
  line: number,
  dose: number,
  counts: readonly Float64Array[],
  at: number,
  from = -1,
): void {
  if (dose <= 0) return;
  const { size, excess } = EFFECTS;
  const place = line * size;
  let taken = false;
  for (let s = 0; s < gains.length; s++) {
    const row = counts[s];
    const gain = gains[s];
    if (!row || !gain) continue;
    const count = (row[at] ?? 0) - (from < 0 ? 0 : (row[from] ?? 0));
    if (count <= 0) continue;
    if (!taken) for (let j = 0; j < size; j++) logs[j] = Math.log(1 + (excess[j] ?? 0) * dose);
    taken = true;
    for (let j = 0; j < size; j++) gain[place + j] = (gain[place + j] ?? 0) + count * (logs[j] ?? 0);
  }
}
