/** Reads a configuration file into a checked configuration, or into everything that is wrong with it. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { findingsOf } from "./issue-findings.ts";
import { lint } from "./lint.ts";
import { lintFiles } from "./lint-files.ts";
import { type Finding, formatPath, type Problem } from "./problem.ts";
import { without } from "./prune.ts";
import { type Config, configJsonSchema, configSchema } from "./schema.ts";
import { readSecretFiles } from "./secret-files.ts";
import type { Environment } from "./substitute.ts";
import { readYaml, type YamlFile } from "./yaml-file.ts";

export type LoadResult =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly Problem[] }
  /** At least one problem is an error; warnings are among them. In the order of the file. */
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Loads a file. A file that cannot be read is a problem like any other. */
export function loadConfigFile(file: string, environment: Environment): LoadResult {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    const message = code === "ENOENT" ? "the file does not exist" : `the file cannot be read (${code})`;
    const suggestion = "name the configuration file with --config";
    return { ok: false, problems: [{ severity: "error", file, line: 1, column: 1, path: "", message, suggestion }] };
  }
  return loadConfigText(text, file, environment);
}

/** Loads a text. `file` is used in problems, and its folder to find secrets given as files. */
export function loadConfigText(text: string, file: string, environment: Environment): LoadResult {
  const yaml = readYaml(text.replace(/^\uFEFF/, ""), environment);
  if (yaml.syntax.length > 0) {
    return { ok: false, problems: yaml.syntax.map((problem) => ({ severity: "error", file, path: "", ...problem })) };
  }
  const findings: Finding[] = [...yaml.findings];
  const value = readSecretFiles(yaml.value ?? {}, dirname(resolve(file)), findings);
  const config = check(value, findings);
  const problems = findings.map((finding) => place(finding, file, yaml)).sort(byPosition);
  if (config === undefined || problems.some((problem) => problem.severity === "error")) return { ok: false, problems };
  return { ok: true, config, warnings: problems };
}

/** The built-in configuration: what an empty file means. */
export function defaultConfig(): Config {
  return configSchema.parse({});
}

/** How often what the schema refused is left out before giving up on the remaining checks. */
const PRUNE_ROUNDS = 4;

function check(value: unknown, findings: Finding[]): Config | undefined {
  let rest = value;
  const refused: string[] = [];
  for (let round = 0; round <= PRUNE_ROUNDS; round++) {
    const result = configSchema.safeParse(rest);
    if (result.success) {
      // What merely follows from a refused value is not reported: a route to a receiver whose name was refused, a warning.
      const namesRefused = refused.some((path) => /^(receivers|time_intervals)(\[\d+\](\.name)?)?$/.test(path));
      const own = (finding: Finding) => finding.severity === "error" && !(namesRefused && finding.path[0] === "route");
      findings.push(
        ...[...lint(result.data), ...lintFiles(result.data)].filter((finding) => refused.length === 0 || own(finding)),
      );
      return result.data;
    }
    const schema = configJsonSchema();
    const found = result.error.issues.flatMap((issue) => findingsOf(issue, rest, schema));
    if (round === 0) {
      const known = new Set(findings.map((finding) => formatPath(finding.path)));
      findings.push(...found.filter((finding) => !known.has(formatPath(finding.path))));
    }
    for (const finding of [...found].reverse()) {
      refused.push(formatPath(finding.path));
      // From the second round on what remained cannot stand without what was left out: its parent goes too.
      rest = without(rest, round === 0 ? finding.path : finding.path.slice(0, -1)) ?? {};
    }
  }
  return undefined;
}

function place(finding: Finding, file: string, yaml: YamlFile): Problem {
  const position = yaml.locate(finding.path, finding.atKey === true);
  return {
    severity: finding.severity,
    file,
    ...position,
    path: formatPath(finding.path),
    message: finding.message,
    ...(finding.suggestion === undefined ? {} : { suggestion: finding.suggestion }),
  };
}

function byPosition(a: Problem, b: Problem): number {
  return a.line - b.line || a.column - b.column;
}
