/** Which configuration was in force, without a word of it. */
import { createHash } from "node:crypto";
import type { Config } from "../../config/schema.ts";
import { SECRET_KEYS } from "../../config/secrets.ts";
import { canonicalJson } from "../domain/canonical-json.ts";

/** `urls`: addresses may carry a password, as `url` may. */
const SECRETS: ReadonlySet<string> = new Set([...SECRET_KEYS, "urls"]);

/**
 * SHA-256 of the loaded configuration, defaults included. Secrets do not enter it, so that nobody can try passwords
 * against the digest; a configuration in which only a secret changed has the same one.
 */
export function configDigest(config: Config): string {
  return createHash("sha256")
    .update(canonicalJson(withoutSecrets(config)))
    .digest("hex");
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !SECRETS.has(key) || (typeof inner === "object" && key !== "urls"))
      .map(([key, inner]) => [key, withoutSecrets(inner)]),
  );
}
