import { describe, expect, test } from "vitest";
import { createPanel, type PanelState } from "../../../detectors/index.ts";
import { pauseThatEnds } from "../../../detectors/math/pause-that-ends.ts";
import { DAY, feed, HOUR, MINUTE, OPTIONS, START, uniform } from "./series.ts";

const panel = createPanel(OPTIONS);
const END = START + 5 * DAY;

/** Five days of a series in which next to nothing is normal. */
function rare(seed: number): PanelState {
  const { state } = feed(panel, undefined, { from: START, to: END, width: MINUTE, rate: () => 0.003, seed });
  if (!state) throw new Error("nothing happened");
  return state;
}

/** Closings, in minutes after the last event that `rate` allows. */
function closings(state: PanelState, seed: number, last: number, rate: (minute: number) => number): readonly string[] {
  const of = (time: number) => rate((time - END) / MINUTE);
  const { transitions } = feed(panel, state, { from: END, to: END + 2 * DAY, width: MINUTE, rate: of, seed });
  return transitions.map(({ time, verdict }) => {
    const minutes = Math.round((time - END) / MINUTE) - last;
    return verdict.transition === "resolved" ? `resolved ${minutes <= 30 ? "soon" : "late"}` : String(verdict.transition);
  });
}

describe("the pause that ends an incident", () => {
  test("worked value, and its meaning: all minutes lie before it once in a thousand times their number", () => {
    expect(pauseThatEnds(76)).toBeCloseTo(0.159368, 6);
    for (const active of [1, 5, 76, 5000]) expect((1 + pauseThatEnds(active)) ** -active * active * 1000).toBeCloseTo(1, 9);
  });

  test("an event a minute where one a day is normal is over minutes after it stopped, not hours", () => {
    for (const seed of [1, 2, 3, 4, 5, 6])
      expect(closings(rare(seed), seed + 100, 120, (minute) => (minute < 120 ? 1 : 0))).toEqual(["opened", "resolved soon"]);
  });

  test("an incident that goes on, or comes in clumps, is not ended by its own pauses", () => {
    for (const seed of [1, 2, 3, 4]) {
      expect(closings(rare(seed), seed + 200, 2880, () => 0.3).filter((name) => name.startsWith("resolved"))).toEqual([]);
      const clumped = closings(rare(seed), seed + 300, 360, (minute) => (minute < 360 && minute % 30 < 1 ? 10 : 0));
      expect(clumped).toEqual(["opened", "resolved late"]);
    }
  });

  test("a pause given in parts, at any cut, ends it at the same moment as one given whole", () => {
    const state = rare(7);
    const flood = { at: END, width: MINUTE, count: 40, clipped: 30, exposure: 60 };
    const opened = panel.step(panel.step(state, flood).state, { ...flood, at: END + MINUTE });
    const silence = (from: PanelState, at: number, width: number) =>
      panel.step(from, { at, width, count: 0, clipped: 0, exposure: width / 1000 });
    const marks = (of: PanelState) => (of as unknown as { k: readonly number[] }).k;
    const begin = END + 2 * MINUTE;
    const whole = silence(opened.state, begin, 12 * HOUR);
    expect(whole.verdict.transition).toBe("resolved");
    const random = uniform(9);
    for (let run = 0; run < 20; run++) {
      const cut = Math.max(1000, Math.round(random() * 6 * HOUR));
      const first = silence(opened.state, begin, cut);
      const second = silence(first.state, begin + cut, 12 * HOUR - cut);
      expect([first.verdict.transition, second.verdict.transition].filter(Boolean)).toEqual(["resolved"]);
      // Marks of past incidents: first minute, minute after the last, and whether it was a burst.
      expect(marks(second.state)).toEqual(marks(whole.state));
    }
  });

  test("an incident that an earlier version opened ends by its silence as before", () => {
    const flood = { at: END, width: MINUTE, count: 40, clipped: 30, exposure: 60 };
    const { state } = panel.step(rare(8), flood);
    const { q: _, ...incident } = (state as unknown as { i: Record<string, unknown> }).i;
    const earlier = { ...state, i: incident } as PanelState;
    const after = (from: PanelState, width: number) =>
      panel.step(from, { at: END + MINUTE, width, count: 0, clipped: 0, exposure: width / 1000 }).verdict.transition;
    expect(after(earlier, DAY)).toBe("resolved");
  });
});
