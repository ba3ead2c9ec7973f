import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mixtureBucket } from "../../../detectors/math/mixture-bucket.ts";
import { WEIGHTS } from "../../../detectors/math/mixture-grid.ts";
import { mixtureSilence } from "../../../detectors/math/mixture-silence.ts";
import { emptyTilt, mixtureTilt } from "../../../detectors/math/mixture-tilt.ts";

// So few events that no sum comes near the 1e30 at which sums are clamped: 1e3 * 1000^8.
const part = fc.record({
  count: fc.integer({ min: 0, max: 4 }),
  mean: fc.double({ min: 0, max: 5, noNaN: true }),
  minutes: fc.double({ min: 0, max: 10, noNaN: true }),
});
const sums = fc.array(fc.double({ min: 0, max: 1e3, noNaN: true }), { minLength: WEIGHTS.length, maxLength: WEIGHTS.length });
const excess = fc.double({ min: 0, max: 8, noNaN: true });
const RUNS = { numRuns: 2000 };

/** Equal to ten digits of `scale`; below 1e-200 doubles have no ten digits. */
function near(seen: number, wanted: number, scale = Math.abs(wanted)): void {
  expect(Math.abs(seen - wanted)).toBeLessThanOrEqual(1e-10 * scale + 1e-200);
}

describe("a bucket split in two", () => {
  test("is the same evidence: without start mass the likelihood ratios multiply to that of the whole", () => {
    fc.assert(
      fc.property(sums, part, part, excess, (begin, a, b, c) => {
        const tilt = mixtureTilt(emptyTilt(), c, c, 0);
        const whole = [...begin];
        const halves = [...begin];
        mixtureBucket(whole, tilt, a.count + b.count, a.mean + b.mean, 0);
        mixtureBucket(halves, tilt, a.count, a.mean, 0);
        mixtureBucket(halves, tilt, b.count, b.mean, 0);
        whole.forEach((value, j) => {
          near(halves[j] ?? Number.NaN, value);
        });
      }),
      RUNS,
    );
  });

  // Whole (R + w(s+t)) L K, halves ((R + ws) L + wt) K, where L and K are the ratios of first and second half: the whole
  // has counted the first half's events also for starts in the second, and differs by exactly w t K (L - 1).
  test("differs only by the start mass of its second half, which the whole multiplies by the first half's ratio too", () => {
    fc.assert(
      fc.property(sums, part, part, excess, (begin, a, b, c) => {
        const tilt = mixtureTilt(emptyTilt(), c, c, 0);
        const whole = [...begin];
        const halves = [...begin];
        mixtureBucket(whole, tilt, a.count + b.count, a.mean + b.mean, a.minutes + b.minutes);
        mixtureBucket(halves, tilt, a.count, a.mean, a.minutes);
        mixtureBucket(halves, tilt, b.count, b.mean, b.minutes);
        whole.forEach((value, j) => {
          const ratio = (of: typeof a) => Math.exp((tilt.theta[j] ?? 0) * of.count - (tilt.psi[j] ?? 0) * of.mean);
          const startMass = (WEIGHTS[j] ?? 0) * b.minutes * ratio(b) * (ratio(a) - 1);
          near(value - startMass, halves[j] ?? Number.NaN, Math.max(value, Math.abs(startMass)));
        });
      }),
      RUNS,
    );
  });

  test("a silence at one rate is the same in two parts, start mass included", () => {
    fc.assert(
      fc.property(sums, part, fc.double({ min: 0, max: 1, noNaN: true }), excess, (begin, { mean, minutes }, cut, c) => {
        const tilt = mixtureTilt(emptyTilt(), c, c, 0);
        const whole = [...begin];
        const parts = [...begin];
        mixtureSilence(whole, tilt, mean, minutes);
        mixtureSilence(parts, tilt, cut * mean, cut * minutes);
        mixtureSilence(parts, tilt, (1 - cut) * mean, (1 - cut) * minutes);
        whole.forEach((value, j) => {
          near(parts[j] ?? Number.NaN, value, Math.max(1, value));
        });
      }),
      RUNS,
    );
  });
});
