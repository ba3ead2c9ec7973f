import { describe, expect, it } from "vitest";
import { DEFAULT_LIFECYCLE_POLICY, type Finding, reconcile } from "../../../src/alerting/lifecycle/index.ts";
import type { AlertRecord } from "../../../src/ports/alert-store.ts";
import { finding, imageCause, MINUTE, T0, unexplainedCause } from "./alert-fixtures.ts";

const policy = { ...DEFAULT_LIFECYCLE_POLICY, regimes: new Map(), externalUrl: "" };
const unknown = unexplainedCause();
const outage = unexplainedCause({ verdict: "environment", tier: "likely", probability: 0.77 });

/** A workload's series that began so many minutes after T0. */
function rise(workload: string, minute: number, cause = unknown): Finding {
  const at = T0 + minute * MINUTE;
  return finding({ onsetAt: at, openedAt: at + MINUTE, updatedAt: at + MINUTE }, { workload: `Deployment/${workload}` }, cause);
}

/** Steps through the findings of each minute; what was told, and which workloads the live alerts hold. */
function told(steps: readonly (readonly [minute: number, findings: readonly Finding[]])[]) {
  const records = new Map<string, AlertRecord>();
  const lines: string[] = [];
  for (const [minute, findings] of steps) {
    const now = T0 + minute * MINUTE;
    const result = reconcile({ now, records: [...records.values()], findings, policy });
    for (const record of result.records) records.set(record.alert.id, record);
    lines.push(...result.transitions.map(({ type, reason }) => `${minute} ${type.replace("alert.", "")}:${reason}`));
  }
  const live = [...records.values()].filter(({ alert }) => alert.state !== "resolved");
  return { lines, live: live.map(({ alert }) => [alert.cause.verdict, ...alert.series.map((one) => one.workload.slice(11))]) };
}

describe("one outage is one alert", () => {
  it("whether or not it is established for every series", () => {
    const findings = [rise("api", 0, outage), rise("web", 1), rise("job", 2)];
    const { lines, live } = told([
      [1, findings.slice(0, 1)],
      [2, findings.slice(0, 2)],
      [3, findings],
    ]);
    expect(lines).toEqual(["1 fired:first", "2 updated:series-joined", "3 updated:series-joined"]);
    expect(live).toEqual([["environment", "api", "web", "job"]]);
  });

  it("also when the first series told of it were unexplained", () => {
    const { lines, live } = told([
      [1, [rise("api", 0)]],
      [2, [rise("api", 0), rise("web", 1, outage)]],
      [4, [rise("api", 0), rise("web", 1, outage), rise("job", 3)]],
    ]);
    expect(lines).toEqual(["1 fired:first", "2 updated:cause-revised", "4 updated:series-joined"]);
    expect(live).toEqual([["environment", "api", "web", "job"]]);
  });

  it("which takes the series of another alert that began with it", () => {
    // What began long before the outage stays where it is.
    const { lines, live } = told([
      [1, [rise("old", 0)]],
      [27, [rise("old", 0), rise("api", 25)]],
      [42, [rise("old", 0), rise("api", 25), rise("web", 40, outage)]],
    ]);
    expect(lines).toEqual(["1 fired:first", "27 updated:series-joined", "42 fired:first"]);
    expect(live).toEqual([
      ["unexplained", "old"],
      ["environment", "web", "api"],
    ]);
  });

  it("but not with what rose at another time, or has a cause of its own", () => {
    const { live } = told([
      [1, [rise("api", 0, outage)]],
      [2, [rise("api", 0, outage), rise("web", 1, imageCause())]],
      [92, [rise("api", 0, outage), rise("web", 1, imageCause()), rise("job", 90)]],
    ]);
    expect(live).toEqual([
      ["environment", "api"],
      ["image", "web"],
      ["unexplained", "job"],
    ]);
  });
});
