/** What Slack's answers mean for delivery. */
import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from "@slack/web-api";
import { redact } from "../domain/redact.ts";
import type { Delivery, FailureReason } from "../ports/notifier.ts";
import { failureOf } from "./http-post.ts";

const AUTH = new Set([
  "invalid_auth",
  "not_authed",
  "account_inactive",
  "token_revoked",
  "token_expired",
  "no_permission",
  "missing_scope",
  "not_allowed_token_type",
  "ekm_access_denied",
  "access_denied",
]);
const TRANSIENT = new Set(["internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"]);
const TOO_LARGE = new Set(["msg_too_long", "msg_blocks_too_long"]);
/** The parent message is gone or may not be edited any more: a new one takes its place. */
const LOST = new Set(["message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found"]);

/** Slack's error code when it answered with one. */
export function slackError(error: unknown): string | undefined {
  return error instanceof WebAPIPlatformError ? error.data.error : undefined;
}

export function isLostMessage(error: unknown): boolean {
  return LOST.has(slackError(error) ?? "");
}

export function slackFailure(error: unknown, signal: AbortSignal, secrets: readonly string[]): Delivery {
  if (signal.aborted) return failureOf(error, signal, secrets);
  const code = slackError(error);
  if (code !== undefined) return { ok: false, ...platform(code), detail: redact(`Slack answered ${code}`, secrets) };
  if (error instanceof WebAPIRateLimitedError)
    return {
      ok: false,
      reason: "rate-limited",
      retryable: true,
      retryAfter: error.retryAfter * 1000,
      detail: `Slack asks to wait ${error.retryAfter} s`,
    };
  if (error instanceof WebAPIHTTPError) {
    const server = error.statusCode >= 500;
    return {
      ok: false,
      reason: server ? "server-error" : "client-error",
      retryable: server,
      detail: redact(`HTTP ${error.statusCode} from Slack`, secrets),
    };
  }
  if (error instanceof WebAPIRequestError) return failureOf(rootOf(error.original), signal, secrets);
  // The client's own name for a 429 whose Retry-After it cannot read.
  if (error instanceof Error && error.message.startsWith("Retry header did not contain"))
    return { ok: false, reason: "rate-limited", retryable: true, detail: "Slack asks to wait, without saying how long" };
  return failureOf(error, signal, secrets);
}

function platform(code: string): { readonly reason: FailureReason; readonly retryable: boolean } {
  if (code === "ratelimited" || code === "rate_limited") return { reason: "rate-limited", retryable: true };
  if (AUTH.has(code)) return { reason: "auth-error", retryable: false };
  if (TRANSIENT.has(code)) return { reason: "server-error", retryable: true };
  if (TOO_LARGE.has(code)) return { reason: "too-large", retryable: false };
  return { reason: "client-error", retryable: false };
}

/** `fetch failed` hides the socket's error in its cause. */
function rootOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? error.cause : error;
}
