import { describe, expect, it } from "vitest";
import { informationOf } from "../../../bench/incidents/information.ts";
import { drawFleet, type Shape, type SimulatedSeries } from "../../../src/simulation/fleet.ts";

const MINUTE = 60_000;
const [workload] = drawFleet(1, 1, 1).workloads;
const policy = workload?.series[0]?.policy;

function series(rate: number, shape: Shape): SimulatedSeries {
  if (!workload || !policy) throw new Error("the fleet is empty");
  return { policy, workload, rate, shape };
}

function incident(minutes: number, ...effects: readonly { of: SimulatedSeries; ratio: number; floor: number }[]) {
  const span = { from: 0, to: minutes * MINUTE };
  const [first] = effects;
  if (!first) throw new Error("no effect");
  return {
    ...span,
    kind: "scale" as const,
    target: first.of,
    ended: "reverted" as const,
    ratio: first.ratio,
    effects: effects.map(({ of, ratio, floor }) => ({ ...span, series: of, ratio, floor })),
    changes: [],
  };
}

describe("information of an incident", () => {
  it("is the mean log likelihood ratio of its counts", () => {
    // One a minute becomes four for twenty minutes: 20 * (4 ln 4 - 3) = 50.9035.
    expect(informationOf(incident(20, { of: series(1, "poisson"), ratio: 4, floor: 0 }))).toBeCloseTo(50.9035, 4);
    // A tenth of that rate: a tenth of the evidence, less than the 16.1 nats of an alarm.
    expect(informationOf(incident(20, { of: series(0.1, "poisson"), ratio: 4, floor: 0 }))).toBeCloseTo(5.09035, 4);
  });

  it("is a third of that where events come in clumps with a variance of three times their mean", () => {
    expect(informationOf(incident(20, { of: series(1, "clumped"), ratio: 4, floor: 0 }))).toBeCloseTo(16.9678, 4);
  });

  it("is that of the series that gives most, with what is added to a rate too small to see", () => {
    // Nine times a floor of 0.5 on top of 0.1: 10 * (4.6 ln 46 - 4.5) = 131.1174.
    const faint = { of: series(0.1, "poisson"), ratio: 10, floor: 0.5 };
    expect(informationOf(incident(10, { of: series(1, "clumped"), ratio: 2, floor: 0 }, faint))).toBeCloseTo(131.1174, 3);
  });
});
