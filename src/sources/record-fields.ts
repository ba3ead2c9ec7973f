/** Reading fields of records nobody has checked: every function takes any JSON value and never throws. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object under `key`, or undefined. Only own keys count, so that `constructor` is not found on every record. */
export function objectAt(record: JsonObject, key: string): JsonObject | undefined {
  const value = record[key];
  return isObject(value) && Object.hasOwn(record, key) ? value : undefined;
}

/** The array under `key`, or an empty one. */
export function listAt(record: JsonObject, key: string): readonly unknown[] {
  const value = record[key];
  return Array.isArray(value) ? value : [];
}

/**
 * Text of a field, or undefined when it says nothing. Products write "nothing" as null, `""`, `-`, `<NA>`, `<nil>` and
 * `null`; numbers are accepted as text because some shippers turn digits into numbers.
 */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : undefined;
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  switch (text) {
    case "":
    case "-":
    case "<NA>":
    case "N/A":
    case "<nil>":
    case "<none>":
    case "null":
      return undefined;
    default:
      return text.length > MAX_FIELD ? text.slice(0, MAX_FIELD) : text;
  }
}

export function textAt(record: JsonObject, key: string): string | undefined {
  return textOf(record[key]);
}

/** A whole number >= 0, also written as text (protobuf JSON writes 64-bit numbers so); undefined otherwise. */
export function countOf(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** Longest identity field kept (policy, namespace, names), characters. Kubernetes names have at most 253. */
export const MAX_FIELD = 512;
/** Longest message kept with a violation, characters. */
export const MAX_MESSAGE = 2048;

export function messageOf(value: unknown): string | undefined {
  if (typeof value !== "string" || value === "") return undefined;
  return value.length > MAX_MESSAGE ? value.slice(0, MAX_MESSAGE) : value;
}
