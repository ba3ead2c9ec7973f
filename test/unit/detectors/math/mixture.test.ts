import { describe, expect, test } from "vitest";
import { mixtureBucket } from "../../../../detectors/math/mixture-bucket.ts";
import { mixtureEvent } from "../../../../detectors/math/mixture-event.ts";
import { WEIGHTS } from "../../../../detectors/math/mixture-grid.ts";
import { mixtureSilence } from "../../../../detectors/math/mixture-silence.ts";
import { emptyTilt, mixtureTilt } from "../../../../detectors/math/mixture-tilt.ts";

const close = (actual: number, expected: number, relative = 1e-6) =>
  expect(Math.abs(actual / expected - 1), `${actual} should be ${expected}`).toBeLessThan(relative);

describe("mixture e-detector", () => {
  test.each([
    [0, [0.337833299, 0.285618548, 1.1619972, 1.08689906, 27856.3309, 2.32373751e12, 2.84880982e16]],
    [1.5, [0.663480186, 0.885891085, 1.82733022, 2.11107331, 27.2921661, 968.155989, 8526.31257]],
  ])("buckets, excess %d", (excess, totals) => {
    const sums = new Float64Array(8);
    const tilt = mixtureTilt(emptyTilt(), excess, excess, 0);
    [1, 0, 2, 1, 9, 12, 8].forEach((count, i) => {
      close(mixtureBucket(sums, tilt, count, 1, 1), totals[i] ?? 0);
    });
  });

  test("event times", () => {
    const sums = new Float64Array(8);
    const tilt = mixtureTilt(emptyTilt(), 0, 0, 0);
    const totals = [0.947649, 1.468805, 3.889201, 11.030855, 33.982906, 112.507162, 393.169332, 1427.245941];
    let before = 0;
    [0.5, 1.5, 1.6, 1.7, 1.8, 1.9, 2, 2.1].forEach((time, i) => {
      close(mixtureEvent(sums, tilt, time - before, time - before), totals[i] ?? 0);
      before = time;
    });
  });

  test("average of a raw and a clipped stream", () => {
    const raw = new Float64Array(8);
    const clipped = new Float64Array(8);
    const rawTilt = mixtureTilt(emptyTilt(), 4.686943, 4.686943, 0);
    const clippedTilt = mixtureTilt(emptyTilt(), 0, 0, 0);
    const totals = [0.721094, 0.787538, 1595.672346, 1260.360409, 2209.915365, 3566.747577, 117327.539];
    const counts = [
      [1, 1],
      [0, 0],
      [52, 5],
      [1, 1],
      [3, 3],
      [2, 2],
      [4, 4],
    ] as const;
    counts.forEach(([x, y], i) => {
      const total = 0.2 * mixtureBucket(raw, rawTilt, x, 0.6, 1) + 0.8 * mixtureBucket(clipped, clippedTilt, y, 0.55, 1);
      close(total, totals[i] ?? 0);
    });
  });

  test("silence can be given whole or in parts", () => {
    const tilt = mixtureTilt(emptyTilt(), 0.5, 2, 0b11110000);
    const whole = Float64Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
    const parts = whole.slice();
    mixtureSilence(whole, tilt, 3.5, 700);
    for (const part of [1, 4, 95, 600]) mixtureSilence(parts, tilt, (3.5 * part) / 700, part);
    for (let j = 0; j < 8; j++) close(parts[j] ?? 0, whole[j] ?? 0, 1e-12);
  });

  test("without expectation only start mass arrives", () => {
    const sums = new Float64Array(8);
    expect(mixtureSilence(sums, mixtureTilt(emptyTilt(), 0, 0, 0), 0, 10)).toBeCloseTo(10, 12);
    expect(sums[0]).toBeCloseTo(10 * (WEIGHTS[0] ?? 0), 12);
  });

  test("weights add up to one", () => {
    expect(WEIGHTS.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  });

  test("a flood cannot overflow", () => {
    const sums = new Float64Array(8);
    const tilt = mixtureTilt(emptyTilt(), 0, 0, 0);
    for (let i = 0; i < 50; i++) mixtureBucket(sums, tilt, 1e6, 1, 1);
    expect(Number.isFinite(mixtureBucket(sums, tilt, 1e6, 1, 1))).toBe(true);
  });
});
