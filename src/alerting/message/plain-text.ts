/** Small wordings shared by all sentences. Input may come from anywhere: names are made single-line and harmless. */

/** One line without control characters, so that no name can start a header, a line or a terminal sequence. */
export function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, " ")
    .replace(/ {2,}/g, " ")
    .trim();
}

/** At most `limit` UTF-16 units, ending in an ellipsis when cut; never splits a surrogate pair. */
export function truncate(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const cut = text.slice(0, Math.max(0, limit - 1)).replace(/[\ud800-\udbff]$/, "");
  return `${cut}…`.slice(0, limit);
}

/** `97 %`; certainty is never claimed, so 99.6 % reads `over 99 %`. */
export function percent(share: number): string {
  if (share > 0.99 && share <= 1) return "over 99 %";
  if (share > 0 && share < 0.01) return "under 1 %";
  return `${Math.round(share * 100)} %`;
}

/** `40 s`, `10 min`, `3 h`, `2 d`: one unit, rounded, at least 1 s. */
export function span(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}

/** `10:02 UTC on 2026-11-23`. */
export function moment(rfc3339: string): string {
  return `${rfc3339.slice(11, 16)} UTC on ${rfc3339.slice(0, 10)}`;
}
