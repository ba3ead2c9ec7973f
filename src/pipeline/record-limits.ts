/** Cheap bounds on decoded records. */

/** True when objects and arrays are nested more than `limit` deep. Looks no deeper than that, whatever the input. */
export function exceedsDepth(value: object, limit: number): boolean {
  if (limit <= 0) return true;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === "object" && item !== null && exceedsDepth(item, limit - 1)) return true;
    return false;
  }
  const record = value as Readonly<Record<string, unknown>>;
  for (const key in record) {
    const item = record[key];
    if (typeof item === "object" && item !== null && exceedsDepth(item, limit - 1)) return true;
  }
  return false;
}

/** True when the record certainly takes more than `limit` bytes as JSON. Its depth must have been checked. */
export function exceedsSize(value: object, limit: number): boolean {
  return subtractSize(value, limit) < 0;
}

/** What the value leaves of a budget; negative as soon as it is spent. */
function subtractSize(value: unknown, budget: number): number {
  if (typeof value === "string") return budget - value.length - 2;
  if (typeof value !== "object" || value === null) return budget - 1;
  let left = budget - 2;
  if (Array.isArray(value)) {
    for (const item of value) {
      if (left < 0) return left;
      left = subtractSize(item, left);
    }
    return left;
  }
  const record = value as Readonly<Record<string, unknown>>;
  for (const key in record) {
    if (left < 0) return left;
    left = subtractSize(record[key], left - key.length - 3);
  }
  return left;
}

/** True when the text takes more than `limit` bytes of UTF-8. */
export function utf8Exceeds(text: string, limit: number): boolean {
  if (text.length > limit) return true;
  // A UTF-16 unit takes at most three bytes.
  if (text.length * 3 <= limit) return false;
  return new TextEncoder().encode(text).length > limit;
}
