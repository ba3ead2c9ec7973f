import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ERRORS } from "../../../src/domain/errors.ts";
import { normalize } from "../../../src/pipeline/normalize.ts";
import { receive } from "../../../src/pipeline/receive.ts";
import { AUTO, selectSources, sources } from "../../../src/sources/index.ts";
import { MAX_LABEL_LENGTH, MAX_LABELS } from "../../../src/sources/sample-labels.ts";
import { anyRecord, validRecords } from "./records.ts";

const context = { now: 1_893_553_500_000, cluster: "c" };
/** 9999-12-31T23:59:59.999Z. */
const MAX_TIME = 253_402_300_799_999;

describe.each(sources.map((source) => [`${source.name} ${source.accepts}`, source] as const))("%s", (_name, source) => {
  it("never throws, never changes its input, and answers within bounds", () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const before = describeValue(record);
        expect(typeof source.recognizes(record)).toBe("boolean");
        for (const outcome of source.parse(record, context)) {
          if (outcome.type === "rejected") expect(ERRORS).toHaveProperty(outcome.code);
          if (outcome.type === "rejected") expect(outcome.message.length).toBeLessThan(300);
          if (outcome.type !== "violation") continue;
          const { violation } = outcome;
          expect(Number.isInteger(violation.time) && violation.time >= 0 && violation.time <= MAX_TIME).toBe(true);
          expect(Number.isSafeInteger(violation.count) && violation.count >= 1).toBe(true);
          expect(violation.policy.trim()).not.toBe("");
          expect(violation.cluster).not.toBe("");
          if (violation.digest !== undefined) expect(violation.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
          const labels = Object.entries(violation.labels);
          expect(labels.length).toBeLessThanOrEqual(MAX_LABELS);
          for (const [key, value] of labels) expect(Math.max(key.length, value.length)).toBeLessThanOrEqual(MAX_LABEL_LENGTH);
          for (const value of Object.values(violation)) expect(value).not.toBeUndefined();
        }
        expect(describeValue(record)).toBe(before);
        expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
      }),
      { numRuns: 400 },
    );
  });
});

/** Everything in a value, each object once. Without recursion: how deep that reaches differs from one call to the next. */
function describeValue(value: unknown): string {
  const words: string[] = [];
  const seen = new Set<object>();
  for (const left = [value]; left.length > 0; ) {
    const one = left.pop();
    if (typeof one !== "object" || one === null) words.push(`${typeof one} ${String(one)}`);
    else if (!seen.has(one)) {
      seen.add(one);
      words.push(`${Array.isArray(one) ? "array" : "object"} ${JSON.stringify(Object.keys(one))}`);
      left.push(...Object.values(one));
    }
  }
  return words.join("\n");
}

describe("neighbours", () => {
  const valid = Object.values(validRecords).filter((record) => !("kind" in record));

  it("are counted whatever stands between them", () => {
    const garbage = fc.oneof(
      anyRecord.map((record) => writable(record)),
      fc.string().map((text) => text.replace(/[\n\r]/g, " ")),
      fc.constantFrom(...valid).chain((record) => {
        const text = JSON.stringify(record);
        return fc.integer({ min: 1, max: text.length - 1 }).map((length) => text.slice(0, length));
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(garbage, fc.constantFrom(...valid)), { minLength: 1, maxLength: 6 }), (pairs) => {
        const marked = pairs.map(([text, record], i) => [text, JSON.stringify(mark(record, i))] as const);
        const body = marked.map(([text, record]) => `${text}\n${record}`).join("\n");
        const { violations } = normalize(receive(body).records, selectSources(AUTO), context);
        const clusters = new Set(violations.map(({ violation }) => violation.cluster));
        pairs.forEach((_pair, i) => {
          expect(clusters).toContain(`marked-${i}`);
        });
      }),
      { numRuns: 300 },
    );
  });
});

/** The record with a cluster of its own, where each source reads it. */
function mark(record: Readonly<Record<string, unknown>>, i: number): unknown {
  const cluster = `marked-${i}`;
  return { ...record, cluster, cluster_name: cluster };
}

function writable(record: unknown): string {
  try {
    return JSON.stringify(record);
  } catch {
    return "{";
  }
}
