/** A command as data: the program lists them, see commands.ts. */
import type { Writable } from "node:stream";
import type { Command } from "commander";
import { CommandFailure, EXIT } from "./exit.ts";

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

/** A command that is specified but does not exist yet: it says so, whatever its arguments. */
export function unbuilt(name: string, summary: string): CliCommand {
  return {
    name,
    summary: `${summary} (not built in this version)`,
    build(command) {
      command
        .allowUnknownOption()
        .allowExcessArguments()
        .argument("[arguments...]")
        .action(() => {
          throw new CommandFailure(EXIT.usage, `error: ${name} is specified but not built in this version`);
        });
    },
  };
}
