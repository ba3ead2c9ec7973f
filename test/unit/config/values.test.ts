import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import type { transitionSchema } from "../../../config/alert-schema.ts";
import { isLoopback } from "../../../config/lint.ts";
import { editDistance, nearest } from "../../../config/nearest.ts";
import { presets } from "../../../config/presets/index.ts";
import { receiverKinds } from "../../../config/receivers.ts";
import { parseSize } from "../../../config/scalars.ts";
import { configJsonSchema } from "../../../config/schema.ts";
import { parseFalseAlarms } from "../../../config/sections/detection.ts";
import { parseAddress } from "../../../config/sections/server.ts";
import { parseMatchers } from "../../../src/alerting/matcher-syntax.ts";
import { compileMatchers } from "../../../src/alerting/matchers.ts";
import type { Alert, AlertSeries, Cause, Suspect, Transition } from "../../../src/domain/alert.ts";
import { notifierKinds } from "../../../src/notifiers/index.ts";

describe("values", () => {
  it.each([
    ["1024", 1024],
    ["32MiB", 33_554_432],
    ["1.5KiB", 1536],
    ["2 MB", 2_000_000],
    ["0.3B", undefined],
    ["-1MiB", undefined],
    ["", undefined],
    ["9999999TiB", undefined],
  ])("size %j is %s bytes", (text, bytes) => expect(parseSize(text)).toBe(bytes));

  it.each([
    ["127.0.0.1:8686", { host: "127.0.0.1", port: 8686 }],
    [":80", { host: "0.0.0.0", port: 80 }],
    ["[::1]:0", { host: "::1", port: 0 }],
    ["localhost:65536", undefined],
    ["::1:80", undefined],
    ["host", undefined],
  ])("address %j", (text, address) => expect(parseAddress(text)).toEqual(address));

  it.each([
    ["1 per 1000 series-weeks", { rate: 0.001, per: "series" }],
    ["2 per series-week", { rate: 2, per: "series" }],
    ["0.5 per 10 series-weeks", { rate: 0.05, per: "series" }],
    ["1 per fleet-week", { rate: 1, per: "fleet" }],
    ["1 per 4 fleet-weeks", { rate: 0.25, per: "fleet" }],
    ["1 per week", undefined],
    ["0 per 10 series-weeks", undefined],
    ["1 per 0 series-weeks", undefined],
    ["1/1000", undefined],
  ])("budget %j", (text, budget) => expect(parseFalseAlarms(text)).toEqual(budget));

  it.each([
    ["127.0.0.1", true],
    ["127.9.9.9", true],
    ["localhost", true],
    ["::1", true],
    ["::ffff:127.0.0.1", true],
    ["0.0.0.0", false],
    ["::", false],
    ["127.evil.example", false],
  ])("%s is loopback: %s", (host, loopback) => expect(isLoopback(host)).toBe(loopback));
});

describe("did you mean", () => {
  it.each([
    // Levenshtein's classic pair; a swap counts once (Damerau).
    ["kitten", "sitting", 3],
    ["listen", "listen", 0],
    ["listen", "litsen", 1],
    ["", "abc", 3],
  ])("%j to %j takes %i edits", (a, b, edits) => expect(editDistance(a, b)).toBe(edits));

  it("is a metric's distance: symmetric, zero for the same, at most the longer length", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });

  it("suggests only what is near", () => {
    expect(nearest("groupWait", ["group_wait", "group_by"])).toBe("group_wait");
    expect(nearest("elephant", ["group_wait", "url"])).toBeUndefined();
  });
});

describe("presets", () => {
  const holds = (preset: keyof typeof presets, labels: Record<string, string>) =>
    presets[preset].alternatives.some((match) => compileMatchers(match.flatMap((text) => [...parseMatchers(text)]))(labels));

  it.each([
    ["pci", { policy: "pci-restrict-egress" }],
    ["pci", { policy: "payments/pci.restrict" }],
    ["pci", { policy: "deny-cardholder-data" }],
    ["pci", { policy: "Outbound to card network", tags: "network,PCI_DSS_1.3.4" }],
    ["hipaa", { compliance: "soc2,hipaa" }],
    ["soc2", { policy: "soc2-egress" }],
    ["soc2", { tags: "SOC2_CC6.1" }],
    ["nist", { tags: "NIST_800-53_AC-4" }],
    ["iso27001", { policy: "iso-27001-a8" }],
  ] as const)("%s holds %o", (preset, labels) => expect(holds(preset, labels)).toBe(true));

  it.each([
    ["pci", { policy: "special-pricing" }],
    ["pci", { policy: "epcis-egress" }],
    ["cis", { policy: "precision-tools" }],
    ["hipaa", { policy: "philadelphia" }],
    ["soc2", { policy: "socks5-proxy" }],
  ] as const)("%s does not hold %o", (preset, labels) => expect(holds(preset, labels)).toBe(false));
});

describe("schemas", () => {
  it("describe every key of the configuration with a sentence", () => {
    const missing: string[] = [];
    const walk = (schema: Record<string, unknown>, path: string): void => {
      const properties = (schema.properties ?? {}) as Record<string, Record<string, unknown>>;
      for (const [key, property] of Object.entries(properties)) {
        if (typeof property.description !== "string" && !("$ref" in property)) missing.push(`${path}${key}`);
        walk(property, `${path}${key}.`);
        if (property.items) walk(property.items as Record<string, unknown>, `${path}${key}[].`);
      }
    };
    walk(configJsonSchema(), "");
    expect(missing).toEqual([]);
  });

  it("know every kind of notifier, and give it options it accepts", () => {
    expect(Object.keys(receiverKinds).sort()).toEqual(Object.keys(notifierKinds).sort());
    const shape = (schema: z.ZodType) => Object.keys((schema as unknown as { shape: object }).shape);
    for (const kind of Object.keys(notifierKinds) as (keyof typeof notifierKinds)[]) {
      const offered = shape(receiverKinds[kind]);
      for (const key of shape(notifierKinds[kind].schema)) expect(offered, `${kind}.${key}`).toContain(key);
    }
  });

  it("of alerts have the keys of the domain", () => {
    type SameKeys<Left, Right> = [keyof Left, keyof Right] extends [keyof Right, keyof Left] ? true : never;
    type Told = z.output<typeof transitionSchema>;
    // Compiles only while schema and domain agree.
    const same: readonly [
      SameKeys<Told, Transition>,
      SameKeys<Told["data"], Alert>,
      SameKeys<Told["data"]["series"][number], AlertSeries>,
      SameKeys<Told["data"]["cause"], Cause>,
      SameKeys<Told["data"]["cause"]["suspects"][number], Suspect>,
    ] = [true, true, true, true, true];
    expect(same).toHaveLength(5);
  });
});
