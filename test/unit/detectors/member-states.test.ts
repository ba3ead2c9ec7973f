import { describe, expect, test } from "vitest";
import { baseline } from "../../../detectors/baseline.ts";
import { ewma } from "../../../detectors/ewma.ts";
import { focus } from "../../../detectors/focus.ts";
import { createPanel } from "../../../detectors/index.ts";
import { fromNames, memberState, stepMembers, withOpenMinute, withoutEvidence } from "../../../detectors/member-states.ts";
import { mixture } from "../../../detectors/mixture.ts";
import { asSeriesState } from "../../../detectors/series-state.ts";
import { DAY, feed, MINUTE, OPTIONS, START } from "./series.ts";

const OPEN = [1000, 20, 3, 2];

describe("the numbers that change in every step", () => {
  test("are the minute in progress, then the length and the numbers of each detector's state", () => {
    expect(withoutEvidence(OPEN)).toEqual([1000, 20, 3, 2, 0, 0, 0, 0]);
    const live = fromNames(OPEN, { ewma: [999, 1, 0.5], baseline: [1000, 1, 1, 2, 2, 5, 5] });
    expect(live).toEqual([1000, 20, 3, 2, 0, 0, 7, 1000, 1, 1, 2, 2, 5, 5, 3, 999, 1, 0.5]);
    expect([mixture, focus, baseline, ewma].map((detector) => memberState(live, detector).length)).toEqual([0, 0, 7, 3]);
    expect(memberState(live, ewma)).toEqual([999, 1, 0.5]);
    expect(withOpenMinute(live, [1001, 0, 0, 0])).toEqual([1001, 0, 0, 0, ...live.slice(4)]);
  });

  test("keep the states of the detectors that are stepped, and nothing of the others", () => {
    const stream = { count: 2, mean: 1, upper: 1.2, fastExcess: 0, slowExcess: 0, fastMask: 0 };
    const stretch = { from: 1000 * MINUTE, to: 1001 * MINUTE, minutes: 1, raw: stream, clipped: stream };
    const live = fromNames(OPEN, { ewma: [999, 1, 0.5], baseline: [1000, 1, 1, 2, 2, 5, 5] });
    const next = stepMembers(live, [1001, 0, 0, 0], [baseline], stretch);
    expect(next).toEqual([1001, 0, 0, 0, 0, 0, 7, ...baseline.step([1000, 1, 1, 2, 2, 5, 5], stretch), 0]);
  });

  test("are read from a state of the version before, which goes on as if it had been written today", () => {
    const panel = createPanel(OPTIONS);
    const { state } = feed(panel, undefined, { from: START, to: START + 2 * DAY, width: MINUTE, rate: () => 0.5, seed: 5 });
    const now = asSeriesState(state);
    if (!state || !now) throw new Error("no state");
    const { x, ...rest } = now;
    const states = Object.fromEntries([mixture, focus, baseline, ewma].map((one) => [one.name, memberState(x, one)]));
    const before = { ...rest, v: 2, o: x.slice(0, 4), d: states };
    const sample = { at: START + 2 * DAY, width: MINUTE, count: 2, clipped: 1, exposure: 60, gapShare: 1 };
    expect(panel.step(before, sample)).toEqual(panel.step(state, sample));
  });
});
