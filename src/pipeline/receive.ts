/**
 * Receive: a body becomes decoded records. One JSON object, an array, NDJSON, CloudEvents (structured or batch) and the
 * wrappings log shippers put around lines are understood; what is broken is told apart record by record.
 */
import type { ErrorCode } from "../domain/errors.ts";
import { extractData } from "./cloud-event.ts";
import { splitLine, splitValues } from "./json-split.ts";
import { exceedsDepth, exceedsSize, utf8Exceeds } from "./record-limits.ts";

/** Deepest nesting of objects and arrays in one record. */
export const MAX_DEPTH = 64;
/** Largest record, bytes of UTF-8. */
export const MAX_RECORD_BYTES = 1024 * 1024;
/** Rejections described one by one; further ones are only counted, so that a body of garbage stays small. */
export const MAX_REJECTIONS = 10_000;

export interface ReceivedRecord {
  /** Place in the body, from 0; blank lines do not count. */
  readonly index: number;
  readonly record: unknown;
}

export interface Rejection {
  readonly index: number;
  readonly code: ErrorCode;
  readonly message: string;
}

export interface Received {
  readonly records: readonly ReceivedRecord[];
  /** The first `MAX_REJECTIONS` of them. */
  readonly rejected: readonly Rejection[];
  /** All of them. */
  readonly rejectedCount: number;
}

const REPLACEMENT = "\uFFFD";
const OPEN_BRACKET = 91;
const NOT_AN_OBJECT = "the record is not a JSON object";
const TOO_DEEP = `the record is nested more than ${MAX_DEPTH} levels deep`;
const TOO_LARGE = `the record is larger than ${MAX_RECORD_BYTES} bytes`;

/** Decodes a body. Never throws; never looks at more than one record at a time, so none harms its neighbours. */
export function receive(body: string | Uint8Array): Received {
  const decoded = typeof body === "string" ? { text: body, damaged: false } : decode(body);
  return new Reader(decoded.damaged).read(decoded.text);
}

/** Text of a body. When some of it is not UTF-8, the damaged characters are marked so that their records can be found. */
function decode(body: Uint8Array): { readonly text: string; readonly damaged: boolean } {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(body), damaged: false };
  } catch {
    return { text: new TextDecoder("utf-8").decode(body), damaged: true };
  }
}

class Reader {
  readonly #damaged: boolean;
  readonly #records: ReceivedRecord[] = [];
  readonly #rejected: Rejection[] = [];
  #rejectedCount = 0;
  #index = 0;

  constructor(damaged: boolean) {
    this.#damaged = damaged;
  }

  read(text: string): Received {
    const start = firstSolid(text);
    const first = text.charCodeAt(start);
    // A line feed right after the first value means lines; anything else may be one value over many lines.
    if (first === OPEN_BRACKET || !this.#startsWithLine(text, start)) this.#document(text, start);
    else this.#lines(text, start);
    return { records: this.#records, rejected: this.#rejected, rejectedCount: this.#rejectedCount };
  }

  /** True when the first line is a whole record by itself. */
  #startsWithLine(text: string, start: number): boolean {
    const end = text.indexOf("\n", start);
    return end >= 0 && text.slice(start, end).trimEnd().endsWith("}");
  }

  /** One value, or values one after the other; lines when it is neither. */
  #document(text: string, start: number): void {
    if (start >= text.length) return;
    const long = text.length - start > MAX_RECORD_BYTES;
    const whole = this.#damaged || (long && text.charCodeAt(start) !== OPEN_BRACKET) ? undefined : parse(text.slice(start));
    if (whole?.ok) {
      this.#value(whole.value, long);
      return;
    }
    const values = splitValues(text, start);
    if (values === undefined) this.#lines(text, start);
    else for (const part of values) this.#text(part);
  }

  #lines(text: string, start: number): void {
    const length = text.length;
    let from = start;
    while (from < length) {
      const feed = text.indexOf("\n", from);
      const to = feed < 0 ? length : feed;
      if (to > from) this.#line(text.slice(from, to));
      from = to + 1;
    }
  }

  #line(line: string): void {
    const value = this.#damaged || utf8Exceeds(line, MAX_RECORD_BYTES) ? undefined : parse(line);
    if (value?.ok) this.#value(value.value, false);
    else for (const part of splitLine(line)) this.#text(part);
  }

  #text(text: string): void {
    if (utf8Exceeds(text, MAX_RECORD_BYTES)) this.#reject("record_too_large", TOO_LARGE);
    else if (this.#damaged && text.includes(REPLACEMENT)) this.#reject("bad_encoding", "the record is not UTF-8");
    else {
      const value = parse(text);
      if (value.ok) this.#value(value.value, false);
      else this.#reject("invalid_json", value.message);
    }
  }

  /** `measure`: the text was too long to be sure that each record in it is small enough. */
  #value(value: unknown, measure: boolean): void {
    if (Array.isArray(value)) for (const item of value) this.#record(item, measure);
    else this.#record(value, measure);
  }

  #record(value: unknown, measure: boolean): void {
    if (typeof value !== "object" || value === null || Array.isArray(value)) this.#reject("not_an_object", NOT_AN_OBJECT);
    else if (exceedsDepth(value, MAX_DEPTH)) this.#reject("too_deep", TOO_DEEP);
    else if (measure && exceedsSize(value, MAX_RECORD_BYTES)) this.#reject("record_too_large", TOO_LARGE);
    else this.#records.push({ index: this.#index++, record: extractData(value) });
  }

  #reject(code: ErrorCode, message: string): void {
    const index = this.#index++;
    if (this.#rejectedCount++ < MAX_REJECTIONS) this.#rejected.push({ index, code, message });
  }
}

type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

function parse(text: string): Parsed {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message.slice(0, 160) : "not JSON" };
  }
}

/** Where the body really begins: after a byte order mark and blanks. */
function firstSolid(text: string): number {
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code !== 0xfeff && code !== 32 && code !== 9 && code !== 10 && code !== 13) break;
    at++;
  }
  return at;
}
