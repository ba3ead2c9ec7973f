import { describe, expect, it } from "vitest";
import { goals } from "../../../bench/detect/goals.ts";
import { recallOf } from "../../../bench/detect/summary.ts";
import { judgeFigure, judgeGoal, tally, targetTable } from "../../../bench/detect/targets.ts";

describe("targets", () => {
  const missed = { name: "false alarms", atMost: 0.02, measured: 0.03, interval: [0.01, 0.08] as const };

  it("are missed by the measured value, whatever its interval; a figure of the design is not while it lies within", () => {
    expect(judgeGoal(missed).verdict).toBe("missed");
    expect(judgeFigure(missed).verdict).toBe("within");
    expect(judgeFigure({ ...missed, interval: [0.021, 0.08] }).verdict).toBe("missed");
    expect(judgeGoal({ ...missed, measured: 0.02 }).verdict).toBe("met");
    expect(judgeGoal({ name: "a range", atLeast: 1000, atMost: 2000, measured: 2001 }).verdict).toBe("missed");
    expect(judgeGoal({ name: "nothing", atLeast: 1, measured: undefined }).verdict).toBe("not measured");
  });

  it("are told with target, value and interval", () => {
    const text = targetTable([judgeGoal(missed)]);
    expect(text).toContain("| false alarms | at most 0.02 | 0.03 | 0.01 – 0.08 |  | **missed** |");
    expect(tally([judgeGoal(missed), judgeFigure(missed)])).toBe("2 targets: 1 within their interval, 1 missed.");
  });
});

describe("goals", () => {
  it("are all there, not measured, before anything was", () => {
    const none = goals({});
    expect(none.every(({ verdict }) => verdict === "not measured")).toBe(true);
    expect(none).toHaveLength(goals({ speed: { updates: 5e5, steps: 1 } }).length);
    expect(goals({ speed: { updates: 5e5, steps: 1 } }).filter(({ verdict }) => verdict === "missed")).toHaveLength(1);
  });

  it("count second incidents only where the first was found and over", () => {
    const trials = [
      { first: true, delay: 5 },
      { first: true, delay: undefined },
      { first: false, delay: undefined },
    ];
    const goal = goals({ secondIncidents: [{ rate: 2, trials }] }).find(({ measured }) => measured !== undefined);
    expect(goal).toMatchObject({ measured: 0.5, atLeast: 0.95, verdict: "missed", from: "2 series" });
  });

  it("scale false alarms of a fleet to its size", () => {
    const series = Array.from({ length: 1000 }, (_, i) => ({ rate: 0.01, alarms: i === 0 ? 1 : 0, found: false, bytes: 300 }));
    const own = goals({ fleets: [series, []] }).filter(({ measured }) => measured !== undefined);
    expect(own.map(({ measured, verdict }) => [measured, verdict])).toEqual([
      [200, "missed"],
      [300, "met"],
    ]);
  });
});

describe("a recall", () => {
  it("has an interval of its median once there are six values: the first and last of them", () => {
    expect(recallOf([1, 2, 3, 4, 5]).medianInterval).toBeUndefined();
    // Both ends of six values hold the median with 1 - 2 / 64 = 96.9 %.
    expect(recallOf([6, 5, 4, 3, 2, 1]).medianInterval).toEqual([1, 6]);
  });
});
