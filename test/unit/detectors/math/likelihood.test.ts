import { describe, expect, test } from "vitest";
import { logLikelihoodRatio } from "../../../../detectors/math/log-likelihood-ratio.ts";
import { psi } from "../../../../detectors/math/psi.ts";
import { solveExcess } from "../../../../detectors/math/solve-excess.ts";
import { theta } from "../../../../detectors/math/theta.ts";

/** Reference values of a double-precision implementation independent of this one, cross-checked by enumeration. */
describe("tilt of a negative-binomial count", () => {
  test.each([
    [1.5, 0.405465, 0.5, 0.068993, 0.084118],
    [2, Math.LN2, 1, 0.105361, 0.146947],
    [3, 1.098612, 2, 0.143101, 0.238878],
    [5, 1.609438, 4, 0.174353, 0.358771],
    [10, Math.LN10, 9, 0.198451, 0.526034],
    [30, 3.401197, 29, 0.214845, 0.796588],
    [100, 4.60517, 99, 0.220647, 1.096131],
    [1000, 6.907755, 999, 0.222894, 1.671215],
  ])("ratio %d", (ratio, theta0, psi0, theta4, psi4) => {
    expect(theta(ratio, 0)).toBeCloseTo(theta0, 6);
    expect(psi(ratio, 0)).toBeCloseTo(psi0, 6);
    expect(theta(ratio, 4)).toBeCloseTo(theta4, 6);
    expect(psi(ratio, 4)).toBeCloseTo(psi4, 6);
  });

  test.each([
    [12, 3, 0, 7.635532],
    [12, 3, 1, 2.891171],
    [12, 3, 4, 1.032396],
    [50, 2, 19, 2.125861],
    [5, 0.5, 0, 7.012925],
    [3, 12, 1, 0],
  ])("log-likelihood ratio of %d against %d, excess %d", (observed, expected, excess, value) => {
    expect(logLikelihoodRatio(observed, expected, excess)).toBeCloseTo(value, 6);
  });

  test("no evidence per event beyond ln((1 + c) / c)", () => {
    expect(theta(1e12, 4)).toBeLessThan(Math.log(5 / 4));
    expect(theta(1e12, 4)).toBeCloseTo(Math.log(5 / 4), 9);
  });

  test.each([
    [50, 0.6, 9, 4.686943],
    [50, 0.6, 6, 7.278972],
    [100.5, 0.6, 9, 10.253246],
    [100.05, 0.06, 9, 10.566089],
    [120, 24, 9, 5.712309],
  ])("excess at which %d against %d is worth %d nats", (observed, expected, target, value) => {
    expect(solveExcess(observed, expected, target)).toBeCloseTo(value, 6);
  });

  test("a burst worth less than the target needs no excess", () => {
    expect(solveExcess(3, 1, 6)).toBe(0);
  });
});

/** Probability of a negative-binomial count of mean m and variance (1 + c) m, by its recursion. */
function masses(mean: number, excess: number, upTo: number): readonly number[] {
  const size = mean / excess;
  const p = excess / (1 + excess);
  const all = [Math.exp(-size * Math.log1p(excess))];
  for (let k = 1; k <= upTo; k++) all.push(((all[k - 1] ?? 0) * (size + k - 1) * p) / k);
  return all;
}

describe("the likelihood ratio has expectation one when nothing changed", () => {
  test.each([
    [1.7, 4, 3],
    [0.2, 1, 10],
    [12, 9, 2],
    [0.5, 0.3, 5],
  ])("mean %d, excess %d, ratio %d, by enumeration", (mean, excess, ratio) => {
    const expectation = masses(mean, excess, 700).reduce(
      (sum, mass, k) => sum + mass * Math.exp(theta(ratio, excess) * k - psi(ratio, excess) * mean),
      0,
    );
    expect(Math.abs(expectation - 1)).toBeLessThan(1e-9);
  });

  test("moment at the tilt: E exp(theta X) for mean 1.7, variance five times it, ratio 3", () => {
    const moment = masses(1.7, 4, 700).reduce((sum, mass, k) => sum + mass * Math.exp(theta(3, 4) * k), 0);
    expect(moment).toBeCloseTo(1.500941179, 8);
    expect(Math.exp(1.7 * psi(3, 4))).toBeCloseTo(1.500941179, 8);
  });
});
