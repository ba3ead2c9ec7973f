import { describe, expect, test } from "vitest";
import { focus, focusSegment, mayHaveRisen } from "../../../detectors/focus.ts";
import { createPanel } from "../../../detectors/index.ts";
import { memberState } from "../../../detectors/member-states.ts";
import { stretchOf } from "../../../detectors/observe.ts";
import { asSeriesState } from "../../../detectors/series-state.ts";
import { likelyRise } from "../../../detectors/suspicion.ts";
import { DAY, feed, HOUR, MINUTE, OPTIONS, START } from "./series.ts";

const panel = createPanel(OPTIONS);
const CHANGE = START + 7 * DAY;

/** A week at one event in twenty minutes, then `length` at `ratio` times that, then the old rate again for `after`. */
function sparse(ratio: number, length: number, after: number, seed: number) {
  const rate = (time: number) => 0.05 * (time >= CHANGE && time < CHANGE + length ? ratio : 1);
  const week = feed(panel, undefined, { from: START, to: CHANGE, width: MINUTE, rate, seed });
  const run = feed(panel, week.state, { from: CHANGE, to: CHANGE + length + after, width: MINUTE, rate, seed: seed + 1 });
  return { before: asSeriesState(week.state), after: asSeriesState(run.state), transitions: run.transitions };
}

describe("a rise that is likely but not proven", () => {
  test("is not learned meanwhile: the guard keeps it, and its onset is known", () => {
    const { after, transitions } = sparse(3, 2 * HOUR, 0, 41);
    expect(transitions).toEqual([]);
    const rise = after && likelyRise(after, after.t, after.t);
    expect(Math.abs((rise ?? 0) - CHANGE / MINUTE)).toBeLessThan(60);
    expect(after?.g[0]).toBeLessThanOrEqual(Math.ceil((rise ?? 0) / 10) * 10);
  });

  test("is learned like any other time once it has passed", () => {
    const { after, transitions } = sparse(3, 2 * HOUR, 12 * HOUR, 41);
    expect(transitions).toEqual([]);
    expect(after && likelyRise(after, after.t, after.t)).toBeUndefined();
    // Sixty minutes, the ten of the block and the silence since the last event.
    expect((after?.t ?? 0) / MINUTE - (after?.g[0] ?? 0)).toBeLessThan(120);
  });

  test("is waited for half a day at most", () => {
    const { after } = sparse(1.8, 30 * HOUR, 0, 43);
    expect((after?.t ?? 0) / MINUTE - (after?.g[0] ?? 0)).toBeLessThanOrEqual(730);
  });

  test("is not waited for in a busy series: more events than a proof takes are the swing of a rough one", () => {
    const week = feed(panel, undefined, { from: START, to: CHANGE, width: MINUTE, rate: () => 2, seed: 45 });
    const rate = () => 3.6;
    let state = week.state;
    let likely = 0;
    for (let from = CHANGE; from < CHANGE + 2 * HOUR; from += 10 * MINUTE) {
      const run = feed(panel, state, { from, to: from + 10 * MINUTE, width: MINUTE, rate, seed: 46 + (from - CHANGE) / MINUTE });
      expect(run.transitions).toEqual([]);
      state = run.state;
      const after = asSeriesState(state);
      if (after && likelyRise(after, after.t, after.t) !== undefined) likely += 1;
      expect((after?.t ?? 0) / MINUTE - (after?.g[0] ?? 0)).toBeLessThan(80);
    }
    expect(likely).toBeGreaterThan(0);
  });

  test("is not looked for where no candidate of FOCuS is old enough or rises: what is looked for is the same without", () => {
    let asked = 0;
    let spared = 0;
    let state = feed(panel, undefined, { from: START, to: START + 2 * DAY, width: MINUTE, rate: () => 0.1, seed: 47 }).state;
    for (let from = START + 2 * DAY; from < START + 3 * DAY; from += 10 * MINUTE) {
      state = feed(panel, state, { from, to: from + 10 * MINUTE, width: MINUTE, rate: () => 0.15, seed: from / MINUTE }).state;
      const after = asSeriesState(state);
      if (!after?.e || after.i) continue;
      const members = memberState(after.x, focus);
      const before = after.t - HOUR;
      const found = focusSegment(members, stretchOf(after, after.e, after.t, after.t, 0, 0, 0), "clipped");
      asked += 1;
      if (mayHaveRisen(members, "clipped", before)) continue;
      spared += 1;
      expect(found?.start ?? before).toBeGreaterThanOrEqual(before);
    }
    expect(asked).toBeGreaterThan(100);
    expect(spared).toBeGreaterThan(20);
    expect(spared).toBeLessThan(asked);
  });

  test("x3 after a long incident is found in most sparse series, where learning the rise meanwhile leaves none of 12", () => {
    let found = 0;
    for (let seed = 51; seed < 75; seed += 2) {
      const { state } = feed(panel, undefined, { from: START, to: CHANGE, width: MINUTE, rate: () => 0.05, seed });
      const rate = (time: number) => 0.05 * (time < CHANGE + 12 * HOUR ? 5 : time < CHANGE + 24 * HOUR ? 1 : 3);
      const { transitions } = feed(panel, state, { from: CHANGE, to: CHANGE + 36 * HOUR, width: MINUTE, rate, seed: seed + 1 });
      if (transitions.map(({ verdict }) => verdict.transition).join() === "opened,resolved,opened") found += 1;
    }
    expect(found).toBeGreaterThanOrEqual(8);
  });
});
