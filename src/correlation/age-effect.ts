/**
 * "Each new pod starts to misbehave a fixed time after its own start": a leak that fills up, a token that expires. The
 * start s is that of the activation's first pods; cohort c follows `delay[c]` minutes later.
 */
import { type CohortSums, cohortSums, runningSums } from "./cohort-sums.ts";
import type { CohortSet } from "./cohorts.ts";
import { lnEffect } from "./effect.ts";
import { addEvents, copyLine, emptyGains, type GainSums } from "./gain-sums.ts";
import { zeros } from "./room.ts";
import type { NamedSeries } from "./workload-series.ts";

/** Below this largest delay all cohorts start together, and there is nothing to align. */
const LEAST_DELAY = 1;

export function canAlign({ size, delay }: CohortSet): boolean {
  const largest = delay.reduce((most, value) => Math.max(most, value), 0);
  return size > 1 && largest >= LEAST_DELAY;
}

/** The events of one version by cohort, of each series. */
interface Aged {
  readonly series: NamedSeries;
  readonly activation: number;
  readonly cohorts: CohortSet;
  readonly sums: CohortSums;
  readonly gains: GainSums;
  /** Events that name a pod: running sums over cohorts, see `runningSums`. */
  readonly counts: readonly Float64Array[];
  /** Labelled events that name no pod. */
  readonly versionOnly: readonly Float64Array[];
}

/** ln likelihood by start, of each series. */
export function lnByAge(series: NamedSeries, cohorts: CohortSet, activation: number): Float64Array[] {
  const { models, named } = series;
  const { exposure, window } = models[0];
  const { buckets, first, starts } = window;
  const { share, totals } = exposure;
  const gains = emptyGains(models.length, starts);
  const aged: Aged = {
    series,
    activation,
    cohorts,
    gains,
    sums: cohortSums(cohorts, buckets),
    counts: named.map(({ byCohort }) => runningSums(byCohort[activation] ?? zeros(0), cohorts.size, buckets)),
    versionOnly: named.map(({ versionOnly }) => versionOnly),
  };
  // From so many buckets after the start on all cohorts have begun: what such a bucket says is the same for every start.
  const settledAfter = settledFrom(aged.sums.fullAt, cohorts.size);
  const settled = starts;
  const added: [Float64Array, Float64Array] = [zeros(starts), zeros(starts)];
  let settledShared = 0;
  let settledPerReplica = 0;
  for (let start = starts - 1; start >= 0; start--) {
    const from = first + start;
    const newly = from + settledAfter;
    if (newly < buckets) {
      const reached = addBucket(aged, settled, newly, settledAfter) * (share[activation * buckets + newly] ?? 0);
      settledShared += reached * (totals[0][newly] ?? 0);
      settledPerReplica += reached * (totals[1][newly] ?? 0);
    }
    copyLine(gains, settled, start);
    let shared = settledShared;
    let perReplica = settledPerReplica;
    for (let b = from; b < Math.min(newly, buckets); b++) {
      const reached = addBucket(aged, start, b, b - from) * (share[activation * buckets + b] ?? 0);
      shared += reached * (totals[0][b] ?? 0);
      perReplica += reached * (totals[1][b] ?? 0);
    }
    added[0][start] = shared;
    added[1][start] = perReplica;
  }
  return models.map((model, s) => lnEffect(model, { gain: gains[s] ?? zeros(0), added }));
}

function settledFrom(fullAt: ArrayLike<number>, size: number): number {
  let since = 0;
  while (since < fullAt.length && fullAt[since] !== size) since++;
  return since;
}

/**
 * Adds what one bucket says to a line of the gains; returns the share of the activation that has begun by then. `since`:
 * buckets from the start of the effect to this one.
 */
function addBucket(aged: Aged, line: number, b: number, since: number): number {
  const { series, activation, cohorts, sums, gains, counts, versionOnly } = aged;
  const { exposure, stray, labelled, window } = series.models[0];
  const { activations, share, buckets } = exposure;
  const { size, delay } = cohorts;
  // Delays ascend: cohorts [0, full) have begun before the bucket, [full, partial) begin within it.
  const full = sums.fullAt[since] ?? 0;
  const at = b * (size + 1);
  let mean = sums.share[at + full] ?? 0;
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
  if (full > 0) addEvents(gains, line, (1 - stray + spread) * odds, counts, at + full, at);
  for (let c = full; c < partial; c++) {
    const part = since + 0.5 - (delay[c] ?? 0);
    addEvents(gains, line, ((1 - stray) * part + spread) * odds, counts, at + c + 1, at + c);
  }
  if (partial < size) addEvents(gains, line, spread * odds, counts, at + size, at + partial);
  addEvents(gains, line, mean * (1 - stray + stray / activations) * odds, versionOnly, own);
  addEvents(gains, line, mean * dose, series.unknown, b);
  if (stray > 0) {
    for (const other of series.eventful[b - window.first] ?? [])
      if (other !== own) addEvents(gains, line, (spread * dose) / (labelled[other] ?? 1), series.known, other);
  }
  return mean;
}
