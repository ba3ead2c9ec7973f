import { expect, test } from "vitest";
import { DEFAULT_LN_THRESHOLD, thresholdAtMoments, thresholdPerFleet, thresholdPerSeries } from "../../../detectors/index.ts";
import { mixture } from "../../../detectors/mixture.ts";
import { poisson, uniform } from "./series.ts";

test("budgets become thresholds", () => {
  // K series times 10080 minutes a week over F alarms.
  expect(thresholdPerFleet(1, 1e6)).toBeCloseTo(23.03382, 5);
  expect(thresholdPerFleet(0.1, 1e6)).toBeCloseTo(25.336404, 5);
  expect(thresholdPerSeries(1, 1000)).toBeCloseTo(Math.log(1.008e7), 9);
  expect(DEFAULT_LN_THRESHOLD).toBeCloseTo(13.815511, 6);
});

test("at moments known beforehand less evidence is needed, the fewer there are", () => {
  // ln(1.008e7 / 2880): 2880 minutes for each of 3.5 moments a week.
  expect(thresholdAtMoments(thresholdPerSeries(1, 1000), 3.5)).toBeCloseTo(8.160518, 6);
  expect(thresholdAtMoments(10, 10_080)).toBe(10);
  expect(() => thresholdAtMoments(10, 0)).toThrow(RangeError);
});

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("%d alarms are no budget", (alarms) => {
  expect(() => thresholdPerSeries(alarms, 1000)).toThrow(RangeError);
});

/** Mean minutes to a false alarm at threshold 1000 with a known rate: at least 1000 by theory, whatever the rate. */
test.each([0.1, 1])("run length of the mixture at rate %d", (rate) => {
  const random = uniform(77);
  const stream = { mean: rate, upper: rate, fastExcess: 0, slowExcess: 0, fastMask: 0 };
  let minutes = 0;
  const runs = 100;
  for (let run = 0; run < runs; run++) {
    let state = mixture.start;
    for (let minute = 0; ; minute++) {
      const count = poisson(rate, random);
      const stretch = {
        from: minute * 60_000,
        to: (minute + 1) * 60_000,
        minutes: 1,
        raw: { ...stream, count },
        clipped: { ...stream, count },
      };
      state = mixture.step(state, stretch);
      minutes++;
      if (mixture.judge(state, stretch, Math.log(1000), "both").agrees) break;
    }
  }
  // Exponential run lengths: the mean of 100 has a standard deviation of 10 %.
  expect(minutes / runs).toBeGreaterThan(1000);
  // How far above is the price of looking only once a minute and of overshoot: a factor of 2 to 3 at these rates.
  expect(minutes / runs).toBeLessThan(4000);
});
