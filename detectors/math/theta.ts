/**
 * Evidence, in nats, that one event gives for a rate multiplied by `ratio` (> 0) when counts have variance
 * (1 + excess) times the mean: the exponential tilt of a negative-binomial process with linear variance.
 * With `excess` 0 it is the Poisson ln(ratio); for large ratios it never exceeds ln((1 + excess) / excess), which is
 * what keeps bursty series from alarming on one burst. Cost: one logarithm.
 * Worked value: theta(10, 4) = ln(50 / 41) = 0.198451.
 */
export function theta(ratio: number, excess: number): number {
  return excess < 1e-9 ? Math.log(ratio) : Math.log((ratio * (1 + excess)) / (1 + excess * ratio));
}
