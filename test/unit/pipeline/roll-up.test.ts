import { describe, expect, it } from "vitest";
import type { Anomaly } from "../../../src/domain/anomaly.ts";
import type { Series } from "../../../src/domain/series.ts";
import { withoutRepeats } from "../../../src/pipeline/one-spike.ts";
import { isWithin, rollUpsOf } from "../../../src/pipeline/roll-up.ts";

const MINUTE = 60_000;
const LEAF: Series = {
  id: "leaf",
  level: "leaf",
  cluster: "prod",
  policy: "pci-egress",
  engine: "calico",
  namespace: "payments",
  workload: "Deployment/card-api",
  digest: `sha256:${"a".repeat(64)}`,
  regimes: ["gdpr", "pci"],
  quality: "exact",
  lateness: 60_000,
};

function anomaly(series: Series, openedAt: number, resolvedAt: number | null = null): Anomaly {
  return {
    series,
    state: resolvedAt === null ? "open" : "resolved",
    openedAt,
    updatedAt: openedAt,
    resolvedAt,
    onsetAt: openedAt - MINUTE,
    observed: 50,
    expected: 5,
    windowSeconds: 60,
    ratio: 10,
    ratioInterval: [7, 13],
    evidence: 20,
    detectors: ["mixture"],
  };
}

function levelOf(level: Series["level"], of: Series = LEAF): Series {
  const found = rollUpsOf(of).find((sum) => sum.level === level);
  if (!found) throw new Error(`no ${level}`);
  return found;
}

describe("roll-ups of a leaf", () => {
  it("are its workload, its policy, each of its regimes, and its namespace", () => {
    expect(rollUpsOf(LEAF).map(({ level, policy, namespace, workload }) => [level, policy, namespace, workload])).toEqual([
      ["workload", "pci-egress", "payments", "Deployment/card-api"],
      ["policy", "pci-egress", "", ""],
      ["regime", "regime:gdpr", "", ""],
      ["regime", "regime:pci", "", ""],
      ["namespace", "*", "payments", ""],
    ]);
  });

  it("have ids that depend on what is summed and on nothing else", () => {
    const other = { ...LEAF, id: "other", digest: `sha256:${"b".repeat(64)}`, quality: "inferred" as const };
    expect(rollUpsOf(other).map(({ id }) => id)).toEqual(rollUpsOf(LEAF).map(({ id }) => id));
    const elsewhere = rollUpsOf({ ...LEAF, cluster: "test" }).map(({ id }) => id);
    expect(new Set([...elsewhere, ...rollUpsOf(LEAF).map(({ id }) => id)]).size).toBe(10);
  });

  it("know no namespace where there is none", () => {
    expect(rollUpsOf({ ...LEAF, namespace: "" }).map(({ level }) => level)).not.toContain("namespace");
  });

  it.each(["workload", "policy", "regime", "namespace"] as const)("contain it: %s", (level) => {
    expect(isWithin(LEAF, levelOf(level))).toBe(true);
    expect(isWithin(levelOf(level), LEAF)).toBe(false);
    expect(isWithin({ ...LEAF, cluster: "test" }, levelOf(level))).toBe(false);
  });

  it("do not contain others", () => {
    expect(isWithin({ ...LEAF, policy: "deny-all" }, levelOf("policy"))).toBe(false);
    expect(isWithin({ ...LEAF, namespace: "web" }, levelOf("namespace"))).toBe(false);
    expect(isWithin({ ...LEAF, regimes: ["hipaa"] }, levelOf("regime"))).toBe(false);
    expect(isWithin({ ...LEAF, workload: "Deployment/web" }, levelOf("workload"))).toBe(false);
  });
});

describe("one spike at several levels", () => {
  const now = 10 * 60 * MINUTE;
  const NONE: ReadonlySet<string> = new Set();
  const levels = ["workload", "policy", "regime", "namespace"] as const;

  it("is told as the leaf's", () => {
    const leaf = anomaly(LEAF, now - 5 * MINUTE);
    const all = [leaf, ...levels.map((level) => anomaly(levelOf(level), now - 5 * MINUTE))];
    expect(withoutRepeats(all, now, NONE)).toEqual([leaf]);
  });

  it("is told at the narrowest level when no leaf shows it", () => {
    const policy = anomaly(levelOf("policy"), now - 5 * MINUTE);
    const regime = anomaly(levelOf("regime"), now - 6 * MINUTE);
    expect(withoutRepeats([regime, policy], now, NONE)).toEqual([policy]);
  });

  it("gives leaves two minutes to show it", () => {
    const policy = anomaly(levelOf("policy"), now - MINUTE);
    expect(withoutRepeats([policy], now, NONE)).toEqual([]);
    expect(withoutRepeats([policy], now + MINUTE, NONE)).toEqual([policy]);
  });

  it("gives a workload's versions ten", () => {
    const workload = anomaly(levelOf("workload"), now - 9 * MINUTE);
    expect(withoutRepeats([workload], now, NONE)).toEqual([]);
    expect(withoutRepeats([workload], now + MINUTE, NONE)).toEqual([workload]);
  });

  it("goes on being told once it was, whatever the leaves do later", () => {
    const policy = anomaly(levelOf("policy"), now - 20 * MINUTE);
    const leaf = anomaly(LEAF, now);
    expect(withoutRepeats([policy, leaf], now, new Set([policy.series.id]))).toEqual([policy, leaf]);
    expect(withoutRepeats([policy, leaf], now, NONE)).toEqual([leaf]);
  });

  it("is not confused with one that ended long before", () => {
    const policy = anomaly(levelOf("policy"), now - 5 * MINUTE);
    const old = anomaly(LEAF, now - 3 * 60 * MINUTE, now - 2 * 60 * MINUTE);
    expect(withoutRepeats([policy, old], now, NONE)).toEqual([policy, old]);
  });
});
