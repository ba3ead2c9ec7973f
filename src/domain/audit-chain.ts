/** Checks a journal from its beginning to its end, in pieces of any size, in memory that does not grow with the file. */
import { type AuditRecord, EMPTY_CHAIN, MAX_RECORD, readRecord, type Sha256 } from "./audit-record.ts";

/** The first record that does not hold. */
export interface ChainBreak {
  /** Line of the file, from 1. */
  readonly line: number;
  /** The record's own number, or the one it should have when it cannot be read. */
  readonly seq: number;
  readonly problem: "not JSON" | "not a record" | "hash mismatch" | "seq gap" | "prev mismatch" | "truncated";
  readonly detail: string;
}

const NEWLINE = 10;

export class ChainVerifier {
  readonly #digest: Sha256 | undefined;
  #rest: Uint8Array[] = [];
  #restLength = 0;
  #lines = 0;
  #first: AuditRecord | undefined;
  #last: AuditRecord | undefined;
  #broken: ChainBreak | undefined;

  constructor(digest?: Sha256) {
    this.#digest = digest;
  }

  get records(): number {
    return this.#broken ? this.#lines - 1 : this.#lines;
  }

  get first(): AuditRecord | undefined {
    return this.#first;
  }

  /** The last record that holds. */
  get last(): AuditRecord | undefined {
    return this.#last;
  }

  /** Takes the next bytes. Once something is broken it stays so, and the rest need not be read. */
  push(chunk: Uint8Array): ChainBreak | undefined {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0 && !this.#broken; end = chunk.indexOf(NEWLINE, from)) {
      this.#take(this.#join(chunk.subarray(from, end)));
      from = end + 1;
    }
    if (this.#broken || from >= chunk.length) return this.#broken;
    this.#rest.push(chunk.slice(from));
    this.#restLength += chunk.length - from;
    if (this.#restLength > MAX_RECORD) this.#fail("not JSON", `the line is longer than ${MAX_RECORD} bytes`);
    return this.#broken;
  }

  /** After the last bytes: every record ends with a newline, so what is left over was cut off. */
  end(): ChainBreak | undefined {
    if (!this.#broken && this.#restLength > 0)
      this.#fail("truncated", `the file ends after ${this.#restLength} bytes of it, without a newline`);
    return this.#broken;
  }

  #join(tail: Uint8Array): Uint8Array {
    if (this.#restLength === 0) return tail;
    const line = new Uint8Array(this.#restLength + tail.length);
    let at = 0;
    for (const part of [...this.#rest, tail]) {
      line.set(part, at);
      at += part.length;
    }
    this.#rest = [];
    this.#restLength = 0;
    return line;
  }

  #take(line: Uint8Array): void {
    const expected = this.#last ?? EMPTY_CHAIN;
    const read = readRecord(line, this.#digest);
    if (!read.ok) {
      this.#fail(read.problem, read.detail, read.seq);
      return;
    }
    const { seq, prev } = read.record;
    if (seq !== expected.seq + 1) {
      this.#fail("seq gap", `expected seq ${expected.seq + 1}`, seq);
    } else if (prev !== expected.hash) {
      this.#fail("prev mismatch", `it follows ${prev}, before it is ${expected.hash}`, seq);
    } else {
      this.#lines++;
      this.#first ??= read.record;
      this.#last = read.record;
    }
  }

  #fail(problem: ChainBreak["problem"], detail: string, seq = (this.#last?.seq ?? 0) + 1): void {
    this.#lines++;
    this.#broken = { line: this.#lines, seq, problem, detail };
  }
}
