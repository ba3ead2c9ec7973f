import { describe, expect, it } from "vitest";
import { scoreAlerts } from "../../../bench/incidents/score.ts";
import type { Alert, AlertSeries, Transition } from "../../../src/domain/alert.ts";
import { formatTime } from "../../../src/domain/time.ts";
import type { TruthRecord } from "../../../src/simulation/records.ts";

const MINUTE = 60_000;
const START = Date.parse("2026-01-07T07:00:00Z");
const SERIES = { policy: "default-deny-ingress", namespace: "shop", workload: "Deployment/till" };

describe("the score of an incident", () => {
  it("knows the alert that told of it", () => {
    const [found] = scoreAlerts([incident(0, 50)], [told("alert.fired", 9)]).found;
    expect(found?.alert?.id).toBe("a");
    expect(found?.before).toBeUndefined();
  });

  it("is a miss where its series rose before and that was not over yet, and says since when people knew", () => {
    const transitions = [told("alert.fired", 9), told("alert.resolved", 220, 220)];
    const { found, falseAlarms } = scoreAlerts([incident(0, 50), incident(124, 182)], transitions);
    expect(found.map(({ alert }) => alert?.id)).toEqual(["a", undefined]);
    expect(found[1]?.before).toBe(START + 9 * MINUTE);
    expect(falseAlarms).toEqual([]);
  });

  it("is a plain miss where the rise before was over, also while other series of that alert went on", () => {
    const resolved = [told("alert.fired", 9), told("alert.resolved", 110, 110)];
    const goingOn = [told("alert.fired", 9), told("alert.updated", 110, undefined, 105)];
    for (const transitions of [resolved, goingOn]) {
      const [, later] = scoreAlerts([incident(0, 50), incident(124, 182)], transitions).found;
      expect(later?.alert).toBeUndefined();
      expect(later?.before).toBeUndefined();
    }
  });
});

function at(minute: number): string {
  return formatTime(START + minute * MINUTE);
}

function incident(from: number, to: number): TruthRecord {
  const cause = { kind: "unexplained", verdict: "unexplained", ended: "faded", ratio: 10 } as const;
  return { ...cause, ...SERIES, time: at(from), endedAt: at(to), cluster: "prod", series: [SERIES] };
}

/** Minutes; `over`: when the alert was resolved, `calm`: when its series was. */
function told(type: Transition["type"], minute: number, over?: number, calm?: number): Transition {
  const data: Alert = {
    id: "a",
    fingerprint: "f",
    state: over === undefined ? "firing" : "resolved",
    severity: "error",
    version: 1,
    title: "",
    cluster: "prod",
    regimes: [],
    onsetAt: at(0),
    firedAt: at(9),
    updatedAt: at(minute),
    resolvedAt: over === undefined ? null : at(over),
    series: [{ ...series, ...(calm === undefined ? {} : { resolvedAt: at(calm) }) }],
    cause,
    samples: [],
    links: { self: "" },
  };
  return { type, timestamp: at(minute), reason: "first", data };
}

const series: AlertSeries = {
  ...SERIES,
  id: "s",
  engine: "calico",
  cluster: "prod",
  digest: "",
  observed: 40,
  expected: 1,
  windowSeconds: 540,
  ratio: 40,
  ratioInterval: [20, 80],
  evidence: 60,
  detectors: ["mixture"],
  onsetAt: at(0),
  quality: "exact",
};

const cause: Alert["cause"] = {
  verdict: "unexplained",
  tier: "unexplained",
  probability: 0.9,
  unexplained: 0.9,
  revision: 0,
  asOf: at(9),
  rollbackTarget: null,
  dataQuality: { shareWithDigest: 1, shareByIp: 0, lateShare: 0 },
  suspects: [],
};
