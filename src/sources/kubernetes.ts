/**
 * Kubernetes objects as a change source: Pods and their owners, one by one, as a list, or as watch events. They are the
 * primary source of the timeline, because only running pods say which digest a tag became.
 */
import type { Outcome, ParseContext, PushSource } from "../ports/source.ts";
import { asObject, type JsonObject, objectAt, textAt } from "./kubernetes-fields.ts";
import { readMetadata } from "./kubernetes-metadata.ts";
import { readOwner } from "./kubernetes-owner.ts";
import { readPod } from "./kubernetes-pod.ts";

const OWNER_KINDS = new Set(["ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"]);
const GROUPS = /^(?:v1|(?:apps|batch|extensions)\/v\d+(?:(?:alpha|beta)\d+)?)$/;
const WATCH_TYPES = new Set(["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]);
/** Lists inside lists are not Kubernetes; one level is tolerated because tools concatenate exports. */
const MAX_LIST_DEPTH = 2;

function isTracked(kind: string | undefined): boolean {
  return kind === "Pod" || (kind !== undefined && OWNER_KINDS.has(kind));
}

function recognizes(record: unknown): boolean {
  const object = asObject(record);
  if (object === undefined) return false;
  const watched = WATCH_TYPES.has(textAt(object, "type") ?? "") ? objectAt(object, "object") : undefined;
  if (watched !== undefined) return isTracked(textAt(watched, "kind"));
  const kind = textAt(object, "kind");
  if (!GROUPS.test(textAt(object, "apiVersion") ?? "")) return false;
  if (isTracked(kind)) return objectAt(object, "metadata") !== undefined;
  if (kind?.endsWith("List") !== true || !Array.isArray(object.items)) return false;
  return isTracked(kind.slice(0, -"List".length)) || object.items.some((item) => isTracked(textAt(asObject(item), "kind")));
}

function parse(record: unknown, context: ParseContext): readonly Outcome[] {
  const object = asObject(record);
  if (object === undefined) return [{ type: "rejected", code: "not_an_object", message: "A Kubernetes object is expected." }];
  const type = textAt(object, "type");
  const watched = objectAt(object, "object");
  if (type === undefined || watched === undefined) return parseObject(object, undefined, false, context, 0);
  if (type === "BOOKMARK") return [{ type: "ignored", reason: "bookmark" }];
  if (type === "ERROR") return [{ type: "ignored", reason: "watch-error" }];
  if (WATCH_TYPES.has(type)) return parseObject(watched, undefined, type === "DELETED", context, 0);
  return [{ type: "rejected", code: "invalid_field", message: `type: ${type.slice(0, 40)} is not a watch event.` }];
}

function parseObject(
  object: JsonObject,
  listedKind: string | undefined,
  deleted: boolean,
  context: ParseContext,
  depth: number,
): readonly Outcome[] {
  // Items of a typed list (`PodList`) carry no kind of their own.
  const kind = textAt(object, "kind") ?? listedKind;
  if (kind === undefined) return [{ type: "rejected", code: "missing_field", message: "kind is missing." }];
  if (kind.endsWith("List")) return parseList(object, kind, context, depth);
  if (!isTracked(kind)) return [{ type: "ignored", reason: "untracked-kind" }];
  const metadata = readMetadata(object);
  if ("missing" in metadata) {
    return [{ type: "rejected", code: "missing_field", message: `${metadata.missing} of the ${kind} is missing.` }];
  }
  const seen = { kind, object, deleted, context };
  const records = kind === "Pod" ? readPod(seen, metadata) : [readOwner(seen, metadata)];
  return records.map((found) => ({ type: "timeline", record: found }));
}

function parseList(list: JsonObject, kind: string, context: ParseContext, depth: number): readonly Outcome[] {
  if (depth >= MAX_LIST_DEPTH) return [{ type: "rejected", code: "too_deep", message: "Lists are nested too deeply." }];
  if (!Array.isArray(list.items))
    return [{ type: "rejected", code: "missing_field", message: `items of the ${kind} is missing.` }];
  const itemKind = kind === "List" ? undefined : kind.slice(0, -"List".length);
  return list.items.flatMap((value): readonly Outcome[] => {
    const item = asObject(value);
    if (item === undefined)
      return [{ type: "rejected", code: "not_an_object", message: "An item of the list is not an object." }];
    return parseObject(item, itemKind, false, context, depth + 1);
  });
}

export const kubernetesSource: PushSource = { name: "kubernetes", accepts: "changes", recognizes, parse };
