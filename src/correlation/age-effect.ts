/**
 * "Each new pod starts to misbehave a fixed time after its own start": a leak that fills up, a token that expires. The
 * start s is that of the activation's first pods; cohort c follows `delay[c]` minutes later.
 *
 * All series of the workload share the pods, and so the logarithms: they are taken once for all of them.
 */
import { type CohortSums, cohortSums } from "./cohort-sums.ts";
import type { CohortSet } from "./cohorts.ts";
import { lnEffect } from "./effect.ts";
import { EFFECTS } from "./effect-grid.ts";
import type { NamedCounts } from "./named-counts.ts";
import type { SeriesModel } from "./series-model.ts";

/** Below this largest delay all cohorts start together, and there is nothing to align. */
const LEAST_DELAY = 1;

export function canAlign({ size, delay }: CohortSet): boolean {
  const largest = delay.reduce((most, value) => Math.max(most, value), 0);
  return size > 1 && largest >= LEAST_DELAY;
}

export interface NamedSeries {
  readonly model: SeriesModel;
  readonly named: NamedCounts;
}

interface Row extends NamedSeries {
  readonly gain: Float64Array;
  readonly sums: CohortSums;
}

/** ln likelihood by start of each series; all are of one workload. Empty for an empty list. */
export function lnByAge(series: readonly NamedSeries[], cohorts: CohortSet, activation: number): Float64Array[] {
  const subject = series[0]?.model;
  if (!subject) return [];
  const { buckets, first, starts } = subject.window;
  const { share, totals } = subject.exposure;
  const added: [Float64Array, Float64Array] = [new Float64Array(starts), new Float64Array(starts)];
  const rows = series.map(
    ({ model, named }): Row => ({
      model,
      named,
      gain: new Float64Array(starts * EFFECTS.size),
      sums: cohortSums(cohorts, named.byCohort[activation] ?? new Float64Array(0), buckets),
    }),
  );
  const others = otherVersions(rows, activation);
  for (let i = 0; i < starts; i++) {
    for (let b = first + i; b < buckets; b++) {
      const mean = addBucket(rows, cohorts, activation, others[b] ?? [], i, b);
      const dosed = mean * (share[activation * buckets + b] ?? 0);
      added[0][i] = (added[0][i] ?? 0) + dosed * (totals[0][b] ?? 0);
      added[1][i] = (added[1][i] ?? 0) + dosed * (totals[1][b] ?? 0);
    }
  }
  return rows.map(({ model, gain }) => lnEffect(model, { gain, added }));
}

/** Adds what one bucket says about one start; returns the share of the activation that has begun by then. */
function addBucket(
  rows: readonly Row[],
  cohorts: CohortSet,
  activation: number,
  others: readonly number[],
  i: number,
  b: number,
): number {
  const { model, sums } = rows[0] as Row;
  const { window, exposure, stray, labelled } = model;
  const { activations, share, buckets } = exposure;
  const { size, delay } = cohorts;
  // Delays ascend: cohorts [0, full) have begun before the bucket, [full, partial) begin within it.
  const since = b - window.first - i;
  const full = sums.fullAt[since] ?? 0;
  const line = b * (size + 1);
  let mean = sums.share[line + full] ?? 0;
  let partial = full;
  for (; partial < size; partial++) {
    const part = since + 0.5 - (delay[partial] ?? 0);
    if (part <= 0) break;
    mean += (cohorts.share[partial * buckets + b] ?? 0) * part;
  }
  if (mean <= 0) return 0;
  const own = activation * buckets + b;
  const dose = share[own] ?? 0;
  const odds = activations > 1 ? dose / (labelled[own] ?? 1) : 1;
  const spread = (stray / activations) * mean;
  addGain(rows, i, (1 - stray + spread) * odds, (row) => row.sums.count[line + full] ?? 0);
  for (let c = full; c < partial; c++) {
    const part = since + 0.5 - (delay[c] ?? 0);
    addGain(rows, i, ((1 - stray) * part + spread) * odds, (row) => between(row.sums.count, line + c, line + c + 1));
  }
  addGain(rows, i, spread * odds, (row) => between(row.sums.count, line + partial, line + size));
  addGain(rows, i, mean * (1 - stray + stray / activations) * odds, (row) => row.named.versionOnly[own] ?? 0);
  addGain(rows, i, mean * dose, (row) => row.model.unknown[b] ?? 0);
  for (const at of others) addGain(rows, i, (spread * dose) / (labelled[at] ?? 1), (row) => row.model.known[at] ?? 0);
  return mean;
}

/** By bucket: where other versions have events, which may be mislabelled. Few versions ever run at once. */
function otherVersions(rows: readonly Row[], activation: number): number[][] {
  const { exposure, stray } = (rows[0] as Row).model;
  const { buckets, activations } = exposure;
  return Array.from({ length: buckets }, (_, b) => {
    const found: number[] = [];
    for (let a = 0; a < activations && stray > 0; a++) {
      const at = a * buckets + b;
      if (a !== activation && rows.some(({ model }) => (model.known[at] ?? 0) > 0)) found.push(at);
    }
    return found;
  });
}

function between(sums: Float64Array, from: number, to: number): number {
  return (sums[to] ?? 0) - (sums[from] ?? 0);
}

const logs = new Float64Array(EFFECTS.size);

/** Events that an excess x multiplies by 1 + x * dose; the logarithms are taken when the first series has any. */
function addGain(rows: readonly Row[], start: number, dose: number, countOf: (row: Row) => number): void {
  if (dose <= 0) return;
  const { size, excess } = EFFECTS;
  let taken = false;
  for (const row of rows) {
    const count = countOf(row);
    if (count <= 0) continue;
    if (!taken) {
      for (let j = 0; j < size; j++) logs[j] = Math.log(1 + (excess[j] ?? 0) * dose);
      taken = true;
    }
    const at = start * size;
    const { gain } = row;
    for (let j = 0; j < size; j++) gain[at + j] = (gain[at + j] ?? 0) + count * (logs[j] ?? 0);
  }
}
