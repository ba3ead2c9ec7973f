import { describe, expect, it } from "vitest";
import { nativeSource } from "../../../src/sources/native.ts";
import { MAX_FIELD } from "../../../src/sources/record-fields.ts";
import { MAX_LABEL_LENGTH, MAX_LABELS } from "../../../src/sources/sample-labels.ts";
import { context, DIGEST, verdictOf, violationOf } from "./context.ts";

const minimal = { time: "2030-01-02T03:04:05.123Z", policy: "restrict-egress" };

describe("native violation", () => {
  it("needs no more than time and policy", () => {
    expect(violationOf(nativeSource, minimal)).toEqual({
      // 2030-01-02T03:04:05.123Z by `date -u -d … +%s%3N`.
      time: 1_893_553_445_123,
      receivedAt: context.now,
      policy: "restrict-egress",
      engine: "native",
      regimes: [],
      action: "deny",
      cluster: "default-cluster",
      namespace: "",
      count: 1,
      labels: {},
      quality: "exact",
    });
  });

  it("reads every field of the contract and keeps the others as labels", () => {
    const record = {
      ...minimal,
      id: "evt-1",
      engine: "calico",
      regimes: ["pci", "sox"],
      action: "audit",
      cluster: "north",
      namespace: "pay",
      workload: "Deployment/api",
      pod: "api-6c9f-x2z",
      container: "main",
      image: "registry.example/api:2",
      digest: DIGEST,
      serviceAccount: "api",
      peer: "db/vault:5432",
      enforcedBy: "host",
      decidedBy: "default-deny",
      count: 7,
      labels: { team: "checkout" },
      message: "denied",
      ticket: 42,
      nested: { a: [1] },
    };
    const violation = violationOf(nativeSource, record);
    const { time: _time, labels: _labels, ticket: _ticket, nested: _nested, ...same } = record;
    expect(violation).toMatchObject(same);
    expect({ ...violation.labels }).toEqual({ team: "checkout", ticket: "42", nested: '{"a":[1]}' });
  });

  it.each([
    [1_893_553_445, 1_893_553_445_000],
    [1_893_553_445_123, 1_893_553_445_123],
    [1_893_553_445_123_456, 1_893_553_445_123],
    ["2030-01-02T03:04:05.123456789Z", 1_893_553_445_123],
    ["2030-01-02T05:04:05+02:00", 1_893_553_445_000],
  ])("reads the time %s", (time, expected) => {
    expect(violationOf(nativeSource, { ...minimal, time }).time).toBe(expected);
  });

  it.each([
    ["an image reference", `quay.example/api@${DIGEST.toUpperCase().replace("SHA256", "sha256")}`],
    ["upper case", DIGEST.toUpperCase()],
  ])("reduces a digest given as %s", (_how, digest) => {
    expect(violationOf(nativeSource, { ...minimal, digest }).digest).toBe(DIGEST);
  });

  it("takes null and empty text for nothing said", () => {
    const violation = violationOf(nativeSource, { ...minimal, pod: null, workload: "", digest: "", regimes: null, labels: null });
    expect(Object.keys(violation)).not.toEqual(expect.arrayContaining(["pod"]));
    expect(violation).toEqual(violationOf(nativeSource, minimal));
  });

  it.each([
    [{ policy: "p" }, "rejected:missing_field"],
    [{ time: 1 }, "rejected:missing_field"],
    [{ ...minimal, policy: "  " }, "rejected:missing_field"],
    [{ ...minimal, policy: 5 }, "rejected:invalid_field"],
    [{ ...minimal, time: "yesterday" }, "rejected:invalid_field"],
    [{ ...minimal, time: -1 }, "rejected:invalid_field"],
    [{ ...minimal, time: "2030-02-31T00:00:00Z" }, "rejected:invalid_field"],
    [{ ...minimal, action: "block" }, "rejected:invalid_field"],
    [{ ...minimal, count: 0 }, "rejected:invalid_field"],
    [{ ...minimal, count: 1.5 }, "rejected:invalid_field"],
    [{ ...minimal, count: "3" }, "rejected:invalid_field"],
    [{ ...minimal, digest: "sha256:ab" }, "rejected:invalid_field"],
    [{ ...minimal, regimes: "pci" }, "rejected:invalid_field"],
    [{ ...minimal, labels: ["a"] }, "rejected:invalid_field"],
    [{ ...minimal, pod: "x".repeat(MAX_FIELD + 1) }, "rejected:invalid_field"],
    [[minimal], "rejected:not_an_object"],
    [null, "rejected:not_an_object"],
  ])("refuses %j", (record, expected) => {
    expect(verdictOf(nativeSource, record)).toBe(expected);
  });

  it("bounds labels in number and length", () => {
    const labels = Object.fromEntries(Array.from({ length: MAX_LABELS + 10 }, (_, i) => [`key-${i}`, "v".repeat(1000)]));
    const kept = Object.entries(violationOf(nativeSource, { ...minimal, labels }).labels);
    expect(kept).toHaveLength(MAX_LABELS);
    expect(kept.every(([, value]) => value.length === MAX_LABEL_LENGTH)).toBe(true);
  });

  it("is harmless to prototypes", () => {
    const record: unknown = JSON.parse(
      '{"time":1893553445,"policy":"p","__proto__":{"polluted":1},"constructor":"c","labels":{"__proto__":{"polluted":1},"toString":"t"}}',
    );
    const { labels } = violationOf(nativeSource, record);
    expect(labels.constructor).toBe("c");
    expect(labels.toString).toBe("t");
    expect(labels.hasOwnProperty).toBeUndefined();
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(JSON.parse(JSON.stringify(labels))).toEqual({ constructor: "c", toString: "t" });
  });

  it("recognises violations, and leaves changes to the change source", () => {
    expect(nativeSource.recognizes(minimal)).toBe(true);
    expect(nativeSource.recognizes({ ...minimal, kind: "Deployment" })).toBe(true);
    expect(nativeSource.recognizes({ ...minimal, kind: "policy" })).toBe(false);
    expect(nativeSource.recognizes({ time: 1 })).toBe(false);
    expect(nativeSource.recognizes("policy")).toBe(false);
  });
});
