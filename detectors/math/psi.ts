/**
 * Evidence, in nats, that one *expected* event takes away from a rate multiplied by `ratio`: the cumulant of the count
 * at the tilt `theta(ratio, excess)`, so that E exp(theta X - psi m) = 1 for a count X of mean m.
 * With `excess` 0 it is the Poisson ratio - 1. Cost: one logarithm.
 * Worked value: psi(10, 4) = ln(41 / 5) / 4 = 0.526034.
 */
export function psi(ratio: number, excess: number): number {
  return excess < 1e-9 ? ratio - 1 : Math.log1p((excess * (ratio - 1)) / (1 + excess)) / excess;
}
