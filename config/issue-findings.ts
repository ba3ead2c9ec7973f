/** Findings of the schema, in words that say what to write instead. */
import type { z } from "zod";
import { keysAt, unitAt } from "./json-schema-walk.ts";
import { didYouMean } from "./nearest.ts";
import { type Finding, formatPath, type PathPart } from "./problem.ts";

type Issue = z.core.$ZodIssue;

const UNIT_HINTS: Readonly<Record<string, string>> = {
  duration: "write a whole number and a unit: 500ms, 10s, 5m, 4h, 7d or 2w",
  bytes: "write a number and a unit: 512KiB, 32MiB or 1GiB",
};

/** Findings of one issue: an unknown-key issue may name several keys. `root` is the value that was checked. */
export function findingsOf(issue: Issue, root: unknown, schema: Readonly<Record<string, unknown>>): readonly Finding[] {
  const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, path);
    return issue.keys.map((key) => ({
      severity: "error",
      path: [...path, key],
      atKey: true,
      message: "unknown key",
      suggestion: didYouMean(key, known),
    }));
  }
  if (issue.code === "invalid_union") {
    const branch = bestBranch(issue.errors);
    if (branch) return findingsOf({ ...branch, path: [...issue.path, ...branch.path] } as Issue, root, schema);
  }
  return [{ severity: "error", path, ...words(issue, path, valueAt(root, path), schema) }];
}

function words(
  issue: Issue,
  path: readonly PathPart[],
  found: unknown,
  schema: Readonly<Record<string, unknown>>,
): { readonly message: string; readonly suggestion: string | undefined } {
  const unit = UNIT_HINTS[unitAt(schema, path) ?? ""];
  if (found === undefined && issue.code !== "custom") {
    return { message: "is required but missing", suggestion: `add ${formatPath(path.slice(-1))}:` };
  }
  switch (issue.code) {
    case "invalid_type":
      return {
        message: `expected ${nameOf(issue.expected)}, found ${kindOf(found)}`,
        suggestion: unit ?? shapeHint(issue.expected),
      };
    case "invalid_value": {
      const known = issue.values.map(String);
      const suggestion = typeof found === "string" ? didYouMean(found, known) : `use one of ${known.join(", ")}`;
      return { message: `${kindOf(found)} that is not one of the allowed values`, suggestion };
    }
    case "too_small":
      return {
        message: `too small: at least ${issue.minimum} ${issue.origin === "number" ? "" : "needed"}`.trim(),
        suggestion: undefined,
      };
    case "too_big":
      return { message: `too large: at most ${issue.maximum}`, suggestion: undefined };
    case "custom": {
      const suggestion = issue.params?.suggestion;
      return { message: issue.message, suggestion: typeof suggestion === "string" ? suggestion : undefined };
    }
    default:
      return { message: issue.message, suggestion: unit };
  }
}

/** Of the alternatives of a union, the one the writer seems to have meant: it failed for another reason than its type. */
function bestBranch(branches: readonly (readonly Issue[])[]): Issue | undefined {
  const issues = branches.flatMap((branch) => branch.slice(0, 1));
  return issues.find((issue) => issue.code !== "invalid_type" || issue.path.length > 0) ?? issues[0];
}

function nameOf(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    string: "text",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
    array: "a list",
    object: "a section with keys",
  };
  return names[expected] ?? expected;
}

function kindOf(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a section with keys";
  if (typeof value === "string") return "text";
  return typeof value === "boolean" ? "true or false" : "a number";
}

function shapeHint(expected: string): string | undefined {
  if (expected === "array") return "write a list: [a, b], or one entry a line, each after a dash";
  if (expected === "object") return "write keys below it, indented, or {key: value}";
  return expected === "string" ? "put the value in quotes" : undefined;
}

export function valueAt(root: unknown, path: readonly PathPart[]): unknown {
  let value = root;
  for (const part of path) value = (value as Readonly<Record<string, unknown>> | null | undefined)?.[part];
  return value;
}
