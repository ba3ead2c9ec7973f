import { describe, expect, it } from "vitest";
import { NAB_PROFILES, nabScore } from "../../../bench/detect/nab-score.ts";

const [standard, lowFalseAlarms, lowMisses] = NAB_PROFILES;
if (!standard || !lowFalseAlarms || !lowMisses) throw new Error("three profiles");

/** A hundred rows a second apart, one window of eleven rows: probation ends at row 15. */
const times = Array.from({ length: 100 }, (_, i) => i * 1000);
const file = (...reported: readonly number[]) => [{ times, windows: [[40_000, 50_000] as const], reported }];

describe("the score of the Numenta benchmark", () => {
  it("is 0 for silence and 100 for a report at the first row of every window, in every profile", () => {
    for (const profile of NAB_PROFILES) {
      expect(nabScore(file(), profile)).toBe(0);
      expect(nabScore(file(40), profile)).toBeCloseTo(100, 9);
    }
  });

  it("falls with the place in the window: the middle of eleven rows is y = -6/11", () => {
    // s(-6/11) = 2 / (1 + e^(-30/11)) - 1 = .877219, s(-1) = .986614; (1 + .877219 / .986614) / 2 = .944560.
    expect(nabScore(file(45), standard)).toBeCloseTo(94.456, 2);
    // Only the first report of a window counts.
    expect(nabScore(file(45, 46, 50), standard)).toBeCloseTo(94.456, 2);
  });

  it("takes off the whole false alarm before the first window and far behind one, little right after it", () => {
    expect(nabScore(file(20), standard)).toBeCloseTo((100 * -0.11) / 2, 9);
    expect(nabScore(file(20), lowFalseAlarms)).toBeCloseTo((100 * -0.22) / 2, 9);
    expect(nabScore(file(20), lowMisses)).toBeCloseTo((100 * -0.11) / 3, 9);
    // Nine rows behind a window of eleven: y = 9/10, s = 2 / (1 + e^4.5) - 1 = -.978026.
    expect(nabScore(file(59), standard)).toBeCloseTo((100 * -0.11 * 0.978026) / 2, 4);
    expect(nabScore(file(90), standard)).toBeCloseTo((100 * -0.11) / 2, 9);
  });

  it("leaves the first 15 % of a file out", () => {
    expect(nabScore(file(3, 14), standard)).toBe(0);
    expect(nabScore(file(15), standard)).toBeLessThan(0);
  });
});
