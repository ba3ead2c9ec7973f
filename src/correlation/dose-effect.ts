/**
 * An effect that reaches part of a workload from one moment on: a known share of the events is exposed to it (the dose),
 * so that an excess x multiplies their expectation by 1 + x * dose.
 */
import { lnEffect } from "./effect.ts";
import { addEvents, copyLine, emptyGains } from "./gain-sums.ts";
import { zeros } from "./room.ts";
import type { SeriesModel } from "./series-model.ts";

/** Adds the events at one place of the counts of each series. */
export type AddExposed = (counts: readonly Float64Array[], at: number, dose: number) => void;

/**
 * ln likelihood by start, of each series of one workload. `exposed`: share of the workload's exposure that the effect
 * reaches, by bucket. `eventsIn` adds the exposed events of a bucket; it is called for every bucket in which an effect
 * may begin, the last one first.
 */
export function lnDosed(
  models: readonly SeriesModel[],
  exposed: ArrayLike<number>,
  eventsIn: (bucket: number, add: AddExposed) => void,
): Float64Array[] {
  const [subject] = models;
  if (!subject) return [];
  const { first, starts } = subject.window;
  const gains = emptyGains(models.length, starts);
  const after = starts;
  let start = starts;
  const add: AddExposed = (counts, at, dose) => {
    addEvents(gains, start, dose / 2, counts, at);
    addEvents(gains, after, dose, counts, at);
  };
  while (start > 0) {
    start--;
    copyLine(gains, after, start);
    eventsIn(first + start, add);
  }
  const added = addedMass(subject, exposed);
  return models.map((model, s) => lnEffect(model, { gain: gains[s] ?? zeros(0), added }));
}

/** By shape and start. */
export function addedMass(model: SeriesModel, exposed?: ArrayLike<number>): readonly [Float64Array, Float64Array] {
  const shared = suffixMass(model, 0, exposed);
  return [shared, model.exposure.constant ? shared : suffixMass(model, 1, exposed)];
}

/**
 * Exposure that an effect reaches from each start on: half of the first bucket and all of the later ones. `exposed`:
 * share of the workload it reaches, by bucket; default all.
 */
function suffixMass(model: SeriesModel, shape: 0 | 1, exposed?: ArrayLike<number>): Float64Array {
  const { first, starts } = model.window;
  const total = model.exposure.totals[shape];
  const out = zeros(starts);
  let after = 0;
  for (let i = starts - 1; i >= 0; i--) {
    const here = (total[first + i] ?? 0) * (exposed ? (exposed[first + i] ?? 0) : 1);
    out[i] = after + here / 2;
    after += here;
  }
  return out;
}
