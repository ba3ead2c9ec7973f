import { lnGamma } from "./ln-gamma.ts";

const EPSILON = 1e-15;
const STEPS = 10_000;

/**
 * Natural logarithm of the upper tail of a gamma variable of the given shape and rate 1: ln P(X >= x).
 * Series below shape + 1, continued fraction above it (Abramowitz and Stegun 6.5.29, 6.5.31).
 * Worked value: shape 1, x 5 gives -5.
 */
export function lnGammaTail(shape: number, x: number): number {
  if (x <= 0) return 0;
  const front = shape * Math.log(x) - x - lnGamma(shape);
  if (x < shape + 1) return Math.log1p(-Math.min(1, Math.exp(front) * series(shape, x)));
  return front + Math.log(fraction(shape, x));
}

/**
 * Natural logarithm of the lower tail, ln P(X < x); keeps its precision far below 1e-300.
 * Worked value: shape 1, x 1 gives ln(1 - 1/e) = -.458675.
 */
export function lnGammaLowerTail(shape: number, x: number): number {
  if (x <= 0) return Number.NEGATIVE_INFINITY;
  const front = shape * Math.log(x) - x - lnGamma(shape);
  if (x < shape + 1) return front + Math.log(series(shape, x));
  return Math.log1p(-Math.min(1, Math.exp(front) * fraction(shape, x)));
}

function series(shape: number, x: number): number {
  let term = 1 / shape;
  let sum = term;
  for (let n = 1; n < STEPS && term > sum * EPSILON; n++) {
    term *= x / (shape + n);
    sum += term;
  }
  return sum;
}

/** Lentz's method. */
function fraction(shape: number, x: number): number {
  let b = x + 1 - shape;
  let c = 1e300;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < STEPS; n++) {
    const a = -n * (n - shape);
    b += 2;
    d = 1 / nonZero(a * d + b);
    c = nonZero(b + a / c);
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < EPSILON) break;
  }
  return h;
}

function nonZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}
