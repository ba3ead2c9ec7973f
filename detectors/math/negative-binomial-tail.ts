import { lnRegularizedBeta } from "./regularized-beta.ts";
import { lnGammaLowerTail } from "./regularized-gamma.ts";

/**
 * ln P(X >= count) for a count of the given mean and variance mean times (1 + excess); exact.
 * Negative binomial: I_{c/(1+c)}(count, mean/c); Poisson when `excess` is 0.
 * Worked value: count 5, mean 1, excess 0: ln(.00365985) = -5.61034.
 */
export function lnCountTail(count: number, mean: number, excess: number): number {
  if (count <= 0) return 0;
  if (excess >= 1e-6) return lnRegularizedBeta(excess / (1 + excess), count, mean / excess);
  return lnGammaLowerTail(count, mean);
}
