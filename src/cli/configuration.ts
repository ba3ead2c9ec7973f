/** The configuration file of a command: `--config`, or the default place. */
import { existsSync } from "node:fs";
import { type LoadResult, loadConfigFile, loadConfigText } from "../../config/load.ts";
import { formatProblem, type Problem } from "../../config/problem.ts";
import type { Config } from "../../config/schema.ts";
import type { CliIo } from "./command.ts";
import { CommandFailure, EXIT } from "./exit.ts";

export const DEFAULT_CONFIG_FILE = "config/tenfold.yaml";

/** Loads `--config`. Without it the default file, and without that one the built-in defaults, as of an empty file. */
export function loadConfig(file: string | undefined, io: CliIo): LoadResult {
  if (file === undefined && !existsSync(DEFAULT_CONFIG_FILE)) return loadConfigText("", DEFAULT_CONFIG_FILE, io.env);
  return loadConfigFile(file ?? DEFAULT_CONFIG_FILE, io.env);
}

/** For commands that cannot go on without: prints warnings, and ends with exit code 2 when there are errors. */
export function requireConfig(file: string | undefined, io: CliIo): Config {
  const result = loadConfig(file, io);
  const problems = result.ok ? result.warnings : result.problems;
  if (!result.ok) throw new CommandFailure(EXIT.usage, describeProblems(problems));
  for (const problem of problems) io.stderr.write(`${formatProblem(problem)}\n`);
  return result.config;
}

/** One problem a line, and how many there are. */
export function describeProblems(problems: readonly Problem[]): string {
  const errors = problems.filter((problem) => problem.severity === "error").length;
  const count = `${errors} ${errors === 1 ? "error" : "errors"}, ${problems.length - errors} warnings`;
  return [...problems.map(formatProblem), count].join("\n");
}
