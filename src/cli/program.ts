/** Assembles the command line and maps every way a command can end to an exit code. */
import { Command, CommanderError } from "commander";
import type { CliCommand, CliIo } from "./command.ts";
import { EXIT, type ExitCode, exitOf } from "./exit.ts";

/** Runs one command line (without node and script). Never rejects. */
export async function runProgram(
  argv: readonly string[],
  commands: readonly CliCommand[],
  version: string,
  io: CliIo,
): Promise<ExitCode> {
  try {
    await createProgram(commands, version, io).parseAsync([...argv], { from: "user" });
    return EXIT.ok;
  } catch (error) {
    // Commander has already said what was wrong; help and version are not errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { code, detail } = exitOf(error);
    if (detail !== "") io.stderr.write(`${detail}\n`);
    return code;
  }
}

export function createProgram(commands: readonly CliCommand[], version: string, io: CliIo): Command {
  const program = new Command("tenfold")
    .description("Counts policy violations per workload version, detects rate spikes and names the image digest behind them.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .showHelpAfterError("Run tenfold --help for the commands.");
  inherit(program, io);
  for (const { name, summary, build } of commands) {
    const command = program.command(name).helpOption("-h, --help", "print this help");
    inherit(command, io);
    command.showHelpAfterError(`Run tenfold ${name} --help for the options.`);
    build(command, io);
    if (command.description() === "") command.description(sentence(summary));
    command.summary(summary);
  }
  program.addHelpText("after", EXIT_CODES);
  return program;
}

const EXIT_CODES = `
Exit codes: 0 ok, 1 failed while running, 2 wrong usage or configuration, 3 the thing checked did not hold,
70 internal error, 128+N signal.`;

function inherit(command: Command, io: CliIo): void {
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => void io.stdout.write(text),
    writeErr: (text) => void io.stderr.write(text),
    getOutHasColors: () => io.color,
    getErrHasColors: () => io.color,
  });
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}
