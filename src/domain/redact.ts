/** Removes secrets from what a person will read: servers like to repeat what they were sent. */

const MARK = "[redacted]";
/** Shorter texts would blank ordinary words, and are no secrets. */
const SHORTEST = 6;
/** A path segment of this length that is no word may be a secret; one that could be a word from `LONG_SEGMENT` on. */
const ODD_SEGMENT = 8;
const LONG_SEGMENT = 16;

/**
 * `text` without any of the secrets, also as they look within URLs, JSON and base64; at most 200 characters, one line.
 * Secrets of less than 6 characters stay.
 */
export function redact(text: string, secrets: readonly string[]): string {
  const hidden = [...new Set(secrets.flatMap(forms))].sort((a, b) => b.length - a.length);
  let out = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
  for (const secret of hidden) out = out.replaceAll(secret, MARK);
  return out.slice(0, 200).trim();
}

function forms(secret: string): readonly string[] {
  if (secret.length < SHORTEST) return [];
  return [...new Set([secret, decoded(secret)])].flatMap((one) => [
    one,
    encodeURIComponent(one),
    JSON.stringify(one).slice(1, -1),
    base64(one),
  ]);
}

/** The parts of a URL that may be secret: user info, path and query, and the header made of the first. The host is not. */
export function secretsOfUrl(url: string): readonly string[] {
  if (!URL.canParse(url)) return [url];
  const { username, password, pathname, search, searchParams } = new URL(url);
  const login = `${decoded(username)}:${decoded(password)}`;
  const segments = pathname.split("/").filter(isOdd);
  return [
    ...[url, username, password, ...(login === ":" ? [] : [login])],
    ...[`${pathname}${search}`, pathname, search.slice(1), ...searchParams.values(), ...segments],
  ];
}

function isOdd(segment: string): boolean {
  return segment.length >= LONG_SEGMENT || (segment.length >= ODD_SEGMENT && !/^[a-z_.-]+$/.test(segment));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
