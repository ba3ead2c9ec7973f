/**
 * Numbers are rounded once, here, when they enter the alert object: messages, charts and the API then show the same
 * digits. A ratio of an expectation near zero is capped, because JSON has no infinity.
 */

const MAX_RATIO = 9999;

/** Ratios and expectations: one decimal, none from 100 on, two significant digits below 1. */
export function roundQuantity(value: number): number {
  if (!Number.isFinite(value)) return value > 0 ? MAX_RATIO : 0;
  if (Math.abs(value) >= 100) return Math.round(value);
  if (Math.abs(value) >= 1 || value === 0) return decimals(value, 1);
  return Number(value.toPrecision(2));
}

/** Ratios: as quantities, at most 9999. */
export function roundRatio(value: number): number {
  return Math.min(MAX_RATIO, roundQuantity(value));
}

/** Probabilities and shares: three decimals. */
export function roundShare(value: number): number {
  return decimals(value, 3);
}

/** Logarithms of likelihood ratios: one decimal. */
export function roundEvidence(value: number): number {
  return Number.isFinite(value) ? decimals(value, 1) : value > 0 ? MAX_RATIO : value < 0 ? -MAX_RATIO : 0;
}

function decimals(value: number, digits: number): number {
  // Adding 0 turns a negative zero into zero.
  return Number(value.toFixed(digits)) + 0;
}
