/**
 * Bodies signed with a shared secret, by senders that cannot be given an `Authorization` header: HMAC of the raw body in
 * hexadecimal. GitHub (`X-Hub-Signature-256`, https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries)
 * and Flux' `generic-hmac` (`X-Signature`, https://fluxcd.io/flux/components/notification/providers/#generic-webhook-with-hmac).
 * Neither signs a time, so a recorded request can be sent again: that is told by the identity of its records.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

export interface BodySignature {
  readonly algorithm: "sha256" | "sha512";
  readonly digest: Buffer;
}

const HEADERS = ["x-hub-signature-256", "x-signature"];
const SIGNATURE = /^(sha256|sha512)=([0-9a-f]{64}|[0-9a-f]{128})$/i;

/** The signature a request shows, if it shows one of a kind that is understood. SHA-1 is not. */
export function signatureOf(headers: IncomingHttpHeaders): BodySignature | undefined {
  const given = HEADERS.map((name) => headers[name]).find((value) => typeof value === "string");
  const [, algorithm, digest] = SIGNATURE.exec(typeof given === "string" ? given.trim() : "") ?? [];
  if (algorithm === undefined || digest === undefined) return undefined;
  return { algorithm: algorithm.toLowerCase() === "sha512" ? "sha512" : "sha256", digest: Buffer.from(digest, "hex") };
}

/** Whether `secret` made that signature of exactly these bytes; compared in constant time. */
export function isSignedBy(secret: string, { algorithm, digest }: BodySignature, body: Buffer): boolean {
  const right = createHmac(algorithm, secret).update(body).digest();
  return right.length === digest.length && timingSafeEqual(right, digest);
}
