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
import { zeros } from "./room.ts";
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

/** What all starts share: by bucket, what there is to count in any series. */
interface Counted {
  /** Where other versions have events, which may be mislabelled: positions in `known`. Few versions ever run at once. */
  readonly others: readonly (readonly number[])[];
  readonly named: Uint8Array;
  readonly versionOnly: Uint8Array;
  readonly unknown: Uint8Array;
}

/** ln likelihood by start of each series; all are of one workload. Empty for an empty list. */
export function lnByAge(series: readonly NamedSeries[], cohorts: CohortSet, activation: number): Float64Array[] {
  const subject = series[0]?.model;
  if (!subject) return [];
  const { buckets, first, starts } = subject.window;
  const { share, totals } = subject.exposure;
  const added: [Float64Array, Float64Array] = [zeros(starts), zeros(starts)];
  const rows = series.map(
    ({ model, named }): Row => ({
      model,
      named,
      gain: zeros(starts * EFFECTS.size),
      sums: cohortSums(cohorts, named.byCohort[activation] ?? zeros(0), buckets),
    }),
  );
  const counted = countedBy(rows, cohorts.size, activation);
  // From so many buckets after the start on all cohorts have begun: what such a bucket says is the same for every start.
  const settledAfter = settledFrom(rows[0]?.sums.fullAt ?? [], cohorts.size);
  const settled = rows.map((row): Row => ({ ...row, gain: zeros(EFFECTS.size) }));
  const mass: [number, number] = [0, 0];
  const dosed = (mean: number, b: number) => mean * (share[activation * buckets + b] ?? 0);
  for (let i = starts - 1; i >= 0; i--) {
    const from = first + i;
    const newly = from + settledAfter;
    if (newly < buckets) {
      const reached = dosed(
        addBucket(settled, cohorts, activation, counted, { start: 0, bucket: newly, since: settledAfter }),
        newly,
      );
      mass[0] += reached * (totals[0][newly] ?? 0);
      mass[1] += reached * (totals[1][newly] ?? 0);
    }
    for (const [r, { gain }] of rows.entries()) gain.set(settled[r]?.gain ?? [], i * EFFECTS.size);
    let [shared, perReplica] = mass;
    for (let b = from; b < Math.min(newly, buckets); b++) {
      const reached = dosed(addBucket(rows, cohorts, activation, counted, { start: i, bucket: b, since: b - from }), b);
      shared += reached * (totals[0][b] ?? 0);
      perReplica += reached * (totals[1][b] ?? 0);
    }
    added[0][i] = shared;
    added[1][i] = perReplica;
  }
  return rows.map(({ model, gain }) => lnEffect(model, { gain, added }));
}

function settledFrom(fullAt: ArrayLike<number>, size: number): number {
  let since = 0;
  while (since < fullAt.length && fullAt[since] !== size) since++;
  return since;
}

/** `start`: line of the gains. `since`: buckets from the start of the effect to this one. */
interface Place {
  readonly start: number;
  readonly bucket: number;
  readonly since: number;
}

/** Adds what one bucket says about one start; returns the share of the activation that has begun by then. */
function addBucket(
  rows: readonly Row[],
  cohorts: CohortSet,
  activation: number,
  { others, named, versionOnly, unknown }: Counted,
  { start: i, bucket: b, since }: Place,
): number {
  const { model, sums } = rows[0] as Row;
  const { exposure, stray, labelled } = model;
  const { activations, share, buckets } = exposure;
  const { size, delay } = cohorts;
  // Delays ascend: cohorts [0, full) have begun before the bucket, [full, partial) begin within it.
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
  if (named[b]) {
    addNamed(rows, i, (1 - stray + spread) * odds, line, line + full);
    for (let c = full; c < partial; c++) {
      const part = since + 0.5 - (delay[c] ?? 0);
      addNamed(rows, i, ((1 - stray) * part + spread) * odds, line + c, line + c + 1);
    }
    addNamed(rows, i, spread * odds, line + partial, line + size);
  }
  if (versionOnly[b])
    addGain(rows, i, mean * (1 - stray + stray / activations) * odds, ({ named: { versionOnly: counts } }) => counts, own);
  if (unknown[b]) addGain(rows, i, mean * dose, ({ model: { unknown: counts } }) => counts, b);
  for (const at of others[b] ?? [])
    addGain(rows, i, (spread * dose) / (labelled[at] ?? 1), ({ model: { known: counts } }) => counts, at);
  return mean;
}

function countedBy(rows: readonly Row[], size: number, activation: number): Counted {
  const { exposure, stray, window } = (rows[0] as Row).model;
  const { buckets, activations } = exposure;
  const others: number[][] = Array.from({ length: buckets }, () => []);
  const where = (counts: (row: Row, b: number) => number | undefined) =>
    Uint8Array.from({ length: buckets }, (_, b) => Number(rows.some((row) => (counts(row, b) ?? 0) > 0)));
  for (let a = 0; a < activations && stray > 0; a++) {
    if (a === activation) continue;
    // No effect begins before.
    for (let b = window.first; b < buckets; b++) {
      const at = a * buckets + b;
      if (rows.some(({ model }) => (model.known[at] ?? 0) > 0)) others[b]?.push(at);
    }
  }
  return {
    others,
    named: where(({ sums }, b) => sums.count[b * (size + 1) + size]),
    versionOnly: where(({ named }, b) => named.versionOnly[activation * buckets + b]),
    unknown: where(({ model }, b) => model.unknown[b]),
  };
}

const logs = new Float64Array(EFFECTS.size);

/** Events that name pods of the cohorts between two places in the sums. */
function addNamed(rows: readonly Row[], start: number, dose: number, from: number, to: number): void {
  if (dose <= 0 || from === to) return;
  let taken = false;
  for (const { sums, gain } of rows) {
    const count = (sums.count[to] ?? 0) - (sums.count[from] ?? 0);
    if (count <= 0) continue;
    if (!taken) takeLogs(dose);
    taken = true;
    addLogs(gain, start, count);
  }
}

/** Events that an excess x multiplies by 1 + x * dose. */
function addGain(rows: readonly Row[], start: number, dose: number, countsOf: (row: Row) => Float64Array, at: number): void {
  if (dose <= 0) return;
  let taken = false;
  for (const row of rows) {
    const count = countsOf(row)[at] ?? 0;
    if (count <= 0) continue;
    if (!taken) takeLogs(dose);
    taken = true;
    addLogs(row.gain, start, count);
  }
}

/** The logarithms are taken once for all series, when the first has any events. */
function takeLogs(dose: number): void {
  const { size, excess } = EFFECTS;
  for (let j = 0; j < size; j++) logs[j] = Math.log(1 + (excess[j] ?? 0) * dose);
}

function addLogs(gain: Float64Array, start: number, count: number): void {
  const { size } = EFFECTS;
  const at = start * size;
  for (let j = 0; j < size; j++) gain[at + j] = (gain[at + j] ?? 0) + count * (logs[j] ?? 0);
}
