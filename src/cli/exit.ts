/** Exit codes, and errors that mean one. */
import { type ErrorCode, TenfoldError } from "../domain/errors.ts";

export const EXIT = {
  ok: 0,
  /** Failed while running: a file, the network, a store. */
  failed: 1,
  /** Wrong usage or configuration. */
  usage: 2,
  /** The thing checked did not hold. */
  notHeld: 3,
  /** A defect. */
  internal: 70,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a code. The message goes to standard error; an empty one prints nothing. */
export class CommandFailure extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message = "") {
    super(message);
    this.name = "CommandFailure";
    this.exitCode = exitCode;
  }
}

/** Errors in what the user asked for, not in doing it. */
const USAGE_ERRORS: readonly ErrorCode[] = [
  "invalid_configuration",
  "invalid_request",
  "not_built",
  "unknown_source",
  "source_not_built",
];

/** What an error that ended a command means. `detail` is for standard error. */
export function exitOf(error: unknown): { readonly code: ExitCode; readonly detail: string } {
  if (error instanceof CommandFailure) return { code: error.exitCode, detail: error.message };
  if (error instanceof TenfoldError) {
    if (error.code === "internal") return { code: EXIT.internal, detail: describeDefect(error) };
    const usage = USAGE_ERRORS.includes(error.code);
    return { code: usage ? EXIT.usage : EXIT.failed, detail: `error: ${error.message} (${error.code})` };
  }
  if (isSystemError(error)) return { code: EXIT.failed, detail: `error: ${error.message}` };
  return { code: EXIT.internal, detail: describeDefect(error) };
}

/** Errors of the operating system or of a connection (ENOENT, EADDRINUSE, ECONNREFUSED …): nobody's defect. */
function isSystemError(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  return typeof syscall === "string" || (typeof code === "string" && /^E[A-Z0-9]+$/.test(code) && !code.startsWith("ERR_"));
}

function describeDefect(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `internal error: this is a defect of tenfold, please report it with the lines below\n${stack}`;
}
