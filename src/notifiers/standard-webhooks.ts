/** Signatures of Standard Webhooks 1.0.0, symmetric scheme v1. */
import { createHmac } from "node:crypto";

const PREFIX = "whsec_";
/** Key sizes the specification allows, bytes. */
const MIN_KEY = 24;
const MAX_KEY = 64;

/**
 * Keys of a secret, in the order given: several, separated by spaces or commas, while a secret is being rotated
 * (then each signs). Throws with what is wrong, without the secret.
 */
export function signingKeys(secret: string): readonly Buffer[] {
  const parts = secret.split(/[\s,]+/).filter((part) => part !== "");
  if (parts.length === 0) throw new Error("the webhook secret is empty");
  return parts.map((part) => {
    if (!part.startsWith(PREFIX)) throw new Error("a webhook secret begins with whsec_");
    const key = Buffer.from(part.slice(PREFIX.length), "base64");
    if (key.length < MIN_KEY || key.length > MAX_KEY)
      throw new Error(`a webhook secret is base64 of ${MIN_KEY} to ${MAX_KEY} bytes`);
    return key;
  });
}

/**
 * The three headers. `id` stays the same over all attempts, which makes it the receiver's idempotency key; the
 * timestamp is that of this attempt (`now`, milliseconds).
 */
export function signatureHeaders(
  keys: readonly Buffer[],
  id: string,
  now: number,
  body: string,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000));
  const head = { "webhook-id": id, "webhook-timestamp": timestamp };
  if (keys.length === 0) return head;
  const signed = keys.map((key) => `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`);
  return { ...head, "webhook-signature": signed.join(" ") };
}
