/** Image digests in normal form. */

const DIGEST = /sha256(?::|%3A)([0-9a-f]{64})(?![0-9a-f])/i;

/**
 * Reduces any reference that carries a digest (`repo@sha256:…`, `docker-pullable://…`, `pkg:oci/name@sha256%3A…`,
 * `sha256:…`) to lower-case `sha256:<64 hex>`; undefined when there is none or it has the wrong length.
 */
export function normalizeDigest(reference: string | undefined | null): string | undefined {
  if (!reference) return undefined;
  const match = DIGEST.exec(reference);
  return match?.[1] ? `sha256:${match[1].toLowerCase()}` : undefined;
}

/** First eight hex digits, for people: `sha256:ab12cd34`. */
export function shortDigest(digest: string): string {
  return digest.startsWith("sha256:") ? digest.slice(0, 15) : digest;
}
