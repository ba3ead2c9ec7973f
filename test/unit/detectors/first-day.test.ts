import { describe, expect, test } from "vitest";
import { largestRise } from "../../../detectors/first-day.ts";
import { createPanel } from "../../../detectors/index.ts";
import { DAY, feed, HOUR, MINUTE, OPTIONS, START, uniform } from "./series.ts";

const panel = createPanel(OPTIONS);
const TURN = 2 * Math.PI;

/** Rates .02 to 2 a minute, and a phase of the day at which the series begins. */
function drawn(index: number) {
  const random = uniform(7919 * (index + 1));
  return { rate: 0.02 * 100 ** random(), phase: random() * DAY };
}

function alarms(shape: (hour: number) => number, series: number): number {
  let opened = 0;
  for (let index = 0; index < series; index++) {
    const { rate, phase } = drawn(index);
    const { transitions } = feed(panel, undefined, {
      from: START,
      to: START + 30 * HOUR,
      width: MINUTE,
      rate: (time) => rate * shape(((time + phase) % DAY) / HOUR),
      seed: index,
    });
    opened += transitions.filter(({ verdict }) => verdict.transition === "opened").length;
  }
  return opened;
}

describe("before the season is known", () => {
  test("a fivefold day rises most over half a day", () => {
    // 5 ** sin(pi hours / 24).
    expect(largestRise(0)).toBe(1);
    expect(largestRise(2)).toBeCloseTo(1.516725, 6);
    expect(largestRise(12)).toBeCloseTo(5, 9);
    expect(largestRise(20)).toBeCloseTo(5, 9);
  });

  test("a sinusoidal fivefold day raises at most one alarm in 200 series", () => {
    expect(alarms((hour) => 1 + (2 / 3) * Math.sin((TURN * hour) / 24), 200)).toBeLessThanOrEqual(1);
  });

  test("an office that opens raises alarms in few of 100 series", () => {
    // One in eight without these rules; the jump of five is exactly the one allowed for, so chance exceeds it at times.
    expect(alarms((hour) => (hour >= 9 && hour < 17 ? 2 : 0.4), 100)).toBeLessThanOrEqual(4);
  });

  test("a tenfold rate at hour 14 is found within minutes, and the gate of the first day is told", () => {
    const from = START + 14 * HOUR;
    const rate = (time: number) => (time < from ? 1 : 10);
    const { transitions } = feed(panel, undefined, { from: START, to: from + HOUR, width: MINUTE, rate, seed: 40 });
    expect(transitions.map(({ verdict }) => verdict.transition)).toEqual(["opened"]);
    // Four nats beyond a fivefold jump take 4 / (10 ln 2 - 5) = 2.1 minutes at a known rate; learned and rough: some more.
    expect((transitions[0]?.time ?? 0) - from).toBeLessThanOrEqual(10 * MINUTE);
    expect(transitions[0]?.verdict.gates.map(({ name }) => name)).toEqual(["evidence", "events", "ratio", "first-day"]);
  });
});
