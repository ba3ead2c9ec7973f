import { describe, expect, it } from "vitest";
import { TASKS } from "../../../bench/detect/tasks.ts";

describe("tasks of the benchmark", () => {
  it("are the same for the same order", () => {
    const order = { seed: 5, fleet: 1, from: 7, series: 3 };
    expect(TASKS.fleetSeries(order)).toEqual(TASKS.fleetSeries(order));
    // However the series are cut into orders.
    expect(TASKS.fleetSeries({ ...order, from: 9, series: 1 })).toEqual(TASKS.fleetSeries(order).slice(2));
  });

  it("reach a false alarm not before the guaranteed mean time", () => {
    const minutes = TASKS.runLengths({ seed: 5, rate: 0.1, excess: 4, runs: 60 });
    // Measured 2293 with the right overdispersion; the mean of 60 is known to 13 %.
    expect(minutes.reduce((sum, value) => sum + value, 0) / minutes.length).toBeGreaterThan(1500);
  });

  it("find a threefold rise a day after a long one at two events a minute", () => {
    const [trial] = TASKS.secondIncidents({ seed: 5, rate: 2, from: 0, series: 1 });
    expect(trial?.first).toBe(true);
    expect(trial?.delay).toBeLessThan(60);
  });

  it("raise no alarm for a deploy that changes nothing, and one for ten times the events", () => {
    const [deploy] = TASKS.deploys({ seed: 5, rate: 0.5, from: 0, deploys: 1 });
    expect(deploy).toMatchObject({ alarms: 0 });
    expect(deploy?.delay).toBeLessThan(30);
  });
});
