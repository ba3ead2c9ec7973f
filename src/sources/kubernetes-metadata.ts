/** What every Kubernetes object carries: its name, its place, its controller. */
import type { ParseContext } from "../ports/source.ts";
import { flagAt, type JsonObject, objectAt, objectsAt, textAt, timeAt } from "./kubernetes-fields.ts";

/** A watched object on its way to becoming timeline records. */
export interface SeenObject {
  readonly kind: string;
  readonly object: JsonObject;
  /** True when a watch said DELETED: this is its last state. */
  readonly deleted: boolean;
  readonly context: ParseContext;
}

export interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly createdAt: number | undefined;
  /** When the object is due to be gone: the request plus the grace period, possibly still ahead. */
  readonly deletionAt: number | undefined;
  /** Immediate controller as `Kind/name`. */
  readonly owner: string | undefined;
  readonly ownerUid: string | undefined;
}

/** Metadata, or the path of the field that is missing. A namespace left out is `default`, as everywhere in Kubernetes. */
export function readMetadata(object: JsonObject): Metadata | { readonly missing: string } {
  const metadata = objectAt(object, "metadata");
  const name = textAt(metadata, "name");
  if (name === undefined) return { missing: "metadata.name" };
  const uid = textAt(metadata, "uid");
  if (uid === undefined) return { missing: "metadata.uid" };
  const controller = objectsAt(metadata, "ownerReferences").find((reference) => flagAt(reference, "controller"));
  const kind = textAt(controller, "kind");
  const ownerName = textAt(controller, "name");
  return {
    name,
    namespace: textAt(metadata, "namespace") ?? "default",
    uid,
    createdAt: timeAt(metadata, "creationTimestamp"),
    deletionAt: timeAt(metadata, "deletionTimestamp"),
    owner: kind !== undefined && ownerName !== undefined ? `${kind}/${ownerName}` : undefined,
    ownerUid: textAt(controller, "uid"),
  };
}
