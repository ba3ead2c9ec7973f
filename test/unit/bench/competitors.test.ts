import { describe, expect, it } from "vitest";
import { COMPETITORS } from "../../../bench/detect/competitors.ts";
import { seeded } from "../../../bench/detect/random.ts";

const DAY = 1440;
const START = 8 * DAY;

/** Eight days at three a minute, then half an hour of the minutes given. */
function afterSteadyDays(minutes: (i: number) => number): number[] {
  const random = seeded(7);
  return Array.from({ length: START + 30 }, (_, i) => (i < START ? random.poisson(3) : minutes(i - START)));
}

describe("what is used today", () => {
  it.each(COMPETITORS.map((competitor) => [competitor.name, competitor] as const))("%s sees a rise to tenfold", (_name, one) => {
    const statistics = one.score(
      afterSteadyDays(() => 300),
      START,
    );
    expect(statistics).toHaveLength(30);
    expect(Math.max(...statistics)).toBeGreaterThan(Math.max(...one.shipped));
  });

  it.each(COMPETITORS.map((competitor) => [competitor.name, competitor] as const))(
    "%s says nothing about silence",
    (_name, one) => {
      const statistics = one.score(new Array(START + 30).fill(0), START);
      expect([...statistics].filter((value) => value !== 0)).toEqual([]);
    },
  );

  it("Farrington-like: residual of the 2/3 power against the 175 windows of the past week, one by one", () => {
    const counts = afterSteadyDays((i) => i % 7);
    const farrington = COMPETITORS.find(({ name }) => name.startsWith("Farrington"));
    const five = (end: number) => counts.slice(end - 5, end).reduce((sum, count) => sum + count, 0);
    const expected = Array.from({ length: 30 }, (_, k) => {
      const end = START + k + 1;
      const windows: number[] = [];
      for (let day = 1; day <= 7; day++) for (let step = -12; step <= 12; step++) windows.push(five(end - day * DAY + 5 * step));
      const mean = windows.reduce((sum, value) => sum + value, 0) / 175;
      const squares = windows.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      const dispersion = Math.max(1, squares / (mean * 174));
      return (five(end) ** (2 / 3) - mean ** (2 / 3)) / ((2 / 3) * mean ** (1 / 6) * Math.sqrt(dispersion * (1 + 1 / 175)));
    });
    const values = farrington?.score(counts, START) ?? [];
    expect(values).toHaveLength(30);
    expected.forEach((value, k) => {
      expect(values[k]).toBeCloseTo(value, 9);
    });
  });
});
