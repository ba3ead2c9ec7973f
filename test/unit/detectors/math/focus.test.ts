import { describe, expect, test } from "vitest";
import { focusEvaluate } from "../../../../detectors/math/focus-evaluate.ts";
import { STRIDE } from "../../../../detectors/math/focus-hull.ts";
import { focusExhausted, focusPush } from "../../../../detectors/math/focus-push.ts";

/** One-minute steps, one expected event each; candidates are pushed before the step they may start with. */
function run(counts: readonly number[], excess: number) {
  const hull: number[] = [];
  let end = 0;
  let expected = 0;
  let observed = 0;
  const out = counts.map((count, time) => {
    if (focusExhausted(hull, 0, end, expected, observed)) {
      end = 0;
      expected = 0;
      observed = 0;
    }
    end = focusPush(hull, 0, end, expected, observed, time, 0);
    expected += 1;
    observed += count;
    return focusEvaluate(hull, 0, end, expected, observed, 0, excess, excess, 0);
  });
  return { out, hull, end, expected, observed };
}

describe("FOCuS", () => {
  const counts = [1, 0, 2, 1, 9, 12, 8];
  test.each([
    [0, [0, 0, 0.386294, 0.216395, 11.775021, 30.37888, 39.791823]],
    [1.5, [0, 0, 0.132951, 0.079484, 2.782395, 6.898479, 9.230795]],
  ])("statistic, onset and size, excess %d", (excess, statistics) => {
    const { out } = run(counts, excess);
    out.forEach((segment, i) => {
      expect(segment?.statistic ?? 0).toBeCloseTo(statistics[i] ?? 0, 6);
    });
    expect(out.slice(2).map((segment) => segment?.start)).toEqual([2, 2, 4, 4, 4]);
    const sizes = out.slice(2).map((segment) => (segment?.observed ?? 0) / (segment?.expected ?? 1));
    [2, 1.5, 9, 10.5, 29 / 3].forEach((size, i) => {
      expect(sizes[i]).toBeCloseTo(size, 6);
    });
  });

  test("hull after the last step, the next candidate included", () => {
    const { hull, end, expected, observed } = run(counts, 0);
    const last = focusPush(hull, 0, end, expected, observed, 7, 0);
    const vertices = [];
    for (let i = 0; i < last; i += STRIDE) vertices.push(hull.slice(i, i + 3));
    // The last point, 5 expected and 33 - 1 = 32 observed since the restart at step 2.
    expect(vertices).toEqual([
      [0, 0, 2],
      [2, 3, 4],
      [3, 12, 5],
      [5, 32, 7],
    ]);
  });

  test("never holds more than sixteen candidates", () => {
    const hull: number[] = [];
    let end = 0;
    for (let i = 0; i < 60; i++) end = focusPush(hull, 0, end, i, i * i, i, 0);
    expect(end / STRIDE).toBeLessThanOrEqual(16);
    expect(hull[2]).toBe(0);
  });
});
