/**
 * One record of the audit journal: a line of canonical JSON that carries the hash of the line before it. The hash is
 * SHA-256 over the canonical JSON of the record without `hash`, so it covers `prev` and with it everything before.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { canonicalJson } from "./canonical-json.ts";

export interface AuditRecord {
  /** From 1, without gaps. */
  readonly seq: number;
  /** When it happened, RFC 3339. */
  readonly time: string;
  readonly kind: string;
  /** What it is about: the id of an alert or silence, the name of a daemon. */
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** `hash` of the record before; GENESIS in the first. */
  readonly prev: string;
  readonly hash: string;
}

/** What is known of a record before it has its place in a chain. */
export interface Unsealed {
  readonly time: string;
  readonly kind: string;
  readonly subject: string;
  /** `data` as canonical JSON. */
  readonly dataText: string;
}

/** Where a chain goes on: sequence number and hash of its last record. */
export interface ChainEnd {
  readonly seq: number;
  readonly hash: string;
}

/** Stands for the hash of the record before the first. */
export const GENESIS = "0".repeat(64);
export const EMPTY_CHAIN: ChainEnd = { seq: 0, hash: GENESIS };
/** Bytes of the longest line; operators' texts are bounded, so no record comes near. */
export const MAX_RECORD = 4 * 1024 * 1024;

/** SHA-256 of a text's UTF-8, 64 hex digits. Handed in where the platform has a faster one. */
export type Sha256 = (text: string) => string;

const pureSha256: Sha256 = (text) => bytesToHex(sha256(utf8ToBytes(text)));

const HASH = /^[0-9a-f]{64}$/;
const FIELDS = ["data", "hash", "kind", "prev", "seq", "subject", "time"];

/** The line, without its newline, that continues a chain, and where the chain ends then. */
export function sealRecord(unsealed: Unsealed, after: ChainEnd): { readonly line: string; readonly end: ChainEnd } {
  const seq = after.seq + 1;
  const parts = { ...unsealed, seq, prev: after.hash };
  const hash = pureSha256(encode(parts));
  return { line: encode(parts, hash), end: { seq, hash } };
}

export type ReadRecord =
  | { readonly ok: true; readonly record: AuditRecord }
  | {
      readonly ok: false;
      readonly problem: "not JSON" | "not a record" | "hash mismatch";
      readonly detail: string;
      readonly seq?: number;
    };

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads one line, without its newline, and checks that it is byte for byte what its own hash was made of. */
export function readRecord(line: Uint8Array, digest: Sha256 = pureSha256): ReadRecord {
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(line);
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, problem: "not JSON", detail: error instanceof Error ? error.message.slice(0, 100) : "unreadable" };
  }
  if (!isRecord(value)) return { ok: false, problem: "not a record", detail: "fields are missing or have the wrong type" };
  const { seq } = value;
  const dataText = canonicalOrUndefined(value.data);
  if (dataText === undefined) return { ok: false, problem: "not a record", detail: "nested too deeply", seq };
  const parts = { ...value, dataText };
  const hash = digest(encode(parts));
  if (hash !== value.hash)
    return { ok: false, problem: "hash mismatch", detail: `it says ${value.hash}, its content gives ${hash}`, seq };
  if (encode(parts, hash) !== text)
    return { ok: false, problem: "hash mismatch", detail: "the line is not in canonical form, so it was rewritten", seq };
  return { ok: true, record: value };
}

function isRecord(value: unknown): value is AuditRecord {
  if (typeof value !== "object" || value === null) return false;
  const { data, hash, kind, prev, seq, subject, time } = value as Readonly<Record<string, unknown>>;
  return (
    Object.keys(value).sort().join() === FIELDS.join() &&
    typeof data === "object" &&
    data !== null &&
    !Array.isArray(data) &&
    [hash, prev].every((one) => typeof one === "string" && HASH.test(one)) &&
    [kind, subject, time].every((one) => typeof one === "string") &&
    Number.isSafeInteger(seq)
  );
}

function canonicalOrUndefined(value: unknown): string | undefined {
  try {
    return canonicalJson(value);
  } catch {
    return undefined;
  }
}

type Parts = Unsealed & Pick<AuditRecord, "seq" | "prev">;

/** Canonical JSON of a record, its members in order. Put together by hand because `data` is already text. */
function encode({ dataText, kind, prev, seq, subject, time }: Parts, hash?: string): string {
  const own = hash === undefined ? "" : `"hash":"${hash}",`;
  const texts = `"kind":${JSON.stringify(kind)},"prev":"${prev}","seq":${seq},"subject":${JSON.stringify(subject)}`;
  return `{"data":${dataText},${own}${texts},"time":${JSON.stringify(time)}}`;
}
