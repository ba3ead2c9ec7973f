/** The daemon's log: JSON lines with constant messages and named fields, and no secrets. */
import pino, { type DestinationStream, type Logger } from "pino";

export type { Logger };

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Fields that hold secrets wherever they occur, down to two levels below the top. */
const SECRET_FIELDS = [
  "token",
  "secret",
  "password",
  "authorization",
  "cookie",
  "routing_key",
  "api_key",
  "key",
  "cert",
  "ca",
  "client_ca",
  "sasl_password",
];

const REDACTED = "[redacted]";

/** User and password of URLs, which libraries like to put into their messages. */
const CREDENTIALS = /([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi;
/** Slack tokens, Standard Webhooks secrets, bearer tokens. */
const TOKENS = /\bxox[a-z]-[\w-]+|\bwhs(?:ec|k)_[\w+/=-]+|\bBearer\s+[\w.~+/=-]+/gi;

/** Removes what looks like a secret from a text. */
export function scrub(text: string): string {
  return text.replaceAll(CREDENTIALS, `$1${REDACTED}@`).replaceAll(TOKENS, REDACTED);
}

/**
 * `destination`: where lines go, standard error by default, because standard output is for data. Bind context with
 * `child({ receiver: … })`; never spread outside data at the top level of a line.
 */
export function createLogger(options: { readonly level: LogLevel; readonly destination?: DestinationStream }): Logger {
  const paths = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths, censor: REDACTED },
      serializers: { err: serializeError },
    },
    options.destination ?? pino.destination({ dest: 2, sync: true }),
  );
}

/** Message, code and stack, scrubbed; nothing else of an error, since libraries hang requests and options on theirs. */
function serializeError(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { message: scrub(String(error)) };
  const { code } = error as { readonly code?: unknown };
  return {
    type: error.name,
    message: scrub(error.message),
    ...(code === undefined ? {} : { code: String(code) }),
    ...(error.stack === undefined ? {} : { stack: scrub(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: serializeError(error.cause) }),
  };
}
