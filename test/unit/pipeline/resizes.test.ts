import { describe, expect, it } from "vitest";
import type { Change } from "../../../src/domain/change.ts";
import { Resizes } from "../../../src/pipeline/resizes.ts";
import { MINUTE, series, T0 } from "../alerting/alert-fixtures.ts";

const HOUR = 60 * MINUTE;

function resize(time: number, over: Partial<Change> = {}): Change {
  return {
    id: `${time}`,
    time,
    receivedAt: time,
    kind: "scale",
    phase: "finished",
    cluster: "prod-eu",
    namespace: "payments",
    workload: "Deployment/card-api",
    replicas: 8,
    previousReplicas: 4,
    source: "native",
    ...over,
  };
}

function resizes(...changes: readonly Change[]): Resizes {
  const within = (from: number, to: number) => changes.filter(({ time }) => time >= from && time <= to);
  return new Resizes({ changes: (_cluster, from, to) => within(from, to), version: () => 1 });
}

describe("workloads that were just made much larger", () => {
  it("holds for an hour, for every policy and version of the workload", () => {
    const one = resizes(resize(T0));
    expect([-1, 0, 59, 61].map((minute) => one.grewLately(series(), T0 + minute * MINUTE))).toEqual([false, true, true, false]);
    expect(one.grewLately(series({ policy: "other", digest: "", level: "workload" }), T0)).toBe(true);
    expect(one.grewLately(series({ workload: "Deployment/ledger" }), T0)).toBe(false);
    expect(one.grewLately(series({ workload: "", level: "policy" }), T0)).toBe(false);
  });

  it.each([
    ["a smaller one", resize(T0, { replicas: 7 })],
    ["one to fewer pods", resize(T0, { replicas: 1 })],
    ["one from nothing", resize(T0, { previousReplicas: 0 })],
    ["a rollout", resize(T0, { kind: "rollout" })],
  ])("does not take %s for one", (_what, change) => {
    expect(resizes(change).grewLately(series(), T0)).toBe(false);
  });

  it("says nothing of a workload that is resized every day", () => {
    const daily = resizes(resize(T0 - 24 * HOUR), resize(T0));
    expect(daily.grewLately(series(), T0)).toBe(false);
    expect(resizes(resize(T0 - 48 * HOUR), resize(T0)).grewLately(series(), T0)).toBe(true);
  });

  it("learns of changes that come later", () => {
    const told: Change[] = [];
    let version = 0;
    const one = new Resizes({ changes: () => told, version: () => version });
    expect(one.grewLately(series(), T0)).toBe(false);
    told.push(resize(T0));
    version++;
    expect(one.grewLately(series(), T0 + MINUTE)).toBe(true);
  });
});
