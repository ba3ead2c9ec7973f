import { describe, expect, it } from "vitest";
import { LiveFleet } from "../../../src/simulation/live-fleet.ts";
import { SCENARIOS, type SimulationOptions } from "../../../src/simulation/options.ts";
import { simulateFleet } from "../../../src/simulation/simulate-fleet.ts";

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 5);
const options = (more: Partial<SimulationOptions> = {}): SimulationOptions => ({
  seed: 11,
  workloads: 12,
  durationMs: 12 * HOUR,
  start: START,
  scenario: "bad-rollout",
  ...more,
});

/** Events of a run whose time lies in [from, to), per minute. */
function perMinute(times: readonly number[], from: number, to: number): number {
  return times.filter((at) => at >= from && at < to).length / ((to - from) / 60_000);
}

describe("simulateFleet", () => {
  it("gives the same records for the same seed, and others for another", () => {
    const first = JSON.stringify([...simulateFleet(options()).events]);
    expect(JSON.stringify([...simulateFleet(options()).events])).toBe(first);
    expect(JSON.stringify([...simulateFleet(options({ seed: 12 })).events])).not.toBe(first);
  });

  it.each(SCENARIOS)("%s: records lie in order of time within the run, and ids are unique", (scenario) => {
    const run = simulateFleet(options({ scenario }));
    const events = [...run.events];
    expect(events.length).toBeGreaterThan(1000);
    for (const list of [events, run.changes]) {
      const times = list.map((one) => one.at);
      expect(times).toEqual([...times].sort((left, right) => left - right));
      expect(times.every((at) => at >= START && at < START + 12 * HOUR)).toBe(true);
    }
    expect(new Set(events.map((event) => event.record.id)).size).toBe(events.length);
    for (const event of events.slice(0, 100)) expect(Date.parse(event.record.time)).toBe(event.at);
  });

  it("bad rollout: the new digest's pods violate tenfold, and its share of pods follows the reported replicas", () => {
    const run = simulateFleet(options({ incidentLastsMs: HOUR }));
    const [cause] = run.truth;
    if (!cause?.digest) throw new Error("no cause");
    expect(cause).toMatchObject({ kind: "rollout", verdict: "image", ratio: 10 });
    expect(cause.policy).toMatch(/^pci-/);
    const own = [...run.events].filter(
      ({ record }) =>
        record.policy === cause.policy && record.workload === cause.workload && record.namespace === cause.namespace,
    );
    const at = Date.parse(cause.time);
    const before = perMinute(
      own.map((event) => event.at),
      START,
      at,
    );
    const guilty = own.filter((event) => event.record.digest === cause.digest);
    expect(guilty.every((event) => event.at >= at)).toBe(true);
    // Ten times max(background, 0.5 per minute) from minute 3 (end of the rolling update) on, within Poisson noise.
    const expected = 9 * Math.max(before, 0.5) + before;
    const seen = perMinute(
      guilty.map((event) => event.at),
      at + 180_000,
      at + HOUR,
    );
    expect(seen).toBeGreaterThan(expected * 0.6);
    expect(seen).toBeLessThan(expected * 1.6);
    const steps = run.changes.filter((change) => change.record.digest === cause.digest && change.record.kind === "rollout");
    expect(steps.map((step) => step.record.phase)).toEqual(["started", "progressing", "progressing", "progressing", "finished"]);
    const replicas = steps.map((step) => step.record.replicas ?? 0);
    expect(replicas).toEqual([...replicas].sort((left, right) => left - right));
    expect(steps.at(-1)?.record.previousReplicas).toBe(0);
    expect((steps.at(-1)?.at ?? 0) - (steps[0]?.at ?? 0)).toBe(180_000);
  });

  it("a rollback brings the digest back that ran before, and events of the bad digest end with it", () => {
    // Seeds differ in whether the incident ends by a rollback; one of the first ten does.
    const run = Array.from({ length: 10 }, (_, seed) => simulateFleet(options({ seed }))).find(
      (one) => one.truth[0]?.ended === "rollback",
    );
    const cause = run?.truth[0];
    if (!run || !cause) throw new Error("no rollback among ten seeds");
    const back = run.changes.filter((change) => change.record.kind === "rollback");
    expect(back.length).toBe(5);
    expect(
      back.every((change) => change.record.digest === cause.previousDigest && change.record.previousDigest === cause.digest),
    ).toBe(true);
    const last = [...run.events].findLast((event) => event.record.digest === cause.digest);
    // A clump that began before the end may run on for some seconds.
    expect(last?.at).toBeLessThan(Date.parse(cause.endedAt) + 120_000);
  });

  it("quiet: rollouts only, and no cause", () => {
    const run = simulateFleet(options({ scenario: "quiet" }));
    expect(run.truth).toEqual([]);
    expect(run.changes.length).toBeGreaterThan(0);
    expect(run.changes.every((change) => change.record.kind === "rollout")).toBe(true);
  });

  it.each([
    ["policy-edit", "policy"],
    ["scale", "scale"],
    ["config", "config"],
    ["environment", undefined],
    ["unexplained", undefined],
  ] as const)("%s: a change of kind %s happens with the cause, and no other", (scenario, kind) => {
    const run = simulateFleet(options({ scenario }));
    const at = Date.parse(run.truth[0]?.time ?? "");
    const together = run.changes.filter((change) => change.at === at).map((change) => change.record.kind);
    expect(together).toEqual(kind === undefined ? [] : [kind]);
  });

  it("mixed: every kind of cause occurs, and no two at a time", () => {
    const { truth } = simulateFleet(options({ scenario: "mixed", workloads: 40, durationMs: 48 * HOUR }));
    expect(new Set(truth.map((cause) => cause.kind)).size).toBe(6);
    for (const [index, cause] of truth.slice(1).entries()) expect(cause.time > (truth[index]?.endedAt ?? "")).toBe(true);
  });

  it("leaves digests and pods out of the share asked for", () => {
    const events = [...simulateFleet(options({ eventsWithDigest: 0.25, eventsWithPod: 0 })).events];
    const share = events.filter((event) => event.record.digest).length / events.length;
    // Clumps share one draw (mean size 1.8), so about 3 standard errors of 0.25 over some thousand draws.
    expect(share).toBeGreaterThan(0.22);
    expect(share).toBeLessThan(0.28);
    expect(events.every((event) => event.record.pod === undefined)).toBe(true);
  });

  it("pods keep their name while they run, and rates lie between 0.02 and 2 per minute", () => {
    const events = [...simulateFleet(options({ scenario: "quiet", durationMs: 48 * HOUR })).events];
    const digestOf = new Map<string, string | undefined>();
    const counts = new Map<string, number>();
    for (const { record } of events) {
      const pod = `${record.namespace}/${record.pod}`;
      expect(digestOf.get(pod) ?? record.digest).toBe(record.digest);
      digestOf.set(pod, record.digest);
      const series = `${record.policy}/${record.namespace}/${record.workload}`;
      counts.set(series, (counts.get(series) ?? 0) + 1);
    }
    // Over 2880 minutes, with room for noise at both ends (NB1 with variance/mean 3).
    for (const count of counts.values()) {
      expect(count / 2880).toBeGreaterThan(0.005);
      expect(count / 2880).toBeLessThan(2.3);
    }
  });

  it("refuses options out of range by name", () => {
    expect(() => simulateFleet(options({ workloads: 0 }))).toThrow(/workloads/);
    expect(() => simulateFleet(options({ eventsWithPod: 2 }))).toThrow(/eventsWithPod/);
  });
});

describe("LiveFleet", () => {
  it("gives in batches what the run gives at once", () => {
    const whole = simulateFleet(options());
    const live = new LiveFleet(simulateFleet(options()));
    const events: string[] = [];
    let changes = 0;
    let done = false;
    for (let until = START; !done; until += 7 * 60_000) {
      const batch = live.next(until);
      expect([...batch.events, ...batch.changes].every((one) => one.at < until && one.at >= until - 7 * 60_000)).toBe(true);
      events.push(...batch.events.map((event) => event.record.id));
      changes += batch.changes.length;
      done = batch.done;
    }
    expect(events).toEqual([...whole.events].map((event) => event.record.id));
    expect(changes).toBe(whole.changes.length);
  });
});
