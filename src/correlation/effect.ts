/**
 * Averages the likelihood of an effect over its unknown size and over both exposure shapes, for every bucket in which
 * it may begin. Every effect of the model (all pods, new pods only, by age of pods, one pod) is given in the same form:
 * what the data gain in logs at each size, and how much expected mass it adds per unit of excess.
 */
import { EFFECTS } from "./effect-grid.ts";
import { GAMMA_RATE } from "./model-options.ts";
import { zeros } from "./room.ts";
import type { SeriesModel } from "./series-model.ts";

export interface Effect {
  /** Data gain in logs before tempering at [start * sizes + size]; starts counted from `window.first`. May be longer. */
  readonly gain: Float64Array;
  /** Expected mass added per unit of excess (r - 1), per shape and start. */
  readonly added: readonly [Float64Array, Float64Array];
}

/** Terms this far below the largest (in logs) are below the precision of a double. */
const NEGLIGIBLE = -40;

/** Index of the size with the largest weight: from it on, weights fall. */
const LIKELIEST = EFFECTS.lnWeight.reduce((best, weight, j, all) => (weight > (all[best] ?? 0) ? j : best), 0);

const terms = new Float64Array(EFFECTS.size * 2);

/** ln likelihood of the effect by start. */
export function lnEffect(model: SeriesModel, effect: Effect): Float64Array {
  if (model.events === 0) return lnEffectOnSilence(model, effect);
  const { size, excess, lnWeight } = EFFECTS;
  const { gain } = effect;
  const { gammaShape, constant } = model;
  const starts = model.window.starts;
  const out = zeros(starts);
  const shapes = model.shapes === "shared" ? 1 : 2;
  const lnShapes = Math.log(shapes);
  const inverse = 1 / model.dispersion;
  for (let i = 0; i < starts; i++) {
    const row = i * size;
    // Sizes are equal steps of ln r, in which gain and ln mass are convex: no step gains more than the last one, and no
    // later step costs less than this one. So once a step cannot rise, all further sizes lie below it.
    const mostGained = ((gain[row + size - 1] ?? 0) - (gain[row + size - 2] ?? 0)) * inverse;
    let top = Number.NEGATIVE_INFINITY;
    let count = 0;
    for (let k = 0; k < shapes; k++) {
      const shape = k === 0 ? 0 : 1;
      const base = model.base[shape] + constant;
      const mass = GAMMA_RATE + model.mass[shape] * inverse;
      const added = (effect.added[shape][i] ?? 0) * inverse;
      let before = 0;
      for (let j = 0; j < size; j++) {
        const data = (lnWeight[j] ?? 0) + base + (gain[row + j] ?? 0) * inverse;
        const cost = gammaShape * Math.log(mass + (excess[j] ?? 0) * added);
        const term = data - cost;
        terms[count++] = term;
        if (term > top) top = term;
        if (term < top + NEGLIGIBLE && j > LIKELIEST && cost - before >= mostGained) break;
        before = cost;
      }
    }
    let sum = 0;
    for (let j = 0; j < count; j++) {
      const below = (terms[j] ?? NEGLIGIBLE) - top;
      if (below > NEGLIGIBLE) sum += Math.exp(below);
    }
    out[i] = top + Math.log(sum) - lnShapes;
  }
  return out;
}

/** A series without any event has nothing to gain, and a Gamma shape of 1/2: roots take the place of logarithms. */
function lnEffectOnSilence(model: SeriesModel, { added }: Effect): Float64Array {
  const { size, excess, lnWeight } = EFFECTS;
  const { starts } = model.window;
  const out = zeros(starts);
  const shapes = model.shapes === "shared" ? ([0] as const) : ([0, 1] as const);
  const weight = lnWeight.map((value) => Math.exp(value) / shapes.length);
  for (let i = 0; i < starts; i++) {
    let sum = 0;
    for (const shape of shapes) {
      const mass = GAMMA_RATE + model.mass[shape] / model.dispersion;
      const each = (added[shape][i] ?? 0) / model.dispersion;
      for (let j = 0; j < size; j++) sum += (weight[j] ?? 0) / Math.sqrt(mass + (excess[j] ?? 0) * each);
    }
    out[i] = model.constant + Math.log(sum);
  }
  return out;
}
