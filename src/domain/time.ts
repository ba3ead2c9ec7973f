/** Times of the outside world, read and written. */

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,12}))?\s?(Z|z|[+-]\d{2}:?\d{2})$/;
/** 1970 to 9999: outside of it RFC 3339 cannot write the time. */
const MAX_TIME = 253_402_300_799_999;

/**
 * Reads a time: RFC 3339 text (any number of fractional digits), or a number (also as text) of seconds (< 1e11),
 * milliseconds (< 1e14), microseconds (< 1e17) or nanoseconds. Returns milliseconds since the epoch, or undefined when
 * it is none of these or outside the years 1970 to 9999.
 */
export function parseTime(value: unknown): number | undefined {
  if (typeof value === "number") return fromNumber(value);
  if (typeof value !== "string" || value.length > 64) return undefined;
  const match = RFC3339.exec(value);
  if (match) return fromParts(match);
  return /^\d{1,20}(\.\d{1,12})?$/.test(value) ? fromNumber(Number(value)) : undefined;
}

function fromNumber(value: number): number | undefined {
  if (!Number.isFinite(value) || value < 0) return undefined;
  const ms = value < 1e11 ? value * 1e3 : value < 1e14 ? value : value < 1e17 ? value / 1e3 : value / 1e6;
  return ms <= MAX_TIME ? Math.floor(ms) : undefined;
}

function fromParts(match: RegExpExecArray): number | undefined {
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const ms = Number((fraction ?? "").padEnd(3, "0").slice(0, 3));
  // Second 60 is a leap second: it is read as the first moment of the next minute.
  const utc = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second), ms);
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (date.getUTCMonth() !== Number(month) - 1 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60)
    return undefined;
  const offset = /^z$/i.test(zone ?? "") ? 0 : zoneMinutes(zone ?? "");
  const time = utc - offset * 60_000;
  return time >= 0 && time <= MAX_TIME ? time : undefined;
}

function zoneMinutes(zone: string): number {
  const sign = zone.startsWith("-") ? -1 : 1;
  const digits = zone.slice(1).replace(":", "");
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2)));
}

/** RFC 3339 with milliseconds, UTC: the only form we write. */
export function formatTime(ms: number): string {
  return new Date(ms).toISOString();
}
