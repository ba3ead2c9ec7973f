import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gsmLength, gsmText, gsmTruncate } from "../../../src/alerting/message/gsm-text.ts";
import { shortText } from "../../../src/alerting/message/short-text.ts";
import { testTransition } from "../../../src/cli/test-alert.ts";
import type { Series } from "../../../src/domain/series.ts";
import { life } from "../../harness/notifier-context.ts";
import { finding, imageCause, suspect, T0, unexplainedCause } from "./alert-fixtures.ts";

const LONG = "very-long-name-of-a-workload-".repeat(9);
const fired = (of: Partial<Series> = {}, cause = imageCause()) => shortText(life(finding({}, of, cause)).fired, "");

describe("an alert as one SMS", () => {
  it("says what, how much, which version and where to go back to, in this order", () => {
    expect(fired()).toBe(
      "CRITICAL PCI 10.9x payments/card-api: 131 for 12 in 10 min. Caused by ab12cd34 (1.4.3). Roll back to 99887766 (1.4.2)",
    );
  });

  it("follows the alert to its end", () => {
    const { worse, resolved } = life();
    expect(shortText(worse, "")).toMatch(/^WORSE CRITICAL PCI 32\.7x payments\/card-api: /);
    expect(shortText(resolved, "")).toBe("RESOLVED CRITICAL PCI payments/card-api after 12 min. Caused by ab12cd34 (1.4.3).");
    expect(shortText(testTransition(T0, ""), "TEST")).toMatch(/^TEST INFO TEST 10x example\/example: 120 for 12 in 10 min\./);
  });

  it("promises no more than the verdict does", () => {
    expect(fired({}, imageCause({ tier: "likely" }))).toContain("Likely ab12cd34 (1.4.3). Roll back to 99887766 (1.4.2)");
    expect(fired({}, unexplainedCause())).toMatch(/in 10 min\. Cause unknown\.$/);
    const unproven = imageCause({ rollbackTarget: { digest: "sha256:1", proven: false, why: "ran 5 min" } });
    expect(fired({}, unproven)).toMatch(/Caused by ab12cd34 \(1\.4\.3\)\.$/);
    const edit = imageCause({ verdict: "policy", suspects: [suspect({ kind: "policy", policy: "pci" })] });
    expect(fired({}, edit)).toMatch(/Caused by a policy edit\.$/);
  });

  it("cuts names, never numbers, versions and rollback target", () => {
    const text = fired({ workload: `Deployment/${LONG}`, namespace: "payments-production" });
    expect(gsmLength(text)).toBe(160);
    expect(text).toMatch(
      /^CRITICAL PCI 10\.9x payments-production\/very-long-name-.*\.\.: 131 for 12 in 10 min\. Caused by ab12cd34 \(1\.4\.3\)\. Roll/,
    );
    expect(text).toMatch(/Roll back to 99887766 \(1\.4\.2\)$/);
    const tagged = imageCause({ suspects: [suspect({ image: `registry.example/a:${"9".repeat(100)}` })] });
    expect(fired({ regimes: [], policy: LONG }, tagged)).toMatch(
      /Caused by ab12cd34 \(99999999999999\.\.\)\. Roll back to 99887766 \(1\.4\.2\)$/,
    );
  });

  it("law: fits one SMS, whatever things are called", () => {
    const name = fc.string({ minLength: 1, maxLength: 300, unit: "binary" });
    fc.assert(
      fc.property(name, name, name, fc.constantFrom("asserted", "likely", "unexplained"), (one, other, tag, tier) => {
        const image = `registry.example/a:${tag}`;
        const cause = imageCause({ tier: tier as "asserted", suspects: [suspect({ image, namespace: one })] });
        const of = { policy: one, namespace: other, workload: one, regimes: [tag], cluster: other };
        const { fired, worse, resolved } = life(finding({}, of, cause));
        for (const transition of [fired, worse, resolved]) {
          const text = shortText(transition, "CANARY");
          expect(gsmLength(text)).toBeLessThanOrEqual(160);
          expect(gsmText(text)).toBe(text);
          expect(text).not.toMatch(/\p{Cc}/u);
        }
      }),
      { seed: 20261125 },
    );
  });
});

describe("the GSM alphabet", () => {
  it("counts the escaped characters twice", () => {
    expect(gsmLength("payments/card-api")).toBe(17);
    expect(gsmLength("[x] {y} €")).toBe(9 + 5);
  });

  it("writes what it lacks with what it has", () => {
    expect(gsmText("Zürich – “čšž…” ×2 ﬁ ½ 🚨 日")).toBe('Zürich - "csz..." x2 fi ? ? ?');
    expect(gsmText("a\tb`c")).toBe("a?b?c");
  });

  it("cuts between characters, within the limit", () => {
    expect(gsmTruncate("abcdef", 6)).toBe("abcdef");
    expect(gsmTruncate("abcdefg", 6)).toBe("abcd..");
    expect(gsmTruncate("[[[[", 7)).toBe("[[..");
    expect(gsmTruncate("abc", 1)).toBe("");
  });
});
