import { describe, expect, test } from "vitest";
import type { Alarm } from "../../../detectors/alarm.ts";
import { likeliestOnset } from "../../../detectors/onset.ts";
import { asSeriesState, type SeriesState } from "../../../detectors/series-state.ts";

const MINUTE = 60_000;
const NOW = 1040;
/** A fifth of an event a minute was learned; up to .86 is normal, because the intensity swings. */
const EXPECTATIONS = [[0.2, 0.86, 0, 0, 0], []] as const;

function stateWith(guard: readonly number[], marks?: readonly number[]): SeriesState {
  const packed = { v: 1, t: NOW * MINUTE, s: 1, o: [NOW, 0, 0, 0], g: guard, q: [], l: [], e: EXPECTATIONS, d: {}, k: marks };
  const state = asSeriesState(packed);
  if (!state) throw new Error("not a state");
  return state;
}

function alarmFrom(minute: number, ratio: number): Alarm {
  const segment = { statistic: 14, start: minute * MINUTE, expected: 12.9, observed: 30, companion: 30 };
  return { lead: "clipped", segment, ratio, agreeing: ["mixture"] };
}

describe("the onset of a rise", () => {
  // Tenfold: an event is worth ln 10 = 2.303, a minute costs (10 - 1) 0.2 = 1.8. Two silent minutes and three with two
  // events each: -3.6, then 2.805 for each minute: -0.795, 2.010, 4.816.
  const weakStart = [1000, 20, 1, 0, 0, 1, 1, 2, 2, 1, 1, 2, 2, 1, 1, 2, 2, 2, 1, 0, 0, 15, 1, 30, 30];

  test("is before the segment when its first part is below the highest normal rate but above what was learned", () => {
    const onset = likeliestOnset(stateWith(weakStart), EXPECTATIONS, alarmFrom(1025, 10));
    expect(onset).toEqual({ at: 1020 * MINUTE, events: 6, expected: expect.closeTo(1, 9) });
  });

  test("is that of the segment when what came before is better explained by the learned rate", () => {
    // One event, four minutes before: 2.303 - 5 * 1.8 < 0.
    const lonely = [1000, 20, 1, 0, 0, 1, 1, 1, 1, 4, 1, 0, 0, 15, 1, 30, 30];
    expect(likeliestOnset(stateWith(lonely), EXPECTATIONS, alarmFrom(1025, 10))).toEqual({
      at: 1025 * MINUTE,
      events: 0,
      expected: 0,
    });
    // A hundredfold rise needs more than what was enough for the tenfold one: ln 100 = 4.605 an event, 19.8 a minute.
    expect(likeliestOnset(stateWith(weakStart), EXPECTATIONS, alarmFrom(1025, 100)).at).toBe(1025 * MINUTE);
  });

  test("counts minutes by the share of the pods that ran then", () => {
    // With a tenth of the pods, four minutes of silence cost 0.72: one event before them is worth more.
    const few = [1000, 20, 0.1, 0, 0, 1, 0.1, 1, 1, 4, 0.1, 0, 0, 15, 1, 30, 30];
    const onset = likeliestOnset(stateWith(few), EXPECTATIONS, alarmFrom(1025, 10));
    expect(onset).toEqual({ at: 1020 * MINUTE, events: 1, expected: expect.closeTo(0.1, 9) });
  });

  test("is not before what is still kept back from learning", () => {
    expect(likeliestOnset(stateWith(weakStart), EXPECTATIONS, alarmFrom(990, 10)).at).toBe(1000 * MINUTE);
  });

  test("is not in an incident that ended before", () => {
    // Minute 1020 belongs to an incident that was over at minute 1021; what came after it counts.
    expect(likeliestOnset(stateWith(weakStart, [1000, 1021, 0]), EXPECTATIONS, alarmFrom(1025, 10))).toEqual({
      at: 1021 * MINUTE,
      events: 4,
      expected: expect.closeTo(0.8, 9),
    });
    const onset = likeliestOnset(stateWith(weakStart, [990, 1010, 1, 1011, 1025, 1]), EXPECTATIONS, alarmFrom(1025, 10));
    expect(onset.at).toBe(1025 * MINUTE);
  });
});
