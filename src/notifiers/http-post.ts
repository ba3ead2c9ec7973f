/**
 * One HTTP request to a configured target, and what its answer means. Never follows redirects, never retries, never
 * reaches a private address that is not allowed, and never puts a secret into what it returns.
 */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { redact, secretsOfUrl } from "../domain/redact.ts";
import type { Delivery, FailureReason } from "../ports/notifier.ts";
import { withDeadline } from "./deadline.ts";
import { type AddressGuard, ForbiddenTargetError } from "./private-address.ts";
import { parseRetryAfter } from "./retry-after.ts";

export interface PostRequest {
  readonly url: string;
  /** (Default: POST) */
  readonly method?: "POST" | "GET";
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds for the whole exchange. */
  readonly timeout: number;
  readonly guard: AddressGuard;
  /** Certificate authority to trust instead of the usual ones, PEM. */
  readonly ca?: string | undefined;
  /** Removed from every detail, with the secret parts of the URL. */
  readonly secrets: readonly string[];
  /** Present time, milliseconds, for `Retry-After` dates. */
  readonly now: number;
}

export interface Answer {
  readonly status: number;
  readonly retryAfter: number | undefined;
  readonly body: string;
}

/** As much of an answer as is worth reading. */
const MAX_ANSWER = 16_384;

/** Posts and judges by status: 2xx is success. `read` may take a reference from the answer's body. */
export async function postDelivery(
  post: PostRequest,
  signal: AbortSignal,
  read?: (answer: Answer) => string | undefined,
): Promise<Delivery> {
  const secrets = [...post.secrets, ...secretsOfUrl(post.url)];
  let answer: Answer;
  try {
    answer = await withDeadline(post.timeout, signal, (limit) => send(post, limit));
  } catch (error) {
    return failureOf(error, signal, secrets);
  }
  const reference = answer.status < 300 ? read?.(answer) : undefined;
  if (answer.status >= 200 && answer.status < 300) return reference === undefined ? { ok: true } : { ok: true, reference };
  const { reason, retryable } = judge(answer.status);
  const body = redact(answer.body, secrets);
  return {
    ok: false,
    reason,
    retryable,
    ...(retryable && answer.retryAfter !== undefined ? { retryAfter: answer.retryAfter } : {}),
    detail: `HTTP ${answer.status} from ${new URL(post.url).host}${body === "" ? "" : `: ${body}`}`,
  };
}

/** Standard Webhooks' reading of the status codes; 408 and 425 ask for another try by definition. */
function judge(status: number): { readonly reason: FailureReason; readonly retryable: boolean } {
  if (status === 429) return { reason: "rate-limited", retryable: true };
  if (status >= 500) return { reason: "server-error", retryable: true };
  if (status === 408 || status === 425) return { reason: "client-error", retryable: true };
  if (status === 410) return { reason: "gone", retryable: false };
  if (status === 401 || status === 403) return { reason: "auth-error", retryable: false };
  if (status === 413) return { reason: "too-large", retryable: false };
  if (status >= 300 && status < 400) return { reason: "redirect", retryable: false };
  return { reason: "client-error", retryable: false };
}

function send(post: PostRequest, limit: AbortSignal): Promise<Answer> {
  const url = new URL(post.url);
  post.guard.checkHost(url.hostname);
  const body = Buffer.from(post.body);
  return new Promise((resolve, reject) => {
    const request = (url.protocol === "https:" ? httpsRequest : httpRequest)(url, {
      method: post.method ?? "POST",
      headers: post.method === "GET" ? post.headers : { ...post.headers, "content-length": String(body.length) },
      lookup: post.guard.lookup,
      ...(post.ca === undefined ? {} : { ca: post.ca }),
      signal: limit,
    });
    request.on("error", (error) => reject(limit.aborted ? limit.reason : error));
    request.on("response", (response) => {
      readBody(response).then(
        (text) =>
          resolve({
            status: response.statusCode ?? 0,
            retryAfter: parseRetryAfter(response.headers["retry-after"], post.now),
            body: text,
          }),
        (error) => reject(limit.aborted ? limit.reason : error),
      );
    });
    request.end(body);
  });
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_ANSWER) break;
  }
  return Buffer.concat(chunks).toString("utf8").slice(0, MAX_ANSWER);
}

/** What an exception of a client means: also used by the notifiers with clients of their own. */
export function failureOf(error: unknown, signal: AbortSignal, secrets: readonly string[]): Delivery {
  if (signal.aborted) return { ok: false, reason: "aborted", retryable: true, detail: "stopped before the answer came" };
  if (error instanceof ForbiddenTargetError)
    return { ok: false, reason: "forbidden-target", retryable: false, detail: redact(error.message, secrets) };
  const code = codeOf(error);
  const timedOut = code === "TimeoutError" || code === "ETIMEDOUT" || code === "ESOCKETTIMEDOUT";
  if (timedOut) return { ok: false, reason: "timeout", retryable: true, detail: "no answer in time" };
  return { ok: false, reason: "network", retryable: true, detail: redact(`could not be reached (${code})`, secrets) };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.name;
}
