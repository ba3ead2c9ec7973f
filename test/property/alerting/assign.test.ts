import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assign } from "../../../src/alerting/lifecycle/assign.ts";
import { DEFAULT_LIFECYCLE_POLICY, type Finding, reconcile, resolveByHand } from "../../../src/alerting/lifecycle/index.ts";
import type { AlertRecord } from "../../../src/ports/alert-store.ts";
import { finding, imageCause, MINUTE, suspect, T0 } from "../../unit/alerting/alert-fixtures.ts";
import { plainAssign } from "./plain-assign.ts";

/** What one step of the coordinator sees of one workload. */
const seen = fc.record({
  workload: fc.integer({ min: 0, max: 7 }),
  policy: fc.integer({ min: 0, max: 1 }),
  onset: fc.integer({ min: 0, max: 12 }),
  opened: fc.integer({ min: 0, max: 2 }),
  state: fc.constantFrom("open" as const, "open" as const, "resolved" as const),
  ratio: fc.constantFrom(4, 11, 60),
  cause: fc.constantFrom("none", "image", "other image", "shared image", "environment", "own key"),
});
const steps = fc.array(
  fc.record({
    minutes: fc.constantFrom(1, 7, 40, 300),
    seen: fc.array(seen, { maxLength: 14 }),
    closed: fc.option(fc.nat({ max: 5 }), { freq: 3, nil: undefined }),
  }),
  { minLength: 1, maxLength: 6 },
);
type Seen = typeof seen extends fc.Arbitrary<infer One> ? One : never;

function findingOf(now: number, one: Seen): Finding {
  const workload = `Deployment/w${one.workload}`;
  const openedAt = T0 + one.opened * 45 * MINUTE;
  const made = finding(
    {
      ...{ state: one.state, openedAt, updatedAt: now, ratio: one.ratio },
      // Half an hour apart at most, exactly, or more.
      onsetAt: T0 + one.onset * 15 * MINUTE,
      resolvedAt: one.state === "resolved" ? Math.max(openedAt, now - 5 * MINUTE) : null,
    },
    { workload, policy: `p${one.policy}` },
  );
  const blaming = (name: string) => imageCause({ suspects: [suspect({ workload: name, digest: `sha256:${"c".repeat(64)}` })] });
  const unexplained = { verdict: "unexplained" as const, tier: "unexplained" as const, suspects: [] };
  switch (one.cause) {
    case "none":
      return { ...made, cause: imageCause(unexplained) };
    case "image":
      return { ...made, cause: imageCause({ suspects: [suspect({ workload })] }) };
    case "other image":
      return { ...made, cause: blaming(workload) };
    case "shared image":
      return { ...made, cause: blaming("Deployment/w0") };
    case "environment":
      return { ...made, cause: imageCause({ verdict: "environment", suspects: [] }) };
    default:
      return { ...made, causeKey: ["own", `p${one.policy}`] };
  }
}

describe("assign", () => {
  it("gives every finding to the alert that the plain search gives it to", () => {
    const policy = { ...DEFAULT_LIFECYCLE_POLICY, regimes: new Map(), externalUrl: "" };
    fc.assert(
      fc.property(steps, (given) => {
        let now = T0;
        let records: readonly AlertRecord[] = [];
        for (const { minutes, seen: all, closed } of given) {
          now += minutes * MINUTE;
          // One finding a series, as the store reports them.
          const findings = [...new Map(all.map((one) => [`${one.workload} ${one.policy}`, findingOf(now, one)])).values()];
          expect(assign(now, records, findings, policy)).toEqual(plainAssign(now, records, findings, policy));
          const after = reconcile({ now, records, findings, policy }).records;
          const merged = new Map([...records, ...after].map((record) => [record.alert.id, record]));
          const [some] = closed === undefined ? [] : [...merged.values()].slice(closed);
          const result = some && resolveByHand(some, { now, by: "ada", comment: "" });
          if (result?.ok) merged.set(result.record.alert.id, result.record);
          records = [...merged.values()];
        }
      }),
      { numRuns: 400, seed: 20_261_125 },
    );
  });
});
