/**
 * "Each new pod starts to misbehave a fixed time after its own start": a leak that fills up, a token that expires. The
 * start s is that of the activation's first pods; cohort c follows `delay[c]` minutes later.
 */
import type { CohortSet } from "./cohorts.ts";
import { type Effect, lnEffect } from "./effect.ts";
import { EFFECT_EXCESS, EFFECT_SIZES } from "./effect-grid.ts";
import type { NamedCounts } from "./named-counts.ts";
import type { SeriesModel } from "./series-model.ts";

/** Below this largest delay all cohorts start together, and there is nothing to align. */
const LEAST_DELAY = 1;

export function canAlign({ size, delay }: CohortSet): boolean {
  const largest = delay.reduce((most, value) => Math.max(most, value), 0);
  return size > 1 && largest >= LEAST_DELAY;
}

/** ln likelihood by start. */
export function lnByAge(model: SeriesModel, named: NamedCounts, cohorts: CohortSet, activation: number): Float64Array {
  const { buckets, first, starts } = model.window;
  const { share, totals, activations } = model.exposure;
  const gain = new Float64Array(starts * EFFECT_SIZES);
  const added: [Float64Array, Float64Array] = [new Float64Array(starts), new Float64Array(starts)];
  const sums = cohortSums(cohorts, named.byCohort[activation] ?? new Float64Array(0), buckets);
  const stray = model.stray;
  const strayEach = stray / activations;
  const { size, delay } = cohorts;
  for (let i = 0; i < starts; i++) {
    const start = first + i;
    for (let b = start; b < buckets; b++) {
      // Cohorts [0, full) have begun before the bucket, [full, partial) begin within it: delays are in ascending order.
      const since = b - start;
      let full = sums.fullAt[since] ?? 0;
      const row = b * (size + 1);
      let mean = sums.share[row + full] ?? 0;
      let partial = full;
      for (; partial < size; partial++) {
        const part = since + 0.5 - (delay[partial] ?? 0);
        if (part <= 0) break;
        mean += (cohorts.share[partial * buckets + b] ?? 0) * part;
      }
      if (mean <= 0) continue;
      const own = activation * buckets + b;
      const dose = share[own] ?? 0;
      const odds = activations > 1 ? dose / (model.labelled[own] ?? 1) : 1;
      const spread = strayEach * mean;
      added[0][i] = (added[0][i] ?? 0) + mean * dose * (totals[0][b] ?? 0);
      added[1][i] = (added[1][i] ?? 0) + mean * dose * (totals[1][b] ?? 0);
      addGain(gain, i, sums.count[row + full] ?? 0, (1 - stray + spread) * odds);
      for (; full < partial; full++) {
        const part = since + 0.5 - (delay[full] ?? 0);
        const count = (sums.count[row + full + 1] ?? 0) - (sums.count[row + full] ?? 0);
        addGain(gain, i, count, ((1 - stray) * part + spread) * odds);
      }
      addGain(gain, i, (sums.count[row + size] ?? 0) - (sums.count[row + partial] ?? 0), spread * odds);
      addGain(gain, i, named.versionOnly[own] ?? 0, mean * (1 - stray + strayEach) * odds);
      addGain(gain, i, model.unknown[b] ?? 0, mean * dose);
      if (stray > 0) {
        for (let a = 0; a < activations; a++) {
          const at = a * buckets + b;
          if (a !== activation) addGain(gain, i, model.known[at] ?? 0, (spread * dose) / (model.labelled[at] ?? 1));
        }
      }
    }
  }
  const effect: Effect = { gain, added };
  return lnEffect(model, effect);
}

/** Sums over the first cohorts, so that all that have begun count at once: [b * (size + 1) + number of cohorts]. */
function cohortSums({ size, delay, share }: CohortSet, counts: Float64Array, buckets: number) {
  const shareSum = new Float64Array(buckets * (size + 1));
  const countSum = new Float64Array(buckets * (size + 1));
  for (let b = 0; b < buckets; b++) {
    const row = b * (size + 1);
    for (let c = 0; c < size; c++) {
      shareSum[row + c + 1] = (shareSum[row + c] ?? 0) + (share[c * buckets + b] ?? 0);
      countSum[row + c + 1] = (countSum[row + c] ?? 0) + (counts[c * buckets + b] ?? 0);
    }
  }
  const fullAt = new Uint16Array(buckets);
  for (let since = 0, full = 0; since < buckets; since++) {
    while (full < size && since - 0.5 - (delay[full] ?? 0) >= 0) full++;
    fullAt[since] = full;
  }
  return { share: shareSum, count: countSum, fullAt };
}

function addGain(gain: Float64Array, start: number, count: number, dose: number): void {
  if (count <= 0 || dose <= 0) return;
  const row = start * EFFECT_SIZES;
  for (let j = 0; j < EFFECT_SIZES; j++) {
    gain[row + j] = (gain[row + j] ?? 0) + count * Math.log(1 + (EFFECT_EXCESS[j] ?? 0) * dose);
  }
}
