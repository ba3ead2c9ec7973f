import { logLikelihoodRatio } from "./log-likelihood-ratio.ts";

/**
 * The overdispersion at which `observed` events where `expected` were due are worth exactly `target` nats: how rough a
 * series must be for a burst to be unremarkable. 0 when the burst is worth no more than that anyway.
 * Bisection on the logarithm; the value of a burst falls as the overdispersion rises.
 * Worked value: 50 events, .6 expected, target 6: 7.278972.
 */
export function solveExcess(observed: number, expected: number, target: number): number {
  if (logLikelihoodRatio(observed, expected, 0) <= target) return 0;
  let low = -14;
  let high = 30;
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    if (logLikelihoodRatio(observed, expected, Math.exp(middle)) > target) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}
