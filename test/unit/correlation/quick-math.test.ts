import { describe, expect, it } from "vitest";
import { randomFrom } from "../../../bench/correlate/random.ts";
import { quickExp, quickLn } from "../../../src/correlation/quick-math.ts";

/** A few units in the last place of a double (2.2e-16). */
const PRECISION = 2e-15;

describe("quick logarithm and exponential", () => {
  it("agrees with the general logarithm over the whole range, and on both sides of every power of two", () => {
    const random = randomFrom(1);
    const powers = Array.from({ length: 40 }, (_, i) => 2 ** (i - 20));
    const numbers = [
      ...powers.flatMap((power) => [power * (1 - 1e-15), power, power * (1 + 1e-15)]),
      ...Array.from({ length: 20_000 }, () => random.logUniform(1e-300, 1e300)),
      ...Array.from({ length: 20_000 }, () => random.between(0.5, 2)),
    ];
    const worst = Math.max(...numbers.map((x) => Math.abs(quickLn(x) - Math.log(x)) / Math.max(1, Math.abs(Math.log(x)))));
    expect(worst).toBeLessThan(PRECISION);
  });

  it("agrees with the general exponential wherever it is used", () => {
    const random = randomFrom(2);
    const numbers = [0, -1e-300, -1e-9, -Math.LN2, -43.999, ...Array.from({ length: 40_000 }, () => -random.between(0, 44))];
    const worst = Math.max(...numbers.map((x) => Math.abs(quickExp(x) / Math.exp(x) - 1)));
    expect(worst).toBeLessThan(PRECISION);
    expect(quickExp(0)).toBe(1);
  });
});
