/** A request of the audit log that was granted, and whether it changed anything. */
import { asObject, type JsonObject, objectAt, objectsAt, textAt, timeAt } from "./kubernetes-fields.ts";

export interface AuditedRequest {
  /** The same for all stages and copies of one request. */
  readonly id: string;
  readonly time: number;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string | undefined;
  /** Empty for what belongs to no namespace. */
  readonly namespace: string;
  readonly name: string | undefined;
  /** Version the client thought to change. */
  readonly version: string | undefined;
  /** Who; when one acts as another, the other. */
  readonly actor: string | undefined;
  /** What was sent: an object, a patch, or a list of patch operations. Only at the levels Request and RequestResponse. */
  readonly sent: unknown;
  /** The object as it is afterwards. Only at the level RequestResponse. */
  readonly stored: JsonObject | undefined;
}

/** Times of `managedFields` are whole seconds, and a request takes a while. */
const TOLERANCE = 2_000;

/**
 * True when the object certainly was as the request wanted it. The server then leaves its version alone, and the times at
 * which its fields were last written.
 */
export function hasChangedNothing({ verb, version, stored, time }: AuditedRequest): boolean {
  if (verb !== "update" && verb !== "patch") return false;
  const metadata = objectAt(stored, "metadata");
  const after = textAt(metadata, "resourceVersion");
  if (version !== undefined && after !== undefined) return version === after;
  const writes = objectsAt(metadata, "managedFields")
    .filter((entry) => textAt(entry, "subresource") === undefined)
    .map((entry) => timeAt(entry, "time") ?? Number.POSITIVE_INFINITY);
  return writes.length > 0 && Math.max(...writes) < time - TOLERANCE;
}

/**
 * Whether a patch touches a field, by its path. Undefined when that cannot be told: the content was not recorded, or a
 * whole object was sent.
 */
export function touches({ verb, sent }: AuditedRequest, ...path: readonly string[]): boolean | undefined {
  if (verb !== "patch") return undefined;
  if (Array.isArray(sent)) {
    const prefix = `/${path.join("/")}`;
    const paths = sent.map((operation: unknown) => textAt(asObject(operation), "path") ?? "");
    return paths.some((one) => one === prefix || one.startsWith(`${prefix}/`) || prefix.startsWith(`${one}/`));
  }
  let at = asObject(sent);
  // What is applied by the server names itself, as a whole object does.
  if (at === undefined || textAt(at, "kind") !== undefined) return undefined;
  for (const [depth, key] of path.entries()) {
    if (at === undefined || !Object.hasOwn(at, key)) return false;
    if (depth < path.length - 1) at = asObject(at[key]);
  }
  return true;
}
