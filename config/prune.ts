/** Leaves out what the schema refused, so that the rest can still be checked and one run reports every problem. */
import type { PathPart } from "./problem.ts";

/** A copy of `value` without the value at `path`; undefined when `path` is empty. */
export function without(value: unknown, path: readonly PathPart[]): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return undefined;
  if (Array.isArray(value)) {
    if (rest.length === 0) return value.filter((_, index) => index !== head);
    return value.map((item, index) => (index === head ? without(item, rest) : item));
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  if (rest.length === 0) return Object.fromEntries(entries.filter(([key]) => key !== head));
  return Object.fromEntries(entries.map(([key, inner]) => [key, key === head ? without(inner, rest) : inner]));
}
