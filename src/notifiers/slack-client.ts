/** Slack's own client library, with what it would do by itself switched off: only the deliver step retries. */
import { type Logger, LogLevel, WebClient } from "@slack/web-api";
import { withDeadline } from "./deadline.ts";

export interface SlackAccess {
  readonly token: string;
  readonly api_url: string;
  /** Longest time for one call, milliseconds. */
  readonly timeout: number;
  readonly signing_secret?: string | undefined;
  readonly app_token?: string | undefined;
}

/** What no text of ours may repeat, whatever Slack's answers hold. */
export function slackSecrets({ token, signing_secret = "", app_token = "" }: SlackAccess): readonly string[] {
  return [token, signing_secret, app_token];
}

/** A client per message is what carries the caller's signal into the library, which has no option for one. */
export function slackClient({ token, api_url, timeout }: SlackAccess, signal: AbortSignal): WebClient {
  return new WebClient(token, {
    slackApiUrl: api_url,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
    allowAbsoluteUrls: false,
    logger: SILENT,
    fetch: (url, init) => withDeadline(timeout, signal, (limit) => wholeAnswer(fetch(url, { ...init, signal: limit }))),
  });
}

/** Reads the answer while the deadline still runs: the library reads bodies without any. */
async function wholeAnswer(answer: Promise<Response>): Promise<Response> {
  const given = await answer;
  const { status, statusText, headers } = given;
  const body = await given.arrayBuffer();
  return new Response(body.byteLength === 0 ? null : body, { status, statusText, headers });
}

/** The library's log lines hold request bodies; what matters is in the Delivery. */
export const SILENT: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};
