import { describe, expect, test } from "vitest";
import { eDetectorBenjaminiHochberg } from "../../../../detectors/math/e-d-bh.ts";
import { ewmaChart } from "../../../../detectors/math/ewma-chart.ts";
import { RESOLVED_AT, resolveRatio, resolveStatistic } from "../../../../detectors/math/resolve-statistic.ts";
import { versionBayesFactor } from "../../../../detectors/math/version-bayes-factor.ts";
import { versionPValue } from "../../../../detectors/math/version-p-value.ts";
import { RACE_START, raceValue, versionRace } from "../../../../detectors/math/version-race.ts";
import { versionRatioInterval } from "../../../../detectors/math/version-ratio-interval.ts";

describe("version against version: 12 events in 7200 minutes, then 9 in 600", () => {
  test("exact and quasi p-values", () => {
    expect(versionPValue(12, 7200, 9, 600) / 1.1763e-5).toBeCloseTo(1, 5);
    expect(versionPValue(12, 7200, 9, 600, 2)).toBeCloseTo(0.00208078, 8);
    expect(versionPValue(12, 7200, 9, 600, 5)).toBeCloseTo(0.0570772, 7);
    expect(versionPValue(12, 7200, 0, 600)).toBe(1);
  });

  test("interval of the ratio 9", () => {
    const [low, high] = versionRatioInterval(12, 7200, 9, 600, 0.95);
    expect(low).toBeCloseTo(3.349132, 5);
    expect(high).toBeCloseTo(23.272714, 5);
    expect(versionRatioInterval(0, 10, 3, 10, 0.95)[1]).toBe(Number.POSITIVE_INFINITY);
    expect(versionRatioInterval(3, 10, 0, 10, 0.95)[0]).toBe(0);
  });

  test("Bayes factor", () => {
    const { lnBayesFactor, higher, lnOneSided } = versionBayesFactor(12, 7200, 9, 600, 0.5, 0.5 / (21 / 7800));
    expect(lnBayesFactor).toBeCloseTo(7.123877, 6);
    expect(higher).toBeCloseTo(0.99997467, 8);
    expect(lnOneSided).toBeCloseTo(7.816999, 6);
  });

  test("conditional e-process", () => {
    const labels = [true, false, true, true, true, false, true, true];
    const factors = labels.reduce((all, isNew) => versionRace(all, isNew, 0.1), RACE_START);
    expect(raceValue(factors) / 2204.082633).toBeCloseTo(1, 7);
  });

  test("an event of either version is worth one on average when the rates are equal", () => {
    const share = 0.3;
    const mean =
      share * raceValue(versionRace(RACE_START, true, share)) + (1 - share) * raceValue(versionRace(RACE_START, false, share));
    expect(mean).toBeCloseTo(1, 12);
  });
});

describe("many series", () => {
  test("e-d-BH flags the first four of ten", () => {
    const values = [3, 900, 0.5, 4000, 60, 120, 15, 1, 0.2, 0.1];
    expect(eDetectorBenjaminiHochberg(values, 200)).toEqual([3, 1, 5, 4]);
    expect(eDetectorBenjaminiHochberg([1, 2, 3], 200)).toEqual([]);
  });
});

describe("EWMA chart", () => {
  test("mean 5, dispersion 2", () => {
    const points = ewmaChart([4, 6, 5, 7, 20], 5, 2);
    [4.8, 5.04, 5.032, 5.4256, 8.34048].forEach((value, i) => {
      expect(points[i]?.average).toBeCloseTo(value, 6);
    });
    const standardised = [-0.316228, 0.049386, 0.035342, 0.44259, 3.35425];
    standardised.forEach((value, i) => {
      expect(points[i]?.standardised).toBeCloseTo(value, 6);
    });
  });
});

describe("resolve statistic", () => {
  test("silence needed after a tenfold incident at rate 1: 3.194666 minutes", () => {
    const ratio = resolveRatio(10);
    expect(resolveStatistic(0, 0, 3.194666, ratio, 0)).toBeCloseTo(RESOLVED_AT, 5);
    expect(RESOLVED_AT).toBeCloseTo(6.907755, 6);
    expect(resolveRatio(3)).toBe(2);
  });

  test("it starts afresh with every sign that the incident lasts", () => {
    expect(resolveStatistic(3, 100, 1, 3, 0)).toBe(0);
  });
});
