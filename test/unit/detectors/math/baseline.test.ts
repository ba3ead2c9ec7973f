import { describe, expect, test } from "vitest";
import { dispersion } from "../../../../detectors/math/dispersion.ts";
import { expectedDelay } from "../../../../detectors/math/expected-delay.ts";
import { gammaQuantile } from "../../../../detectors/math/gamma-quantile.ts";
import { poolPrior } from "../../../../detectors/math/pool-prior.ts";
import { meanFactor, seasonBin } from "../../../../detectors/math/season-bin.ts";
import { curveAt, seasonCurve, seasonFactors } from "../../../../detectors/math/season-factors.ts";
import { slowNoise } from "../../../../detectors/math/slow-noise.ts";
import { upperRate } from "../../../../detectors/math/upper-rate.ts";
import { wilsonHilferty } from "../../../../detectors/math/wilson-hilferty.ts";

describe("rate", () => {
  test("upper rate of 840 events in 1440 minutes with a prior of half an event in ten", () => {
    const rate = 840.5 / 1450;
    expect(rate).toBeCloseTo(0.57965517, 8);
    expect(wilsonHilferty(840.5 / 2.5, 3)).toBeCloseTo(1.17159799, 8);
    expect(upperRate(rate, 840.5, 1.5, 0, 2.5)).toBeCloseTo(0.8149474, 7);
    expect(upperRate(rate, 840.5, 1.5, 0.3118386, 2.5) / (rate * 1.17159799)).toBeCloseTo(2.61671068, 6);
  });

  test("an upper rate has a floor", () => {
    expect(upperRate(1e-9, 0.5, 0, 0, 2.5)).toBe(1e-4);
  });

  test.each([
    [20.5, 1440, 1, 0.017352, 0.017355],
    [3.5, 1440, 1.645, 0.00487768, 0.00488472],
    [200, 60, 2, 3.82122, 3.8212],
  ])("Wilson-Hilferty and exact quantile, shape %d rate %d z %d", (shape, rate, z, approximate, exact) => {
    expect(((shape / rate) * wilsonHilferty(shape, z)) / approximate).toBeCloseTo(1, 4);
    const probability = { 1: 0.8413447461, 1.645: 0.9500150945, 2: 0.977249868 }[z] ?? 0;
    expect(gammaQuantile(shape, probability) / rate / exact).toBeCloseTo(1, 4);
  });

  test("pool of workloads by moments, and its exact 99 % point", () => {
    const events = [0, 0, 1, 0, 5, 0, 2, 0, 0, 12];
    const minutes = [1000, 2000, 1500, 800, 1200, 3000, 1000, 500, 2500, 1500];
    const prior = poolPrior(events.map((n, i) => ({ events: n, minutes: minutes[i] ?? 0 })));
    expect(prior?.shape).toBeCloseTo(0.382275, 6);
    expect(prior?.rate).toBeCloseTo(286.706147, 5);
    const shape = (prior?.shape ?? 0) + 3;
    const rate = (prior?.rate ?? 0) + 600;
    expect(shape / rate).toBeCloseTo(0.00381443, 8);
    expect(gammaQuantile(prior?.shape ?? 0, 0.99) / (prior?.rate ?? 1)).toBeCloseTo(0.01025416, 8);
  });

  test("a pool without exposure says nothing, one without events little", () => {
    expect(poolPrior([])).toBeUndefined();
    expect(poolPrior([{ events: 0, minutes: 0 }])).toBeUndefined();
    expect(poolPrior([{ events: 0, minutes: 600 }])).toEqual({ shape: 0.5, rate: 600 });
  });
});

