import { psi } from "./psi.ts";
import { theta } from "./theta.ts";

/** Expected counts below this are treated as this, so that an event where none was expected has a finite ratio. */
const LEAST_EXPECTED = 1e-12;

/**
 * Generalised log-likelihood ratio, nats, of `observed` events against `expected` ones for the best ratio above 1;
 * 0 when no more than expected were seen. `excess` is the overdispersion (variance / mean - 1). Cost: two logarithms.
 * Worked value: (12, 3, 1) gives 2.891171.
 */
export function logLikelihoodRatio(observed: number, expected: number, excess: number): number {
  const mean = Math.max(expected, LEAST_EXPECTED);
  if (observed <= mean) return 0;
  const ratio = observed / mean;
  return observed * theta(ratio, excess) - mean * psi(ratio, excess);
}
