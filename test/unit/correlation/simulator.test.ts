import { describe, expect, it } from "vitest";
import { cusumAlarm } from "../../../bench/correlate/alarms.ts";
import { drawEvents, MINUTES, minuteCounts } from "../../../bench/correlate/events.ts";
import { makeFleet, POLICIES, REFERENCE, WORKLOADS } from "../../../bench/correlate/fleet.ts";
import { assertedAtPrecision, scoresAt } from "../../../bench/correlate/metrics.ts";
import { schedulePods } from "../../../bench/correlate/pod-schedule.ts";
import { type Outcome, runEpisode } from "../../../bench/correlate/run-episode.ts";
import { makeScenario } from "../../../bench/correlate/scenario.ts";

const options = { conditions: REFERENCE, alarm: cusumAlarm, delays: [3] } as const;

describe("the simulator of the correlation benchmark", () => {
  it("repeats an episode exactly from its seed", () => {
    const seeds = [1, 2, 3, 4, 5, 6];
    const once = seeds.map((seed) => runEpisode(seed, options));
    expect(seeds.map((seed) => runEpisode(seed, options))).toEqual(once);
    expect(once.some((outcome) => outcome !== undefined)).toBe(true);
  });

  it("draws the fleet it promises", () => {
    const fleet = makeFleet(5, REFERENCE);
    expect(fleet.workloads).toHaveLength(WORKLOADS);
    expect(fleet.selects).toHaveLength(POLICIES);
    for (const selected of fleet.selects) {
      expect(selected.length).toBeGreaterThanOrEqual(5);
      expect(selected.length).toBeLessThanOrEqual(14);
    }
    expect(fleet.nodes.every((skew) => Math.abs(skew) <= REFERENCE.skew)).toBe(true);
  });

  it("counts every event once", () => {
    for (const events of drawEvents(makeScenario(makeFleet(8, REFERENCE)))) {
      const counted = minuteCounts(events).reduce((sum, value) => sum + value, 0);
      expect(counted).toBe(events.bucket.length);
    }
  });

  it("replaces pods one by one, and stops a rollout when a newer one begins", () => {
    const fleet = makeFleet(1, REFERENCE);
    const workload = fleet.workloads[0];
    if (!workload) throw new Error("a fleet without workloads");
    const rollout = (at: number) => ({ kind: "rollout", at, digest: `d${at}`, duration: 300, share: 1 }) as const;
    const { pods, activations } = schedulePods(fleet, workload, 4, [rollout(1000), rollout(1150)]);
    const alive = (time: number) => pods.filter((pod) => pod.start <= time && pod.end > time);
    expect(activations).toHaveLength(3);
    // First rollout: pods at 1000 and 1100 s (300 s / 3 steps); the next two would come at 1200 and 1300 s.
    expect(
      alive(1149)
        .map(({ activation }) => activation)
        .sort(),
    ).toEqual([0, 0, 1, 1]);
    expect(alive(2000).map(({ activation }) => activation)).toEqual([2, 2, 2, 2]);
  });

  it("raises its alarm at a threefold rate and not on a steady one", () => {
    const steady = new Float64Array(MINUTES).fill(4);
    expect(cusumAlarm(steady, 100)).toBeUndefined();
    const jump = steady.map((value, minute) => (minute < 120 ? value : 5 * value));
    // One minute of 20 against 4: 20 ln 3 - 2 * 4 = 13.97, above the threshold of 9.
    expect(cusumAlarm(jump, 100)).toEqual({ minute: 120, onset: 120 });
  });

  it("scores verdicts against the truth", () => {
    const outcome = (kind: "rollout" | "none", guess: string, probability: number, right: boolean): Outcome => ({
      seed: 0,
      kind: "rollout",
      mode: "",
      truth: { kind, changes: [] },
      onsetError: 0,
      baselines: {},
      verdicts: [
        {
          delay: 3,
          guess,
          probability,
          right,
          asserted: probability > 0.85 && guess !== "none",
          rollouts: [{ probability, guilty: right }],
        },
      ],
    });
    const scores = scoresAt(
      [
        outcome("rollout", "rollout", 0.95, true),
        outcome("rollout", "rollout", 0.6, true),
        outcome("none", "rollout", 0.9, false),
        outcome("none", "none", 0.8, true),
      ],
      3,
    );
    expect(scores.top1.value).toBe(0.75);
    const outcomes = [
      outcome("rollout", "rollout", 0.95, true),
      outcome("rollout", "rollout", 0.85, true),
      outcome("rollout", "rollout", 0.6, true),
      outcome("none", "rollout", 0.7, false),
    ];
    // From 0.5 on three of four are right, from 0.71 on both.
    expect(assertedAtPrecision(outcomes, 3, 0.75)).toMatchObject({ at: 0.5, recall: { hits: 3, of: 3 } });
    expect(assertedAtPrecision(outcomes, 3, 0.975)).toMatchObject({ at: 0.71, recall: { hits: 2, of: 3 } });
    expect(scores.assertedPrecision).toMatchObject({ hits: 1, of: 2 });
    expect(scores.rolloutRecall).toMatchObject({ hits: 1, of: 2 });
    expect(scores.unexplainedBlamed).toMatchObject({ hits: 1, of: 2 });
    // (.05^2 + .4^2 + .9^2 + .2^2) / 4
    expect(scores.brier).toBeCloseTo(0.253125, 9);
    // Bins .9-1 (mean .925, half right), .6-.7 and .8-.9 (right): (2 * .425 + .4 + .2) / 4.
    expect(scores.calibrationError).toBeCloseTo(0.3625, 9);
  });
});
