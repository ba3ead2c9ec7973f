/**
 * An effect that reaches part of a workload from one moment on. Events fall into cells; in each cell a known share of
 * the events is exposed to the effect (the dose), so that an excess x multiplies its expectation by 1 + x * dose.
 */
import { type Effect, emptyGain } from "./effect.ts";
import { EFFECTS } from "./effect-grid.ts";
import { zeros } from "./room.ts";
import type { SeriesModel } from "./series-model.ts";

/** Cells by bucket, in the order of the buckets; only buckets in which an effect may have begun are needed. */
export interface DoseCells {
  readonly bucket: number[];
  readonly count: number[];
  readonly dose: number[];
}

export function emptyCells(): DoseCells {
  return { bucket: [], count: [], dose: [] };
}

/** Cells without events or dose change nothing and are dropped. */
export function addCell(cells: DoseCells, bucket: number, count: number, dose: number): void {
  if (count <= 0 || dose <= 0) return;
  cells.bucket.push(bucket);
  cells.count.push(count);
  cells.dose.push(dose);
}

/** `exposed`: share of the workload's exposure that the effect reaches, by bucket. */
export function doseEffect(model: SeriesModel, cells: DoseCells, exposed: ArrayLike<number>): Effect {
  const { size, excess } = EFFECTS;
  const { first, starts } = model.window;
  const gain = emptyGain(starts);
  const after = zeros(size);
  let cell = cells.bucket.length - 1;
  for (let i = starts - 1; i >= 0; i--) {
    const row = i * size;
    for (let j = 0; j < size; j++) gain[row + j] = after[j] ?? 0;
    for (; cell >= 0 && cells.bucket[cell] === first + i; cell--) {
      const count = cells.count[cell] ?? 0;
      const dose = cells.dose[cell] ?? 0;
      for (let j = 0; j < size; j++) {
        const lift = (excess[j] ?? 0) * dose;
        gain[row + j] = (gain[row + j] ?? 0) + count * Math.log(1 + lift / 2);
        after[j] = (after[j] ?? 0) + count * Math.log(1 + lift);
      }
    }
  }
  return { gain, added: addedMass(model, exposed) };
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
