/** A target cannot silence us for longer than this by asking for it. */
const MAX_WAIT = 24 * 3_600_000;

/** Milliseconds to wait by a `Retry-After` header: seconds, or an HTTP date (RFC 9110 section 10.2.3). */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Math.min(MAX_WAIT, Math.ceil(Number(text) * 1000));
  const date = Date.parse(text);
  if (Number.isNaN(date) || /^-?\d/.test(text)) return undefined;
  return Math.min(MAX_WAIT, Math.max(0, date - now));
}
