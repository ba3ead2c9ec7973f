/**
 * JSON in exactly one form, so that equal values have equal bytes and can be hashed: RFC 8785, members in the order of
 * UTF-16 code units, no blanks, texts and numbers as ECMAScript writes them. Members that are undefined are left out.
 */

/** Deeper values are refused: they come only from files that somebody made up, and must not exhaust the stack. */
const MAX_DEPTH = 64;

/** Throws a RangeError for a value nested deeper than 64 levels. */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > MAX_DEPTH) throw new RangeError("nested too deeply");
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, depth + 1)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const object = value as Readonly<Record<string, unknown>>;
  const members = Object.keys(object)
    .filter((key) => object[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key], depth + 1)}`);
  return `{${members.join(",")}}`;
}
