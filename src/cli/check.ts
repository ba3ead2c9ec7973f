import { Option } from "commander";
import { formatProblem } from "../../config/problem.ts";
import type { CliCommand } from "./command.ts";
import { DEFAULT_CONFIG_FILE, describeProblems, loadConfig } from "./configuration.ts";
import { CommandFailure, EXIT } from "./exit.ts";

interface CheckOptions {
  readonly config?: string;
  readonly format: "text" | "json";
}

/** `tenfold check`: the same loader as the daemon, and everything it found. */
export const check: CliCommand = {
  name: "check",
  summary: "validate the configuration",
  build(command, io) {
    command
      .description("Validates the configuration: every problem with file, line, column, path, and what to write instead.")
      .option("--config <file>", `configuration file (default: ${DEFAULT_CONFIG_FILE})`)
      .addOption(new Option("--format <format>", "how to print what was found").choices(["text", "json"]).default("text"))
      .action((options: CheckOptions) => {
        const result = loadConfig(options.config, io);
        const problems = result.ok ? result.warnings : result.problems;
        if (options.format === "json") io.stdout.write(`${JSON.stringify({ ok: result.ok, problems }, null, 2)}\n`);
        if (!result.ok) throw new CommandFailure(EXIT.usage, options.format === "json" ? "" : describeProblems(problems));
        if (options.format === "json") return;
        for (const problem of problems) io.stderr.write(`${formatProblem(problem)}\n`);
        io.stdout.write(`${options.config ?? DEFAULT_CONFIG_FILE}: ok\n`);
      });
  },
};
