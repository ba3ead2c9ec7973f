/**
 * Whether a request was sent by Slack: `v0=` and HMAC-SHA256 of `v0:<timestamp>:<raw body>` under the app's signing secret,
 * with a timestamp near now, so that what somebody recorded cannot be sent again later.
 * https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
import { createHmac, timingSafeEqual } from "node:crypto";

export interface SlackSignature {
  /** `X-Slack-Request-Timestamp`, seconds since 1970. */
  readonly timestamp: string | undefined;
  /** `X-Slack-Signature`. */
  readonly signature: string | undefined;
}

/** Largest difference of the clocks and time on the way, milliseconds. */
const TOLERANCE = 5 * 60_000;

/**
 * Index of the secret that signed the body, or undefined. All secrets are tried, and compared in constant time, so that the
 * time taken tells nothing about any of them. `now`: milliseconds.
 */
export function signedBy(secrets: readonly string[], given: SlackSignature, body: Buffer, now: number): number | undefined {
  const { timestamp = "", signature = "" } = given;
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now - Number(timestamp) * 1000) > TOLERANCE) return undefined;
  const shown = Buffer.from(signature);
  let found: number | undefined;
  for (const [index, secret] of secrets.entries()) {
    const right = Buffer.from(`v0=${createHmac("sha256", secret).update(`v0:${timestamp}:`).update(body).digest("hex")}`);
    if (shown.length === right.length && timingSafeEqual(shown, right)) found = index;
  }
  return found;
}
