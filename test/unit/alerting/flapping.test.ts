import { describe, expect, it } from "vitest";
import { DEFAULT_LIFECYCLE_POLICY, type Finding, reconcile } from "../../../src/alerting/lifecycle/index.ts";
import type { AlertRecord } from "../../../src/ports/alert-store.ts";
import { finding, imageCause, MINUTE, over, suspect, T0, unexplainedCause } from "./alert-fixtures.ts";

const policy = { ...DEFAULT_LIFECYCLE_POLICY, regimes: new Map(), externalUrl: "" };
const edit = imageCause({ verdict: "policy", suspects: [suspect({ kind: "policy", policy: "pci-restrict-egress" })] });
const rise = (at: number, cause = unexplainedCause()) => finding({ openedAt: at, updatedAt: at, onsetAt: at }, {}, cause);

/** What is told, `minutes fired:first`, of a series that rises every `period` minutes for five minutes, until `until`. */
function flap(period: number, until: number) {
  const records = new Map<string, AlertRecord>();
  const told: string[] = [];
  const step = (minute: number, seen: Finding) => {
    const result = reconcile({ now: T0 + minute * MINUTE, records: [...records.values()], findings: [seen], policy });
    for (const record of result.records) records.set(record.alert.id, record);
    told.push(...result.transitions.map(({ type, reason }) => `${minute} ${type.replace("alert.", "")}:${reason}`));
  };
  const at = (minute: number) => T0 + minute * MINUTE;
  for (let minute = 0; minute <= until; minute++) {
    const begin = minute - (minute % period);
    const open = rise(at(begin));
    step(minute, minute < begin + 5 ? open : over(open, at(begin + 5)));
  }
  return { records, told, step, at };
}

describe("an alert that comes and goes", () => {
  it("is told three times, and resolved once it was quiet for half an hour", () => {
    const { told, step, at, records } = flap(20, 179);
    expect(told).toEqual([
      "0 fired:first",
      "5 resolved:rate-fell",
      "20 fired:reopened",
      "25 resolved:rate-fell",
      "40 fired:flapping",
    ]);
    // The last rise ended at minute 165.
    for (let minute = 180; minute <= 200; minute++) step(minute, over(rise(at(160)), at(165)));
    expect(told.slice(5)).toEqual(["195 resolved:rate-fell"]);
    expect(records.size).toBe(1);
  });

  it("is told each time while it comes back seldom", () => {
    const { told } = flap(300, 1200);
    expect(told.filter((one) => one.endsWith("fired:first"))).toHaveLength(5);
    expect(told.filter((one) => one.endsWith("resolved:rate-fell"))).toHaveLength(4);
  });

  it("does not keep quiet what something else has raised", () => {
    const { told, step, at, records } = flap(20, 59);
    step(60, rise(at(60), edit));
    expect(told.at(-1)).toBe("60 fired:first");
    expect(records.size).toBe(2);
  });
});
