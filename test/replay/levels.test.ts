/** A rise spread so thin that no workload shows it, and one that every level sees: each is told once. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { HOUR, MINUTE, writeRecords } from "../harness/records.ts";
import { replayFiles } from "../harness/tenfold-process.ts";
import { randomFrom } from "./random.ts";

const folder = mkdtempSync(join(tmpdir(), "tenfold-levels-"));
afterAll(() => rmSync(folder, { recursive: true }));

const START = Date.parse("2026-01-05T00:00:00Z");
const WORKLOADS = 80;
/** Events per minute of one workload: about one in an hour. */
const RATE = 0.02;

/** Poisson events of all workloads; `factor` multiplies the rate of a workload at a time. */
function events(hours: number, seed: number, factor: (workload: number, time: number) => number) {
  const random = randomFrom(seed);
  const out: { time: string; policy: string; regimes: string[]; namespace: string; workload: string; pod: string }[] = [];
  for (let time = START; time < START + hours * HOUR; time += MINUTE / 6) {
    for (let workload = 0; workload < WORKLOADS; workload++) {
      if (random() >= (RATE / 6) * factor(workload, time)) continue;
      out.push({
        time: new Date(time + Math.floor(random() * 10_000)).toISOString(),
        policy: "pci-restrict-egress",
        regimes: ["pci"],
        namespace: `team-${workload % 8}`,
        workload: `Deployment/app-${workload}`,
        pod: `app-${workload}-0`,
      });
    }
  }
  return out.sort((a, b) => (a.time < b.time ? -1 : 1));
}

async function replay(name: string, records: readonly object[]) {
  const finished = await replayFiles([writeRecords(join(folder, `${name}.ndjson`), records)]);
  expect(finished.stderr).toContain(`${records.length} violations counted`);
  return finished.transitions.filter(({ type }) => type === "alert.fired").map(({ data }) => data);
}

describe("levels", () => {
  const onset = START + 30 * HOUR;

  it("finds a rise spread over eighty workloads in minutes, at the level of the policy, and tells it once", async () => {
    const fired = await replay(
      "thin",
      events(31, 7, (_workload, time) => (time >= onset && time < onset + 20 * MINUTE ? 8 : 1)),
    );
    expect(fired).toHaveLength(1);
    const [alert] = fired;
    expect(alert?.series[0]).toMatchObject({ policy: "pci-restrict-egress", workload: "", digest: "" });
    expect(alert?.regimes).toEqual(["pci"]);
    expect(alert?.title).toContain("all workloads");
    expect(Date.parse(alert?.firedAt ?? "") - onset).toBeLessThanOrEqual(10 * MINUTE);
    expect(alert?.samples.length).toBeGreaterThan(0);
  });

  it("tells a rise of one workload as that workload's, although its policy, regime and namespace rise with it", async () => {
    const fired = await replay(
      "one",
      events(32, 8, (workload, time) => (workload === 3 && time >= onset && time < onset + HOUR ? 1_000 : 1)),
    );
    expect(fired).toHaveLength(1);
    expect(fired[0]?.series.map(({ workload }) => workload)).toEqual(["Deployment/app-3"]);
  });

  it("says nothing about a quiet fleet", async () => {
    expect(
      await replay(
        "quiet",
        events(48, 9, () => 1),
      ),
    ).toEqual([]);
  });
});
