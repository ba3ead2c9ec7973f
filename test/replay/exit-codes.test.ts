/** What scripts around `tenfold replay` rely on. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fleetRecords, mixed, writeRecords } from "../harness/records.ts";
import { tenfold } from "../harness/tenfold-process.ts";
import { FLEET_DAY } from "./fleet-day.ts";

const folder = mkdtempSync(join(tmpdir(), "tenfold-exit-"));
afterAll(() => rmSync(folder, { recursive: true }));

const bad = writeRecords(join(folder, "bad.ndjson"), mixed(fleetRecords(FLEET_DAY)));
const quiet = writeRecords(join(folder, "quiet.ndjson"), mixed(fleetRecords({ ...FLEET_DAY, scenario: "quiet" })));

describe.concurrent("tenfold replay ends", () => {
  it("with 3 under --fail-on-alert when an alert fired, with what fired still written", async () => {
    const { code, stdout, stderr } = await tenfold(["replay", "--format", "json", "--fail-on-alert", bad]);
    expect(code).toBe(3);
    expect(stdout).toContain('"type":"alert.fired"');
    expect(stderr).toContain("1 alert fired");
  });

  it("with 0 under --fail-on-alert when none did", async () => {
    expect((await tenfold(["replay", "--fail-on-alert", quiet])).code).toBe(0);
  });

  it("with 0 without --fail-on-alert", async () => {
    expect((await tenfold(["replay", bad])).code).toBe(0);
  });

  it("with 1 when a file cannot be read, and names it", async () => {
    const missing = join(folder, "missing.ndjson");
    const { code, stdout, stderr } = await tenfold(["replay", quiet, missing]);
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain(missing);
  });

  it("with 1 when a folder is given, or compressed bytes that are not gzip", async () => {
    expect((await tenfold(["replay", folder])).code).toBe(1);
    const fake = join(folder, "fake.ndjson.gz");
    writeFileSync(fake, "not compressed\n");
    const { code, stderr } = await tenfold(["replay", fake]);
    expect(code).toBe(1);
    expect(stderr).toContain(fake);
  });

  it("with 2 when no file is given", async () => {
    expect((await tenfold(["replay"])).code).toBe(2);
  });

  it("with 0 and no alert on an empty file", async () => {
    const empty = writeRecords(join(folder, "empty.ndjson"), []);
    const { code, stdout } = await tenfold(["replay", "--format", "json", empty]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  });
});
