/**
 * Event times on the hot path. Records come in time order, so nearly all share their minute with the one before:
 * only the seconds are read then, and everything unusual is left to the general reader.
 */
import { parseTime } from "../domain/time.ts";

/** Length of `2026-11-23T10:00`. */
const MINUTE_LENGTH = 16;
const ZERO = 48;
const COLON = 58;
const DOT = 46;
const ZULU = 90;

let knownMinute = "";
let knownMinuteStart = 0;

/** Milliseconds since the epoch of any time of the contract; undefined when it is none. Same answers as `parseTime`. */
export function readTime(value: unknown): number | undefined {
  if (typeof value !== "string" || value.length < 20 || value.length > 30) return parseTime(value);
  if (knownMinute !== "" && value.startsWith(knownMinute)) {
    const offset = offsetInMinute(value);
    if (offset >= 0) return knownMinuteStart + offset;
  }
  const time = parseTime(value);
  if (time !== undefined && value.charCodeAt(value.length - 1) === ZULU && offsetInMinute(value) >= 0) {
    knownMinute = value.slice(0, MINUTE_LENGTH);
    knownMinuteStart = Math.floor(time / 60_000) * 60_000;
  }
  return time;
}

/** Milliseconds of `:SS[.fff…]Z` at the end of the text; -1 when it is anything else, a leap second included. */
function offsetInMinute(value: string): number {
  if (value.charCodeAt(16) !== COLON) return -1;
  const tens = value.charCodeAt(17) - ZERO;
  const ones = value.charCodeAt(18) - ZERO;
  if (!(tens >= 0 && tens <= 5 && ones >= 0 && ones <= 9)) return -1;
  const last = value.length - 1;
  if (value.charCodeAt(last) !== ZULU) return -1;
  let offset = (tens * 10 + ones) * 1000;
  if (last === 19) return offset;
  if (value.charCodeAt(19) !== DOT || last === 20) return -1;
  let scale = 100;
  for (let i = 20; i < last; i++) {
    const digit = value.charCodeAt(i) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    if (scale >= 1) offset += digit * scale;
    scale /= 10;
  }
  return offset;
}
