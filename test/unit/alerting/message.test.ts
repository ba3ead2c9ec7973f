import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gsmLength, gsmText } from "../../../src/alerting/message/gsm-text.ts";
import { percent, span, truncate } from "../../../src/alerting/message/plain-text.ts";
import { composeMessage } from "../../../src/alerting/message.ts";
import type { Cause, Suspect, Tier, VerdictKind } from "../../../src/domain/alert.ts";
import { life, notification } from "../../harness/notifier-context.ts";
import { BAD, finding, GOOD, imageCause, suspect, unexplainedCause } from "./alert-fixtures.ts";

const messageOf = (cause: Cause) => composeMessage(notification(life(finding({}, {}, cause)).fired));

describe("message", () => {
  it("tells everything in plain words", () => {
    expect(composeMessage(notification()).text).toBe(
      [
        "[FIRING] CRITICAL PCI violations 10.9x on payments/card-api since sha256:ab12cd34 (1.4.3)",
        "Firing. 131 violations in 10 min where 12 were expected: 10.9 times as many (95 % interval 8.9 to 13.3), since 10:02 UTC on 2026-11-23.",
        "",
        "Caused by sha256:ab12cd34 (1.4.3) of payments/card-api, rolled out at 10:01 UTC on 2026-11-23 by argocd (probability 97 %).",
        "- 38 of 44 events since 10:02 come from new pods, which were 30 % of pod-minutes",
        "- started 42 s after the first new pod was ready",
        "",
        `Roll payments/card-api back to sha256:99887766 (1.4.2) = registry.example/acme/card-api@${GOOD}, which ran 6 d at a normal rate.`,
        "",
        "Policy: pci-restrict-egress",
        "Regime: pci",
        "Where: payments/card-api in prod-eu",
        `Version: ${BAD}`,
        `Version before: ${GOOD}`,
        "Revision: 9fceb02",
        "Since: 10:02 UTC on 2026-11-23",
        "",
        "Samples:",
        '{"policy":"pci-restrict-egress","time":1795428300000}',
        "",
        `Details: https://tenfold.example/v1/alerts/${life().fired.data.id}`,
        "",
      ].join("\n"),
    );
  });

  it("says whose silence ends when, and to whom it was escalated", () => {
    const { fired } = life();
    const silence = { id: "s1", createdBy: "ada", comment: "known", endsAt: "2026-11-23T14:00:00.000Z" };
    const ending = composeMessage(notification({ ...fired, reason: "silence-ending" }, { silence }));
    expect(ending.status).toBe("Still firing under a silence that ends soon");
    expect(ending.notes[0]).toBe(
      "The silence of ada (known) ends at 14:00 UTC on 2026-11-23; from then on the alert is told again.",
    );
    const data = { ...fired.data, escalations: [{ receiver: "duty", at: fired.timestamp }] };
    const escalated = composeMessage(notification({ ...fired, reason: "escalated", data }));
    expect(escalated.status).toBe("Escalated: nobody has acknowledged it");
    expect(escalated.fields).toContainEqual(["Escalated to", "duty"]);
  });

  it("says 'caused by' for asserted verdicts only, whatever the verdict", () => {
    const verdicts: readonly VerdictKind[] = ["image", "policy", "scale", "config", "environment", "unexplained", "inconclusive"];
    const tiers: readonly Tier[] = ["asserted", "likely", "unexplained"];
    fc.assert(
      fc.property(fc.constantFrom(...verdicts), fc.constantFrom(...tiers), fc.boolean(), (verdict, tier, known) => {
        const cause = imageCause({ verdict, tier, suspects: known ? [suspect()] : [], probability: 0.6 });
        const message = messageOf(cause);
        const claims = /caused/i.test(`${message.text} ${message.short}`);
        if (tier !== "asserted" || verdict === "unexplained" || verdict === "inconclusive") expect(claims).toBe(false);
        expect(message.cause).not.toMatch(/undefined|NaN/);
      }),
    );
    expect(messageOf(imageCause()).cause).toMatch(/^Caused by/);
    expect(messageOf(imageCause({ tier: "likely", probability: 0.6 })).cause).toMatch(/^Most likely, but not certainly, due to/);
  });

  it("tells what the verdict says about itself, each thing once", () => {
    const notes = ["Only the 64 changes nearest to the onset were examined, of 90.", "Not established. 3 changes were examined."];
    expect(messageOf(unexplainedCause()).notes).toEqual([]);
    const message = messageOf({ ...unexplainedCause(), notes });
    expect(message.notes).toEqual([notes[0]]);
    expect(message.text).toContain(`${notes[0]}\n`);
    expect(message.cause).toMatch(/^No cause is established/);
  });

  it("never advises a roll-back on an unestablished verdict, nor to a version that is not proven", () => {
    expect(messageOf(unexplainedCause()).advice.join()).toContain("do not roll back");
    const target = { digest: GOOD, proven: false, why: "it ran for 4 min only" };
    expect(messageOf(imageCause({ rollbackTarget: target })).advice.join()).toMatch(
      /No earlier version .* is proven good.*4 min only/,
    );
  });

  it("tells the commit of a blamed image and where it is, as far as known", () => {
    const revisionOf = (over: Partial<Suspect>) =>
      messageOf(imageCause({ suspects: [suspect(over)] })).fields.find(([name]) => name === "Revision")?.[1];
    const url = "https://github.com/acme/card-api";
    expect(revisionOf({ revision: "9fceb02", url })).toBe(`9fceb02 at ${url}`);
    expect(revisionOf({ revision: "9fceb02\n*x*", url: "" })).toBe("9fceb02 *x*");
    expect(messageOf(unexplainedCause()).fields.map(([name]) => name)).not.toContain("Revision");
  });

  it("names what it was when a verdict is revised, and gives no advice once it is over", () => {
    const { fired, resolved } = life();
    const revised = {
      ...fired,
      reason: "cause-revised",
      data: { ...fired.data, cause: { ...fired.data.cause, was: "inconclusive" } },
    };
    expect(composeMessage(notification(revised)).fields).toContainEqual(["Verdict was", "inconclusive"]);
    expect(composeMessage(notification(resolved)).advice).toEqual([]);
    expect(composeMessage(notification(resolved)).fields).toContainEqual(["Lasted", "12 min"]);
  });

  it("admits delay, tests and weak data", () => {
    const weak = life(
      finding(
        { weakPrior: true },
        { quality: "lower-bound" },
        imageCause({ dataQuality: { shareWithDigest: 0.6, shareByIp: 0, lateShare: 0.2 } }),
      ),
    ).fired;
    const message = composeMessage(notification(weak, { delayedBy: 300_000, test: true }));
    const notes = message.notes.join("\n");
    expect(notes).toContain("Delayed by 5 min");
    expect(notes).toContain("test of the receiver");
    expect(notes).toContain("lower bounds");
    expect(notes).toContain("no history");
    expect(notes).toContain("Only 60 %");
    expect(notes).toContain("20 % of the events arrived late");
    expect(message.summary).toMatch(/^At least 131/);
    expect(message.headline).toMatch(/^\[TEST\]/);
  });

  it("keeps headline and short form on one line, and the short form within an SMS, for any names", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (name) => {
        const message = composeMessage(
          notification(life(finding({}, { policy: `x${name}`, workload: `Deployment/${name}` })).fired),
        );
        for (const line of [message.headline, message.short, message.title]) expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        expect(gsmLength(message.short)).toBeLessThanOrEqual(160);
        expect(gsmText(message.short)).toBe(message.short);
      }),
    );
  });
});

describe("wording", () => {
  it.each([
    [0.971, "97 %"],
    [0.999, "over 99 %"],
    [0.004, "under 1 %"],
    [0, "0 %"],
  ])("%f is %s", (share, text) => expect(percent(share)).toBe(text));

  it.each([
    [10, "1 s"],
    [119_000, "119 s"],
    [600_000, "10 min"],
    [7_200_000, "2 h"],
    [200_000_000, "2 d"],
  ])("%d ms is %s", (ms, text) => expect(span(ms)).toBe(text));

  it("never splits a surrogate pair", () => {
    expect(truncate("ab\u{1f600}cd", 4)).toBe("ab…");
    expect(truncate("abcd", 4)).toBe("abcd");
  });
});
