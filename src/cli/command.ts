/** A command as data: the program lists them, see commands.ts. */
import type { Writable } from "node:stream";
import type { Command } from "commander";

/** Where a command writes, and what it knows of its surroundings. */
export interface CliIo {
  /** Data. */
  readonly stdout: Writable;
  /** Everything else. */
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Standard output is a terminal that wants colour: no NO_COLOR, not TERM=dumb. */
  readonly color: boolean;
}

export interface CliCommand {
  readonly name: string;
  /** One line, lower case, without a full stop. */
  readonly summary: string;
  /**
   * Declares arguments and options and sets the action. The action resolves when the command is done (exit 0), or throws:
   * a CommandFailure with the code, a TenfoldError, or anything else, which counts as a defect (70).
   */
  build(command: Command, io: CliIo): void;
}
