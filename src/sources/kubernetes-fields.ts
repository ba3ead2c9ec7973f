/**
 * Reading Kubernetes objects nobody has validated: every reader returns undefined for a missing or mistyped field and
 * looks at own properties only, so that no JSON value can reach a prototype.
 */
import { parseTime } from "../domain/time.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

function own(object: JsonObject | undefined, key: string): unknown {
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
}

export function objectAt(object: JsonObject | undefined, ...path: readonly string[]): JsonObject | undefined {
  let at = object;
  for (const key of path) at = asObject(own(at, key));
  return at;
}

/** Objects of an array; what is not an object in it is passed over. */
export function objectsAt(object: JsonObject | undefined, key: string): readonly JsonObject[] {
  const value = own(object, key);
  if (!Array.isArray(value)) return [];
  return value.map(asObject).filter((item) => item !== undefined);
}

/** A non-empty text. */
export function textAt(object: JsonObject | undefined, key: string): string | undefined {
  const value = own(object, key);
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function countAt(object: JsonObject | undefined, key: string): number | undefined {
  const value = own(object, key);
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

export function flagAt(object: JsonObject | undefined, key: string): boolean {
  return own(object, key) === true;
}

/** A Kubernetes time. A YAML reader may have turned it into a Date. */
export function timeAt(object: JsonObject | undefined, key: string): number | undefined {
  const value = own(object, key);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.getTime();
  return typeof value === "string" ? parseTime(value) : undefined;
}

/** Text entries of a map such as labels; at most `limit`, so that one object cannot fill the timeline. */
export function textMapAt(object: JsonObject | undefined, key: string, limit: number): Readonly<Record<string, string>> {
  const entries: [string, string][] = [];
  for (const [name, value] of Object.entries(objectAt(object, key) ?? {})) {
    if (entries.length >= limit) break;
    if (typeof value === "string" && name !== "__proto__") entries.push([name, value]);
  }
  return Object.fromEntries(entries);
}
