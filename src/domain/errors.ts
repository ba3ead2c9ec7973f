/** Every coded error the program can answer with: one table, so that documentation can be tested against it. */

export interface ErrorEntry {
  readonly meaning: string;
  readonly remedy: string;
  readonly retryable: boolean;
}

export const ERRORS = {
  invalid_json: {
    meaning: "The record is not valid JSON.",
    remedy: "Send one JSON object per line, a JSON array, or one object.",
    retryable: false,
  },
  not_an_object: { meaning: "The record is not a JSON object.", remedy: "Send an object.", retryable: false },
  unknown_format: {
    meaning: "No source recognises the record.",
    remedy: "Name the source with ?source=, or check the shape against the documentation.",
    retryable: false,
  },
  unknown_source: {
    meaning: "There is no source of that name.",
    remedy: "Use one of the names listed by the message.",
    retryable: false,
  },
  source_not_built: {
    meaning: "That source is specified but not built in this version.",
    remedy: "Use another source or upgrade.",
    retryable: false,
  },
  missing_field: { meaning: "A required field is missing.", remedy: "Add the field named by the message.", retryable: false },
  invalid_field: {
    meaning: "A field has the wrong type or is out of range.",
    remedy: "Correct the field named by the message.",
    retryable: false,
  },
  too_deep: { meaning: "The record is nested too deeply.", remedy: "Flatten it; 64 levels are accepted.", retryable: false },
  record_too_large: {
    meaning: "One record is larger than accepted.",
    remedy: "Send records of at most 1 MiB.",
    retryable: false,
  },
  body_too_large: { meaning: "The body exceeds limits.body.", remedy: "Send smaller batches.", retryable: false },
  bad_encoding: {
    meaning: "The body could not be decompressed or is not UTF-8.",
    remedy: "Send identity or gzip, UTF-8.",
    retryable: false,
  },
  unsupported_media_type: {
    meaning: "The content type is not accepted.",
    remedy: "Send application/json or application/x-ndjson.",
    retryable: false,
  },
  overloaded: {
    meaning: "Too many events are waiting to be stored.",
    remedy: "Retry after the time in Retry-After.",
    retryable: true,
  },
  store_unavailable: {
    meaning: "The store cannot be reached.",
    remedy: "Retry after the time in Retry-After; check store.url and Redis.",
    retryable: true,
  },
  series_limit: {
    meaning: "limits.series is reached; new series are refused.",
    remedy: "Raise limits.series or reduce the number of policies and workloads.",
    retryable: false,
  },
  fenced: {
    meaning: "Another daemon has taken over this shard.",
    remedy: "None needed: the other daemon continues.",
    retryable: false,
  },
  unauthorized: { meaning: "No or an unknown bearer token.", remedy: "Send Authorization: Bearer <token>.", retryable: false },
  forbidden: {
    meaning: "The token lacks the scope, or the address is not loopback.",
    remedy: "Use a token with the needed scope.",
    retryable: false,
  },
  not_found: { meaning: "There is no such thing.", remedy: "Check the id or path.", retryable: false },
  not_built: { meaning: "Specified but not built in this version.", remedy: "Upgrade when it is released.", retryable: false },
  invalid_request: { meaning: "A parameter is wrong.", remedy: "Correct the parameter named by the message.", retryable: false },
  nothing_understood: {
    meaning: "No record of the body was understood.",
    remedy: "See errors for the reason of each record.",
    retryable: false,
  },
  invalid_configuration: { meaning: "The configuration is not valid.", remedy: "Run tenfold check.", retryable: false },
  internal: { meaning: "A defect in Tenfold.", remedy: "Report it with the log line.", retryable: false },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** An expected failure with a code from the table. `message` says what is wrong with this very input. */
export class TenfoldError extends Error {
  readonly code: ErrorCode;
  /** Seconds after which a retry makes sense, for retryable codes. */
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string, options?: { readonly retryAfter?: number; readonly cause?: unknown }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = "TenfoldError";
    this.code = code;
    this.retryAfter = options?.retryAfter;
  }

  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }
}
