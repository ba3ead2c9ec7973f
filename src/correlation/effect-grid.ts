/**
 * The grid of effect sizes. How much a bad change multiplies the rate is not known, so the likelihood is averaged over
 * r = 2^(j/2), j = 2..20 (2x to 1024x), with weights proportional to exp(-|j/2 - 3| / 2): most likely 8x.
 */
const FIRST = 2;
const LAST = 20;

export interface EffectGrid {
  /** Number of sizes. */
  readonly size: number;
  /** r - 1. */
  readonly excess: Float64Array;
  readonly lnFactor: Float64Array;
  /** ln((1 + r) / 2): the multiplier of the bucket in whose middle the effect begins. */
  readonly lnHalf: Float64Array;
  /** ln of the weights; the weights sum to 1. */
  readonly lnWeight: Float64Array;
}

export const EFFECTS: EffectGrid = buildGrid();

function buildGrid(): EffectGrid {
  const exponents = Float64Array.from({ length: LAST - FIRST + 1 }, (_, i) => (i + FIRST) / 2);
  const raw = exponents.map((exponent) => Math.exp(-Math.abs(exponent - 3) / 2));
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return {
    size: exponents.length,
    excess: exponents.map((exponent) => 2 ** exponent - 1),
    lnFactor: exponents.map((exponent) => exponent * Math.LN2),
    lnHalf: exponents.map((exponent) => Math.log((1 + 2 ** exponent) / 2)),
    lnWeight: raw.map((weight) => Math.log(weight / total)),
  };
}
