/** What is wrong with a configuration file, where, and what to write instead. */

export interface Problem {
  /** `error`: the file cannot be used. `warning`: it can, but probably not as meant. */
  readonly severity: "error" | "warning";
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Where in the structure, e.g. `route.routes[1].receiver`; empty for the whole file. */
  readonly path: string;
  readonly message: string;
  readonly suggestion?: string;
}

export type PathPart = string | number;

/** A problem found in the structure, before its place in the file is known. */
export interface Finding {
  readonly severity: Problem["severity"];
  readonly path: readonly PathPart[];
  /** Point to the key itself rather than to its value. */
  readonly atKey?: boolean;
  readonly message: string;
  readonly suggestion?: string | undefined;
}

/** `["route", "routes", 1, "receiver"]` → `route.routes[1].receiver`. */
export function formatPath(path: readonly PathPart[]): string {
  let out = "";
  for (const part of path) out += typeof part === "number" ? `[${part}]` : out === "" ? part : `.${part}`;
  return out;
}

/** One line for people, in the form editors and CI understand: `file:line:column: severity: path: message; suggestion`. */
export function formatProblem(problem: Problem): string {
  const path = problem.path === "" ? "" : `${problem.path}: `;
  const suggestion = problem.suggestion === undefined ? "" : `; ${problem.suggestion}`;
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.severity}: ${path}${problem.message}${suggestion}`;
}
