/** Errors as RFC 9457 problem documents with a stable code. */
import { ERRORS, type ErrorCode, TenfoldError } from "../domain/errors.ts";

export const PROBLEM_TYPE = "application/problem+json; charset=utf-8";

const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  body_too_large: 413,
  record_too_large: 413,
  unsupported_media_type: 415,
  overloaded: 429,
  store_unavailable: 503,
  fenced: 503,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  not_built: 501,
  source_not_built: 501,
  internal: 500,
};

/** Seconds, for retryable errors that do not say. */
const DEFAULT_RETRY_AFTER = 1;

export interface Problem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** An error of one parameter of a request: the answer names it. */
export class ParameterError extends TenfoldError {
  readonly parameter: string;

  constructor(parameter: string, message: string) {
    super("invalid_request", `${parameter}: ${message}`);
    this.parameter = parameter;
  }
}

/** An error with another status than its code usually has, or with further members or headers. */
export class HttpError extends TenfoldError {
  readonly status: number;
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      readonly status: number;
      readonly members?: Readonly<Record<string, unknown>>;
      readonly headers?: Readonly<Record<string, string>>;
      readonly retryAfter?: number;
    },
  ) {
    super(code, message, options.retryAfter === undefined ? undefined : { retryAfter: options.retryAfter });
    this.status = options.status;
    this.members = options.members ?? {};
    this.headers = options.headers ?? {};
  }
}

/** The answer to an error. Whatever is not a TenfoldError is a defect: its text is logged, never sent. */
export function problemOf(error: unknown, instance: string): Problem {
  const known = error instanceof TenfoldError ? error : new TenfoldError("internal", "something went wrong; see the log");
  const entry = ERRORS[known.code];
  const status = known instanceof HttpError ? known.status : (STATUS[known.code] ?? 400);
  const retryAfter = status === 429 || status === 503 ? (known.retryAfter ?? DEFAULT_RETRY_AFTER) : undefined;
  return {
    status,
    headers: {
      "content-type": PROBLEM_TYPE,
      ...(retryAfter === undefined ? {} : { "retry-after": String(Math.max(1, Math.ceil(retryAfter))) }),
      ...(known.code === "unauthorized" ? { "www-authenticate": 'Bearer realm="tenfold"' } : {}),
      ...(known instanceof HttpError ? known.headers : {}),
    },
    body: {
      type: `urn:tenfold:error:${known.code}`,
      title: entry.meaning,
      status,
      detail: known.message,
      instance,
      code: known.code,
      remedy: entry.remedy,
      retryable: entry.retryable,
      ...(known instanceof ParameterError ? { parameter: known.parameter } : {}),
      ...(known instanceof HttpError ? known.members : {}),
    },
  };
}

/** Errors of the server library, as ours: all that are the client's fault; undefined for everything else. */
export function clientFault(error: unknown): TenfoldError | undefined {
  if (error instanceof TenfoldError) return error;
  if (typeof error !== "object" || error === null) return undefined;
  const { statusCode, code, message } = error as { statusCode?: unknown; code?: unknown; message?: unknown };
  if (typeof statusCode !== "number" || statusCode < 400 || statusCode >= 500) return undefined;
  if (statusCode === 413) return new TenfoldError("body_too_large", "the body is too large");
  if (statusCode === 415) return new TenfoldError("unsupported_media_type", "the content type is not accepted");
  const text = typeof message === "string" ? message : String(code);
  return new HttpError("invalid_request", text, { status: statusCode });
}