describe("roughness", () => {
  test("dispersion of ten blocks", () => {
    const counts = [0, 3, 1, 0, 7, 0, 2, 0, 0, 5];
    const squares = counts.reduce((sum, count) => sum + (count - 1.5) ** 2, 0);
    expect(dispersion(squares, 15)).toBeCloseTo(2.471429, 6);
  });

  test("slow noise, with its allowance for few blocks", () => {
    const sums = { blocks: 60, squares: 52_000, mean: 6000, meanSquares: 400_000 };
    expect(slowNoise(sums, 1.5)).toBeCloseTo(0.3118386, 7);
    // 32892.080819 / 400000 beyond what counting explains; the allowance multiplies by 1 + sqrt(2 / 60).
    expect(slowNoise(sums, 1.5) / Math.sqrt(1 + Math.sqrt(2 / 60))).toBeCloseTo(0.28675809, 7);
    expect(slowNoise({ ...sums, blocks: 5 }, 1.5)).toBe(0);
    expect(slowNoise({ ...sums, squares: 100 }, 1.5)).toBe(0);
  });

  test.each([
    [2, 71.965546],
    [5, 8.011249],
    [10, 2.652863],
  ])("expected delay of ratio %d", (ratio, minutes) => {
    expect(expectedDelay(Math.log(1e6), 0.8149474, ratio, 0.5)).toBeCloseTo(minutes, 4);
  });
});

describe("season", () => {
  const events = [67, 82, 98, 114, 126, 133, 133, 126, 114, 98, 82, 67, 54, 44, 37, 32, 29, 27, 27, 29, 32, 37, 44, 54, 10];
  const rate = 1686 / 1440;
  const observed = Array.from({ length: 48 }, (_, i) => events[i] ?? 0);
  const expected = observed.map((_, i) => (i <= 24 ? 60 * rate : 0));

  test("daily curve of a first day", () => {
    expect(rate).toBeCloseTo(1.17083333, 8);
    const curve = seasonCurve(observed, expected, 0.5);
    [0.087616, 0.665506, -0.126356, 0.033857].forEach((value, i) => {
      expect(curve[i + 1]).toBeCloseTo(value, 6);
    });
    expect(curveAt(curve, 6)).toBeCloseTo(1.791862, 6);
    expect(curveAt(curve, 18)).toBeCloseTo(0.460849, 6);
  });

  test("factors of weekday and weekend hours", () => {
    const factors = seasonFactors(observed, expected, 0.5);
    expect(factors[6]).toBeCloseTo(1.875401, 6);
    expect(factors[18]).toBeCloseTo(0.397803, 6);
    expect(factors[0]).toBeCloseTo(0.95506, 6);
    expect(factors[24]).toBeCloseTo(0.285348, 6);
    expect(factors[36]).toBeCloseTo(0.771735, 6);
  });

  test("bins: Monday 2024-01-01 is a weekday, Saturday and Sunday are not", () => {
    const monday = Date.UTC(2024, 0, 1) / 3_600_000;
    expect(seasonBin(monday + 5)).toBe(5);
    expect(seasonBin(monday + 4 * 24 + 23)).toBe(23);
    expect(seasonBin(monday + 5 * 24 + 7)).toBe(31);
    expect(seasonBin(monday + 6 * 24 + 23)).toBe(47);
    expect(seasonBin(monday + 7 * 24)).toBe(0);
  });

  test("factors are joined by lines between the middles of the hours, of which each ten minutes take the middle", () => {
    const factorOf = (hour: number) => hour;
    const hour = 3_600_000;
    // The line is hour - 0.5; the step from 10.5 h has its middle at 10.5 h + 5 min.
    expect(meanFactor(factorOf, 10.5 * hour, 10.5 * hour)).toBeCloseTo(10 + 1 / 12, 9);
    expect(meanFactor(factorOf, 11 * hour, 11 * hour)).toBeCloseTo(10.5 + 1 / 12, 9);
    expect(meanFactor(factorOf, 10 * hour, 20 * hour)).toBeCloseTo(14.5, 9);
    // Eight minutes at the step of 10 h 15 min, four at that of 10 h 25 min: (8 * 9.75 + 4 * (9 + 11 / 12)) / 12.
    expect(meanFactor(factorOf, 10.2 * hour, 10.4 * hour)).toBeCloseTo(9.75 + 1 / 18, 9);
  });
});
