/**
 * Files of the embedded store: lines of `<crc32, 8 hex digits> <JSON>`. A line counts only when it is whole, so a write
 * cut short by a crash is recognised.
 */
import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { TenfoldError } from "../../domain/errors.ts";

const NEWLINE = 10;

export function encodeLine(value: unknown): string {
  const json = JSON.stringify(value);
  return `${crc32(json).toString(16).padStart(8, "0")} ${json}\n`;
}

/**
 * Reports every line of a file in order. A damaged end is what a crash leaves of operations nobody was told of, and is
 * ignored; damage with whole lines after it is refused, because acknowledged counts would be missing.
 */
export function readLines(path: string, report: (value: unknown) => void): void {
  const bytes = readFileSync(path);
  let damagedAt: number | undefined;
  let number = 0;
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, from);
    const value = end < 0 ? undefined : decodeLine(bytes.subarray(from, end));
    number++;
    if (value === undefined) damagedAt ??= number;
    else if (damagedAt !== undefined) throw damaged(path, damagedAt);
    else report(value);
    from = end < 0 ? bytes.length : end + 1;
  }
}

function decodeLine(line: Buffer): unknown {
  const json = line.subarray(9);
  if (Number.parseInt(line.toString("latin1", 0, 8), 16) !== crc32(json)) return undefined;
  try {
    return JSON.parse(json.toString("utf8"));
  } catch {
    return undefined;
  }
}

function damaged(path: string, line: number): TenfoldError {
  return new TenfoldError("store_unavailable", `${path} is damaged at line ${line}; restore it or move the folder away`);
}
