/** The same incident told in other ways: the alert is the same. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Transition } from "../../src/domain/alert.ts";
import { fleetRecords, mixed, onlyTruth, withoutDigests, writeRecords } from "../harness/records.ts";
import { replayFiles } from "../harness/tenfold-process.ts";
import { FLEET_DAY } from "./fleet-day.ts";
import { kubernetesObjects } from "./kubernetes-objects.ts";

const folder = mkdtempSync(join(tmpdir(), "tenfold-variants-"));
afterAll(() => rmSync(folder, { recursive: true }));

const fleet = fleetRecords(FLEET_DAY);
const truth = onlyTruth(fleet);
const objects = kubernetesObjects(FLEET_DAY);
// Kubernetes objects do not say which cluster they are of.
const config = join(folder, "tenfold.yaml");
writeFileSync(config, "cluster: prod-eu\n");

function file(name: string, records: readonly unknown[]): string {
  return writeRecords(join(folder, name), records);
}

/** One alert, about the right thing. */
function expectTheAlert(transitions: readonly Transition[]): void {
  const [fired, second] = transitions.filter(({ type }) => type === "alert.fired");
  expect(second?.data.title).toBeUndefined();
  expect(fired?.data.series[0]).toMatchObject({ policy: truth.policy, workload: truth.workload, digest: truth.digest });
  expect(fired?.data.cause.verdict).toBe("image");
  expect(fired?.data.cause.suspects[0]?.digest).toBe(truth.digest);
}

describe("the bad rollout is found", () => {
  it("when no event carries a digest and rollouts are told by native changes", async () => {
    const changes = file("native-changes.ndjson", fleet.changes);
    const events = file("bare-events.ndjson", withoutDigests(fleet.events));
    const { transitions } = await replayFiles(["--config", config, "--changes", changes, events]);
    expectTheAlert(transitions);
    expect(transitions[0]?.data.series[0]?.quality).toBe("inferred");
  });

  it("when no event carries a digest and rollouts are seen by Kubernetes pods and ReplicaSets", async () => {
    const changes = file("objects.ndjson", objects);
    const events = file("bare-events-2.ndjson", withoutDigests(fleet.events));
    const { transitions } = await replayFiles(["--config", config, "--changes", changes, events]);
    expectTheAlert(transitions);
  });

  it("when events carry digests and changes come from Kubernetes objects only", async () => {
    const changes = file("objects-2.ndjson.gz", objects);
    const events = file("events-2.ndjson.gz", fleet.events);
    const { transitions } = await replayFiles(["--config", config, "--changes", changes, events]);
    expectTheAlert(transitions);
  });

  it("when nobody tells of any rollout", async () => {
    const { transitions } = await replayFiles([file("events-only.ndjson", fleet.events)]);
    expectTheAlert(transitions);
  });
});

describe("one file with events and changes gives the same bytes", () => {
  const records = mixed(fleet);
  const lines = records.map((record) => JSON.stringify(record)).join("\n");
  const plain = replayFiles([file("mixed.ndjson", records)]);

  it("as the two files it was made of", async () => {
    const two = await replayFiles(["--changes", file("changes.ndjson", fleet.changes), file("events.ndjson", fleet.events)]);
    expectTheAlert(two.transitions);
    expect((await plain).stdout).toBe(two.stdout);
  });

  it("compressed", async () => {
    expect((await replayFiles([file("mixed.ndjson.gz", records)])).stdout).toBe((await plain).stdout);
  });

  it("from standard input", async () => {
    expect((await replayFiles(["-"], lines)).stdout).toBe((await plain).stdout);
  });

  it("as one JSON array, on one line or indented", async () => {
    expect((await replayFiles([file("array.json", [records])])).stdout).toBe((await plain).stdout);
    expect((await replayFiles(["-"], JSON.stringify(records, null, 2))).stdout).toBe((await plain).stdout);
  });

  it("with broken lines between, each told by file and line", async () => {
    const broken = lines.split("\n");
    broken.splice(10, 0, '{"time":"2026-01-05T00:00:01Z","policy":');
    broken.splice(20, 0, '{"time":"yesterday","policy":"pci-restrict-egress"}');
    broken.splice(30, 0, "\u0000garbage");
    const { stdout, stderr, code } = await replayFiles(["-"], broken.join("\n"));
    expect(code).toBe(0);
    expect(stdout).toBe((await plain).stdout);
    // Line numbers count from one: what was inserted at place 10 is line 11.
    expect(stderr).toMatch(/^-:11: not valid JSON/m);
    expect(stderr).toMatch(/^-:21: time is neither/m);
    expect(stderr).toMatch(/^-:31: not valid JSON/m);
    expect(stderr).toContain("3 not understood");
  });
});
