/**
 * The grid of effect sizes. How much a bad change multiplies the rate is not known, so the likelihood is averaged over
 * r = 2^(j/2), j = 2..20 (2x to 1024x), with weights proportional to exp(-|j/2 - 3| / 2): most likely 8x.
 */
const FIRST = 2;
const LAST = 20;

export const EFFECT_SIZES = LAST - FIRST + 1;
/** Multiplier r of each size. */
export const EFFECT_FACTOR = new Float64Array(EFFECT_SIZES);
/** r - 1. */
export const EFFECT_EXCESS = new Float64Array(EFFECT_SIZES);
export const EFFECT_LN_FACTOR = new Float64Array(EFFECT_SIZES);
/** ln((1 + r) / 2): the multiplier of the bucket in whose middle the effect begins. */
export const EFFECT_LN_HALF = new Float64Array(EFFECT_SIZES);
/** Weights; they sum to 1. */
export const EFFECT_WEIGHT = new Float64Array(EFFECT_SIZES);
export const EFFECT_LN_WEIGHT = new Float64Array(EFFECT_SIZES);

let total = 0;
for (let j = 0; j < EFFECT_SIZES; j++) {
  const exponent = (j + FIRST) / 2;
  const factor = 2 ** exponent;
  EFFECT_FACTOR[j] = factor;
  EFFECT_EXCESS[j] = factor - 1;
  EFFECT_LN_FACTOR[j] = Math.log(factor);
  EFFECT_LN_HALF[j] = Math.log((1 + factor) / 2);
  const weight = Math.exp(-Math.abs(exponent - 3) / 2);
  EFFECT_WEIGHT[j] = weight;
  total += weight;
}
for (let j = 0; j < EFFECT_SIZES; j++) {
  const weight = (EFFECT_WEIGHT[j] ?? 0) / total;
  EFFECT_WEIGHT[j] = weight;
  EFFECT_LN_WEIGHT[j] = Math.log(weight);
}
