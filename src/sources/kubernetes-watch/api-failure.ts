/** Why the API server could not be read, as a reason from a closed list. */
import { asObject, countAt, objectAt, textAt } from "../kubernetes-fields.ts";

export type FailureReason =
  | "expired"
  | "unauthorized"
  | "forbidden"
  | "throttled"
  | "unavailable"
  | "unreachable"
  | "dropped"
  | "certificate"
  | "protocol"
  | "configuration"
  | "store";

export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
  readonly reason: FailureReason;
  /** How long the server asks to wait, milliseconds. */
  readonly retryAfter: number | undefined;

  constructor(
    reason: FailureReason,
    message: string,
    options: { readonly retryAfter?: number | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.reason = reason;
    this.retryAfter = options.retryAfter;
  }
}

/** Longest text of a server that is passed on. */
const MAX_TEXT = 300;
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|ERR_TLS|ERR_SSL/;

/** The failure that a Status object tells of, as a whole answer or within a watch. `header`: of `Retry-After`. */
export function failureOfStatus(code: number, status: unknown, header?: string): ApiFailure {
  const object = asObject(status);
  const said = textAt(object, "message") ?? textAt(object, "reason") ?? "";
  const seconds = secondsOf(header) ?? countAt(objectAt(object, "details"), "retryAfterSeconds");
  const retryAfter = seconds === undefined ? undefined : seconds * 1000;
  return new ApiFailure(reasonOf(code), `${code} ${said}`.trim().slice(0, MAX_TEXT), { retryAfter });
}

/** Anything thrown while reading, as a failure. */
export function failureOf(error: unknown): ApiFailure {
  if (error instanceof ApiFailure) return error;
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  const name = typeof code === "string" ? code : "";
  const text = String(message ?? error).slice(0, MAX_TEXT);
  if (CERTIFICATE.test(name)) return new ApiFailure("certificate", text, { cause: error });
  // A connection that ends within an answer; one that never came about is another matter.
  if (name === "ECONNRESET" || name === "ERR_STREAM_PREMATURE_CLOSE") return new ApiFailure("dropped", text, { cause: error });
  if (name === "ENOENT" || name === "EACCES") return new ApiFailure("configuration", text, { cause: error });
  return new ApiFailure("unreachable", text, { cause: error });
}

function reasonOf(code: number): FailureReason {
  switch (code) {
    case 401:
      return "unauthorized";
    case 403:
      return "forbidden";
    case 410:
      return "expired";
    case 429:
      return "throttled";
    default:
      return code >= 500 ? "unavailable" : "protocol";
  }
}

function secondsOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header.trim()) ? Number(header) : undefined;
}
