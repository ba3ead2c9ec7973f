import { regularizedBeta } from "./regularized-beta.ts";

/**
 * Probability of `newEvents` or more from the new version if both versions had the same rate, whatever that is: given the
 * total, the new version's part is binomial with its share of the exposure (Przyborowski and Wilenski 1940). Exact for
 * Poisson counts; `dispersion` (variance / mean) above 1 shrinks both counts by it (quasi-likelihood).
 * Worked value: 12 in 7200 against 9 in 600: 1.17630e-5; dispersion 2: .00208078.
 */
export function versionPValue(
  oldEvents: number,
  oldExposure: number,
  newEvents: number,
  newExposure: number,
  dispersion = 1,
): number {
  if (newEvents <= 0) return 1;
  const share = newExposure / (oldExposure + newExposure);
  return regularizedBeta(share, newEvents / dispersion, oldEvents / dispersion + 1);
}
