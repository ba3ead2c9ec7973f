/** Removes secrets from what a person will read: targets like to repeat what they were sent. */

const MARK = "[redacted]";
/** Shorter texts would blank ordinary words, and are no secrets. */
const SHORTEST = 6;

/** `text` without any of the secrets, also in their URL-encoded and base64 forms; at most 200 characters, one line. */
export function redact(text: string, secrets: readonly string[]): string {
  let out = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
  for (const secret of secrets.flatMap(forms).sort((a, b) => b.length - a.length)) out = out.replaceAll(secret, MARK);
  return out.slice(0, 200).trim();
}

function forms(secret: string): readonly string[] {
  if (secret.length < SHORTEST) return [];
  return [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")];
}

/** The parts of a URL that may be secret: user info, path and query. The host is not. */
export function secretsOfUrl(url: string): readonly string[] {
  if (!URL.canParse(url)) return [url];
  const parsed = new URL(url);
  const segments = parsed.pathname.split("/").filter((segment) => segment.length >= 16);
  return [url, parsed.username, parsed.password, parsed.search.slice(1), ...parsed.searchParams.values(), ...segments];
}
