import { gammaln } from "simple-statistics";
import { describe, expect, test } from "vitest";
import { lnGamma } from "../../../../detectors/math/ln-gamma.ts";
import { lnCountTail } from "../../../../detectors/math/negative-binomial-tail.ts";
import { lnRegularizedBeta, regularizedBeta } from "../../../../detectors/math/regularized-beta.ts";
import { lnGammaLowerTail, lnGammaTail } from "../../../../detectors/math/regularized-gamma.ts";
import { significant } from "../../../../detectors/math/significant.ts";

describe("special functions", () => {
  test("ln gamma: closed forms and a second implementation", () => {
    expect(lnGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 12);
    expect(lnGamma(11)).toBeCloseTo(Math.log(3_628_800), 11);
    expect(lnGamma(1e-3)).toBeCloseTo(6.907178885, 8);
    for (const x of [0.7, 2.5, 33.3, 1234.5]) expect(lnGamma(x)).toBeCloseTo(gammaln(x), 9);
  });

  test("incomplete beta: binomial sums", () => {
    // P(Binomial(4, 1/2) >= 2) = 11 / 16.
    expect(regularizedBeta(0.5, 2, 3)).toBeCloseTo(11 / 16, 12);
    expect(regularizedBeta(0.9, 2, 3)).toBeCloseTo(1 - 0.0037, 12);
    expect(lnRegularizedBeta(1e-3, 400, 1)).toBeCloseTo(400 * Math.log(1e-3), 8);
    expect(regularizedBeta(0, 1, 1)).toBe(0);
    expect(regularizedBeta(1, 1, 1)).toBe(1);
  });

  test("incomplete gamma: exponential and Poisson sums", () => {
    expect(lnGammaTail(1, 5)).toBeCloseTo(-5, 12);
    expect(lnGammaTail(1, 0.2)).toBeCloseTo(-0.2, 12);
    expect(lnGammaTail(1, 900)).toBeCloseTo(-900, 9);
    expect(Math.exp(lnGammaLowerTail(1, 1))).toBeCloseTo(1 - Math.exp(-1), 12);
    // P(Poisson(2) >= 3) = 1 - 5 exp(-2).
    expect(Math.exp(lnGammaLowerTail(3, 2))).toBeCloseTo(1 - 5 * Math.exp(-2), 12);
  });

  test("count tail: Poisson and negative binomial by summation", () => {
    expect(lnCountTail(5, 1, 0)).toBeCloseTo(Math.log(1 - Math.exp(-1) * (1 + 1 + 1 / 2 + 1 / 6 + 1 / 24)), 10);
    // Mean 2, variance 6: size 1, so geometric with ratio 2/3.
    expect(lnCountTail(7, 2, 2)).toBeCloseTo(7 * Math.log(2 / 3), 10);
    expect(lnCountTail(0, 2, 2)).toBe(0);
    expect(lnCountTail(5000, 1, 0)).toBeLessThan(-30_000);
  });

  test("significant digits", () => {
    expect(significant(1234.5678, 6)).toBe(1234.57);
    expect(significant(-0.000123456789, 3)).toBe(-0.000123);
    expect(significant(1e30, 5)).toBeCloseTo(1e30, -20);
    expect(significant(1e-13, 5)).toBe(0);
    expect(significant(123456, 3)).toBe(123456);
  });
});
