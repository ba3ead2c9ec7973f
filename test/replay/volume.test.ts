/** Many series in little memory: every event counts, and what is held grows with the series, not with the events. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { formatTime } from "../../src/domain/time.ts";
import { HOUR, writeRecords } from "../harness/records.ts";
import { replayFiles } from "../harness/tenfold-process.ts";

const SERIES = 1_000;
const START = Date.parse("2026-01-05T00:00:00Z");
const folder = mkdtempSync(join(tmpdir(), "tenfold-volume-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Evenly over an hour, every series in turn. */
function events(count: number): readonly unknown[] {
  return Array.from({ length: count }, (_, index) => {
    const series = index % SERIES;
    return {
      time: formatTime(START + Math.floor((index * HOUR) / count)),
      id: `event-${index}`,
      policy: `policy-${series % 4}`,
      namespace: `team-${series % 20}`,
      workload: `Deployment/app-${Math.floor(series / 4)}`,
    };
  });
}

describe("replay of many series", () => {
  it("counts every event, each once, and raises nothing", async () => {
    const records = events(40_000);
    // The last thousand come twice, within the time that ids are remembered.
    const file = writeRecords(join(folder, "many.ndjson.gz"), [...records, ...records.slice(-1_000)]);
    const { code, stderr, transitions } = await replayFiles([file]);
    expect(code).toBe(0);
    expect(stderr).toContain("41000 records: 40000 violations counted, 1000 duplicates");
    expect(transitions).toEqual([]);
  });
});
