/** A day of a fleet on recorded events: the one bad rollout is found and named, and nothing else is. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Transition } from "../../src/domain/alert.ts";
import { type FleetRecords, fleetRecords, HOUR, MINUTE, onlyTruth, writeRecords } from "../harness/records.ts";
import { type Finished, replayFiles } from "../harness/tenfold-process.ts";
import { FLEET_DAY } from "./fleet-day.ts";

const folder = mkdtempSync(join(tmpdir(), "tenfold-replay-"));
afterAll(() => rmSync(folder, { recursive: true }));

type Replayed = Finished & { readonly transitions: readonly Transition[] };

async function replayFleet(name: string, fleet: FleetRecords): Promise<Replayed> {
  const events = writeRecords(join(folder, `${name}-events.ndjson`), fleet.events);
  const changes = writeRecords(join(folder, `${name}-changes.ndjson`), fleet.changes);
  return replayFiles(["--changes", changes, events]);
}

describe("a day of sixty series with one bad rollout", () => {
  const fleet = fleetRecords(FLEET_DAY);
  const truth = onlyTruth(fleet);
  let replayed: Replayed;
  let again: Replayed;
  beforeAll(async () => {
    [replayed, again] = await Promise.all([replayFleet("first", fleet), replayFleet("second", fleet)]);
  });

  it("is the day it should be", () => {
    const series = new Set(fleet.events.map((event) => `${event.policy} ${event.workload}`));
    expect(series.size).toBeGreaterThanOrEqual(50);
    expect(new Set(fleet.events.map((event) => event.policy)).size).toBe(6);
    // Besides the bad rollout there are harmless ones all day.
    expect(fleet.changes.filter((change) => change.phase === "finished").length).toBeGreaterThan(10);
    expect(truth).toMatchObject({ ratio: 10, ended: "rollback", verdict: "image" });
    expect(truth.policy).toMatch(/^pci-/);
  });

  it("counts every record", () => {
    expect(replayed.code).toBe(0);
    expect(replayed.stderr).toContain(`${fleet.events.length} violations counted, 0 duplicates, ${fleet.changes.length} changes`);
    expect(replayed.stderr).toContain("0 not understood; 1 alert fired");
  });

  it("fires exactly one alert", () => {
    const fired = replayed.transitions.filter(({ type }) => type === "alert.fired");
    expect(fired).toHaveLength(1);
    expect(new Set(replayed.transitions.map(({ data }) => data.id)).size).toBe(1);
  });

  it("names policy, workload and the right digest first, and what to go back to", () => {
    const alert = replayed.transitions[0]?.data;
    expect(alert?.regimes).toContain("pci");
    expect(alert?.series[0]).toMatchObject({ policy: truth.policy, workload: truth.workload, digest: truth.digest });
    expect(alert?.cause).toMatchObject({ verdict: "image", rollbackTarget: { digest: truth.previousDigest } });
    expect(alert?.cause.suspects[0]).toMatchObject({
      kind: "rollout",
      digest: truth.digest,
      previousDigest: truth.previousDigest,
    });
  });

  it("fires within six minutes of the rollout's start and resolves after its end", () => {
    const [first] = replayed.transitions;
    const last = replayed.transitions.at(-1);
    const begin = Date.parse(truth.time);
    expect(Date.parse(first?.timestamp ?? "")).toBeGreaterThan(begin);
    expect(Date.parse(first?.timestamp ?? "") - begin).toBeLessThanOrEqual(6 * MINUTE);
    expect(last?.type).toBe("alert.resolved");
    expect(Date.parse(last?.timestamp ?? "")).toBeGreaterThan(Date.parse(truth.endedAt));
    expect(Date.parse(last?.timestamp ?? "") - Date.parse(truth.endedAt)).toBeLessThanOrEqual(2 * HOUR);
  });

  it("says that the rollback mitigated it, between the two", () => {
    expect(replayed.transitions.map(({ type }) => type)).toContain("alert.mitigated");
  });

  it("gives the same bytes again", () => {
    expect(again.stdout).toBe(replayed.stdout);
  });
});

describe("the same day without the bad rollout", () => {
  it("is quiet", async () => {
    const fleet = fleetRecords({ ...FLEET_DAY, scenario: "quiet" });
    const { transitions, stderr } = await replayFleet("quiet", fleet);
    expect(transitions).toEqual([]);
    expect(stderr).toContain(`${fleet.events.length} violations counted`);
  });
});
