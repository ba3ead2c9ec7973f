/** Finds where a journal's chain goes on, from the end of the file: its size does not matter. */
import type { FileHandle } from "node:fs/promises";
import { type ChainEnd, EMPTY_CHAIN, MAX_RECORD, readRecord } from "../../domain/audit-record.ts";
import { TenfoldError } from "../../domain/errors.ts";

export interface Tail {
  readonly end: ChainEnd;
  /** Bytes up to and with the last whole record. */
  readonly size: number;
  /** What a crash left after it; empty when the file ends as it should. */
  readonly torn: Buffer;
}

const NEWLINE = 10;
/** How far back a whole record is looked for, bytes: two of the longest. */
const WINDOW = 2 * MAX_RECORD;
/** What the first record begins with: a shorter file is one whose first write was cut off. */
const BEGINNING = Buffer.from('{"data":');

/** Rejects with `invalid_configuration` when the file is something else than a journal: it must not be written to. */
export async function readTail(handle: FileHandle, path: string, size: number): Promise<Tail> {
  const from = Math.max(0, size - WINDOW);
  const bytes = await readRange(handle, from, size);
  // A whole line whose own hash holds is where the chain goes on; damage before it is for `tenfold verify` to find.
  for (let end = bytes.lastIndexOf(NEWLINE); end >= 0; end = end === 0 ? -1 : bytes.lastIndexOf(NEWLINE, end - 1)) {
    const begin = end === 0 ? 0 : bytes.lastIndexOf(NEWLINE, end - 1) + 1;
    const read = readRecord(bytes.subarray(begin, end));
    if (read.ok)
      return {
        end: { seq: read.record.seq, hash: read.record.hash },
        size: from + end + 1,
        torn: bytes.subarray(end + 1),
      };
  }
  if (from === 0 && isTornBeginning(bytes)) return { end: EMPTY_CHAIN, size: 0, torn: bytes };
  throw new TenfoldError("invalid_configuration", `audit.path: ${path} holds no record of an audit journal; move it away`);
}

function isTornBeginning(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, BEGINNING.length);
  if (bytes.includes(NEWLINE)) return false;
  return bytes.every((byte) => byte === 0) || bytes.subarray(0, length).equals(BEGINNING.subarray(0, length));
}

async function readRange(handle: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.alloc(to - from);
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
