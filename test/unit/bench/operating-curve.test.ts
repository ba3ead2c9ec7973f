import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alarmsAt, recallAt, recordsOf, risesOf, type Trace, thresholdsFor } from "../../../bench/detect/operating-curve.ts";

/** A normal week given by the largest value of each hour. */
function traceOf(hours: readonly number[]): Trace {
  return { rises: risesOf(hours.flatMap((value) => [0, value, ...Array.from({ length: 58 }, () => 0)])), records: {} };
}

/** The definition: hours above the threshold after one that was not. */
function counted(hours: readonly number[], threshold: number): number {
  return hours.filter((value, i) => value > threshold && (hours[i - 1] ?? 0) <= threshold).length;
}

describe("a detector at every threshold", () => {
  it("counts hours above the threshold after one that was not", () => {
    const hours = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 30 });
    fc.assert(
      fc.property(hours, fc.integer({ min: 0, max: 9 }), (values, threshold) => {
        expect(alarmsAt([traceOf(values)], threshold)).toBe(counted(values, threshold));
      }),
      { seed: 11 },
    );
  });

  it("is tuned to the lowest threshold that keeps to the budget, there and above", () => {
    const series = fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 20 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(series, fc.integer({ min: 0, max: 6 }), (weeks, allowed) => {
        const traces = weeks.map(traceOf);
        const [tuned] = thresholdsFor(traces, [allowed]);
        const alarms = (threshold: number) => weeks.reduce((sum, hours) => sum + counted(hours, threshold), 0);
        const kept = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].filter((lowest) =>
          Array.from({ length: 10 - lowest }, (_, i) => lowest + i).every((threshold) => alarms(threshold) <= allowed),
        );
        expect(tuned).toBe(Math.min(...kept));
      }),
      { seed: 12 },
    );
  });

  it("finds an anomaly in the first minute above the threshold", () => {
    const records = { x5: recordsOf([0, 3, 2, 7, 7, 1]) };
    expect(records.x5).toEqual([
      [3, 2],
      [7, 4],
    ]);
    const delay = (threshold: number) => recallAt([{ rises: [], records }], "x5", threshold).medianDelay;
    expect([0, 2.9, 3, 6.9, 7].map(delay)).toEqual([2, 2, 4, 4, undefined]);
  });
});
