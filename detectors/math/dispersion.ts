/** Weight, in expected events, of the dispersion assumed before anything was seen. */
const PRIOR_WEIGHT = 20;
/** That dispersion: slightly rougher than Poisson. */
const PRIOR_DISPERSION = 1.5;

/**
 * Variance over mean of blocks, shrunk towards 1.5: `squares` is the sum of (observed - expected)², `mean` the sum of
 * the expected counts. Worked value: 0,3,1,0,7,0,2,0,0,5 where 1.5 each was expected: 2.471429.
 */
export function dispersion(squares: number, mean: number): number {
  return (PRIOR_WEIGHT * PRIOR_DISPERSION + squares) / (PRIOR_WEIGHT + mean);
}
