import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ChainBreak, ChainVerifier } from "../../src/domain/audit-chain.ts";
import { auditLines } from "../harness/audit-lines.ts";

const NEWLINE = 10;
const data = fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 });
const journal = fc.array(data, { minLength: 1, maxLength: 6 }).map(auditLinesOf);

function auditLinesOf(all: readonly unknown[]): Buffer {
  return Buffer.from(auditLines(all).join(""));
}

/** Fed in pieces of one size, as a stream does. */
function verify(bytes: Buffer, piece = 97): { readonly broken: ChainBreak | undefined; readonly records: number } {
  const chain = new ChainVerifier();
  for (let at = 0; at < bytes.length; at += piece) chain.push(bytes.subarray(at, at + piece));
  return { broken: chain.end(), records: chain.records };
}

function linesIn(bytes: Buffer): number {
  return bytes.filter((byte) => byte === NEWLINE).length;
}

describe("the chain of a journal", () => {
  it("holds whatever was recorded and in whatever pieces it is read", () => {
    fc.assert(
      fc.property(journal, fc.integer({ min: 1, max: 2000 }), (bytes, piece) => {
        expect(verify(bytes, piece)).toEqual({ broken: undefined, records: linesIn(bytes) });
      }),
    );
  });

  it("breaks at the very record in which a byte, any byte, is another", () => {
    fc.assert(
      fc.property(journal, fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, where, flip) => {
        const at = where % bytes.length;
        const changed = Buffer.from(bytes);
        changed[at] = (bytes[at] ?? 0) ^ flip;
        const { broken } = verify(changed);
        // Line of the changed byte: as many lines end before it, and its own.
        expect(broken?.line).toBe(linesIn(bytes.subarray(0, at)) + 1);
        expect(broken?.seq).toBeDefined();
      }),
      { numRuns: 1000 },
    );
  });

  it("breaks at the record it is cut in; cut between two it is a shorter chain", () => {
    fc.assert(
      fc.property(journal, fc.nat(), (bytes, where) => {
        const cut = bytes.subarray(0, where % (bytes.length + 1));
        const whole = linesIn(cut);
        const { broken, records } = verify(cut);
        expect(records).toBe(whole);
        if (cut.length === 0 || cut.at(-1) === NEWLINE) expect(broken).toBeUndefined();
        else expect(broken).toMatchObject({ line: whole + 1, seq: whole + 1, problem: "truncated" });
      }),
      { numRuns: 500 },
    );
  });
});
