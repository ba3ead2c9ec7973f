import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type ChainBreak, ChainVerifier } from "../../../src/domain/audit-chain.ts";
import { GENESIS, MAX_RECORD, sealRecord } from "../../../src/domain/audit-record.ts";
import { canonicalJson } from "../../../src/domain/canonical-json.ts";
import { auditLines } from "../../harness/audit-lines.ts";

const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

function verified(text: string): { readonly broken: ChainBreak | undefined; readonly records: number } {
  const chain = new ChainVerifier();
  const broken = chain.push(Buffer.from(text)) ?? chain.end();
  return { broken, records: chain.records };
}

/** A line that says something else than `from`, with a hash that fits what it says. */
function forged(line: string, from: string, to: string): string {
  const body = line
    .trimEnd()
    .replace(/"hash":"[0-9a-f]{64}",/, "")
    .replace(from, to);
  return `${body.replace(',"kind"', `,"hash":"${sha256(body)}","kind"`)}\n`;
}

describe("canonical JSON", () => {
  it("has one form: members by code unit, no blanks, nothing undefined", () => {
    // Example of RFC 8785, section 3.2.3: the order of the property names' UTF-16 code units.
    const value = { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7 };
    expect(Object.values(JSON.parse(canonicalJson(value)) as object)).toEqual([4, 2, 6, 7, 1, 5, 3]);
    expect(canonicalJson({ b: [1, { d: null, c: "x" }], a: undefined })).toBe('{"b":[1,{"c":"x","d":null}]}');
  });

  it("refuses what is nested too deeply", () => {
    expect(() => canonicalJson(JSON.parse(`${"[".repeat(100)}${"]".repeat(100)}`))).toThrow(RangeError);
  });
});

describe("a record", () => {
  it("has the hash that the platform's SHA-256 gives for its canonical text", () => {
    // Written out by hand and hashed by node:crypto: neither canonicalJson nor the pure SHA-256 has a part in it.
    const without = (seq: number, prev: string, who: string): string =>
      `{"data":{"by":"${who}","note":"Grüße"},"kind":"operator.resolved","prev":"${prev}","seq":${seq},"subject":"01J","time":"2026-11-23T10:00:00.000Z"}`;
    const first = sha256(without(1, "0".repeat(64), "ada"));
    const second = sha256(without(2, first, "bob"));
    const unsealed = (by: string) => ({
      time: "2026-11-23T10:00:00.000Z",
      kind: "operator.resolved",
      subject: "01J",
      dataText: canonicalJson({ note: "Grüße", by }),
    });
    const one = sealRecord(unsealed("ada"), { seq: 0, hash: GENESIS });
    const two = sealRecord(unsealed("bob"), one.end);
    expect(one.end).toEqual({ seq: 1, hash: first });
    expect(two.end).toEqual({ seq: 2, hash: second });
    expect(two.line).toBe(without(2, first, "bob").replace(',"kind"', `,"hash":"${second}","kind"`));
  });
});

describe("a chain", () => {
  const lines = auditLines([{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }]);
  const [one = "", two = "", three = "", four = ""] = lines;

  it("holds when nothing was done to it, also when it is empty", () => {
    expect(verified(lines.join(""))).toEqual({ broken: undefined, records: 4 });
    expect(verified("")).toEqual({ broken: undefined, records: 0 });
  });

  it.each([
    ["a changed record", [one, two.replace('"n":2', '"n":9'), three], { line: 2, seq: 2, problem: "hash mismatch" }],
    ["a rewritten form", [one, two.replace('"n":2', '"n":2.0'), three], { line: 2, seq: 2, problem: "hash mismatch" }],
    ["a removed record", [one, three, four], { line: 2, seq: 3, problem: "seq gap" }],
    ["a removed beginning", [two, three], { line: 1, seq: 2, problem: "seq gap" }],
    ["two in the wrong order", [two, one], { line: 1, seq: 2, problem: "seq gap" }],
    ["a record with a new hash", [one, forged(two, '"n":2', '"n":9'), three], { line: 3, seq: 3, problem: "prev mismatch" }],
    ["a line of something else", [one, "hello\n", two], { line: 2, seq: 2, problem: "not JSON" }],
    ["an empty line", [one, "\n", two], { line: 2, seq: 2, problem: "not JSON" }],
    ["JSON that is no record", [one, two, '{"seq":3}\n'], { line: 3, seq: 3, problem: "not a record" }],
    ["a missing newline", [one, two.trimEnd()], { line: 2, seq: 2, problem: "truncated" }],
    ["half a line", [one, two.slice(0, 40)], { line: 2, seq: 2, problem: "truncated" }],
  ])("names %s", (_name, parts, broken) => {
    expect(verified(parts.join(""))).toMatchObject({ broken, records: broken.line - 1 });
  });

  it("names nesting and lengths nobody writes instead of failing by them", () => {
    const deep = one.replace('{"n":1}', `{"n":${"[".repeat(5000)}${"]".repeat(5000)}}`);
    expect(verified(deep).broken).toMatchObject({ line: 1, problem: "not a record" });
    expect(verified(`${one}${"x".repeat(MAX_RECORD + 1)}`).broken).toMatchObject({ line: 2, problem: "not JSON" });
  });
});
