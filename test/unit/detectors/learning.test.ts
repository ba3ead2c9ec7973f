import { describe, expect, test } from "vitest";
import { priorBurstExcess } from "../../../detectors/expectation.ts";
import { createPanel, type PanelState } from "../../../detectors/index.ts";
import { DAY, feed, HOUR, MINUTE, OPTIONS, START } from "./series.ts";

const panel = createPanel(OPTIONS);

describe("what is learned", () => {
  test("the burst expected of an unknown series fades with experience", () => {
    expect(priorBurstExcess(0, 0.5)).toBeCloseTo(10.253246, 6);
    expect(priorBurstExcess(1440, 0.5)).toBeCloseTo(7.975731, 6);
    expect(priorBurstExcess(3 * 1440, 0.5)).toBeCloseTo(4.741855, 6);
    expect(priorBurstExcess(7 * 1440, 0.5)).toBeCloseTo(1.452388, 6);
    expect(priorBurstExcess(18 * 1440, 0.5)).toBe(0);
  });

  test("after one day the hours are told apart", () => {
    const rate = (time: number) => (Math.floor(time / HOUR) % 24 < 12 ? 5 : 1);
    const { state } = feed(panel, undefined, { from: START, to: START + 3 * DAY, width: MINUTE, rate, seed: 30 });
    const mean = (hour: number) => {
      const from = START + 3 * DAY + hour * HOUR;
      return (state && panel.expect(state, from, from + HOUR, 1)?.mean) ?? 0;
    };
    // 300 and 60 an hour; two harmonics and line segments blur the steps at 0 and 12 h only.
    expect(mean(6)).toBeGreaterThan(240);
    expect(mean(6)).toBeLessThan(360);
    expect(mean(18)).toBeGreaterThan(40);
    expect(mean(18)).toBeLessThan(90);
  });

  test("states stay small: a quiet series in 600 bytes, none above 4 kB", () => {
    const grow = (rate: number): PanelState => {
      const { state } = feed(panel, undefined, { from: START, to: START + 8 * DAY, width: MINUTE, rate: () => rate, seed: 31 });
      return state ?? { v: 0 };
    };
    expect(JSON.stringify(grow(0.003)).length).toBeLessThan(600);
    expect(JSON.stringify(grow(5)).length).toBeLessThan(4096);
  });

  test("a companion gets copies of its own only when an event was clipped", () => {
    const plain = panel.step(undefined, { at: START, width: MINUTE, count: 3, clipped: 3, exposure: 60 }).state;
    const burst = panel.step(plain, { at: START + MINUTE, width: MINUTE, count: 9, clipped: 3, exposure: 60 }).state;
    expect([plain.m, burst.m]).toEqual([undefined, plain.l]);
  });
});
