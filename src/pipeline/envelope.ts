/**
 * Log shippers put records inside their own: as text under `log` or `message`, as an object under `_source` or `event`, as
 * a list under `records`. What they add (the shipper's pod and node) is not about the subject and is left behind.
 */

/** Keys under which shippers and stores put one record, as an object or as JSON text. */
const HOLDERS = [
  "log",
  "message",
  "_source",
  "event",
  "MESSAGE",
  "msg",
  "line",
  "_raw",
  "body",
  "data",
  "payload",
  "record",
  "jsonPayload",
  "textPayload",
  "result",
  "properties",
] as const;
/** Keys under which several records come together. */
const LISTS = ["records", "items", "flows", "hits", "events", "logEvents"] as const;
/** Wrappings inside wrappings, lists included: a store's page of hits around a shipper's line takes five. */
const MAX_NESTING = 6;
/** What container runtimes write before a line. */
const RUNTIME_PREFIX = /^\d{4}-\d\d-\d\dT\S+ (?:stdout|stderr) [FP] /;

type JsonObject = Readonly<Record<string, unknown>>;

/** The records inside a wrapping that `wanted` accepts; empty when there are none. Never throws. */
export function unwrap(record: unknown, wanted: (inner: unknown) => boolean, nesting = MAX_NESTING): readonly unknown[] {
  if (typeof record !== "object" || record === null || nesting === 0) return [];
  if (Array.isArray(record)) return record.flatMap((item) => (wanted(item) ? [item] : unwrap(item, wanted, nesting - 1)));
  const holder = record as JsonObject;
  for (const key of HOLDERS) {
    if (!Object.hasOwn(holder, key)) continue;
    const inner = decode(holder[key]);
    if (inner === undefined) continue;
    if (wanted(inner)) return [inner];
    const deeper = unwrap(inner, wanted, nesting - 1);
    if (deeper.length > 0) return deeper;
  }
  for (const key of LISTS) {
    if (!Object.hasOwn(holder, key)) continue;
    const deeper = unwrap(holder[key], wanted, nesting - 1);
    if (deeper.length > 0) return deeper;
  }
  return [];
}

function decode(value: unknown): object | undefined {
  if (typeof value === "object" && value !== null) return value;
  if (typeof value !== "string") return undefined;
  const text = value.replace(RUNTIME_PREFIX, "").trim();
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}
