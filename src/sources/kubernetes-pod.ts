/** A Pod object → what the timeline needs of it. */
import type { AliasObservation, PodObservation } from "../domain/observation.ts";
import { readContainers } from "./kubernetes-containers.ts";
import { flagAt, type JsonObject, objectAt, objectsAt, textAt, textMapAt } from "./kubernetes-fields.ts";
import type { Metadata, SeenObject } from "./kubernetes-metadata.ts";
import { readPodTimes } from "./kubernetes-pod-times.ts";

/** Labels kept of one pod. */
const MAX_LABELS = 64;
/** Marks a pod the kubelet started from a file; its API object is only a mirror. */
const MIRROR_ANNOTATION = "kubernetes.io/config.mirror";

export function readPod(seen: SeenObject, metadata: Metadata): readonly (PodObservation | AliasObservation)[] {
  const spec = objectAt(seen.object, "spec");
  const meta = objectAt(seen.object, "metadata");
  const labels = textMapAt(meta, "labels", MAX_LABELS);
  const node = textAt(spec, "nodeName");
  const serviceAccount = textAt(spec, "serviceAccountName") ?? textAt(spec, "serviceAccount");
  const templateHash = labels["pod-template-hash"] ?? labels["controller-revision-hash"];
  const resourceVersion = textAt(meta, "resourceVersion");
  const owner = ownerOf(meta, metadata, node);
  const times = readPodTimes(seen, metadata);
  const { containers, aliases } = readContainers(seen.object);
  const pod: PodObservation = {
    type: "pod",
    cluster: seen.context.cluster,
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    ...(owner !== undefined && { owner }),
    ...(metadata.ownerUid !== undefined && { ownerUid: metadata.ownerUid }),
    ...(templateHash !== undefined && { templateHash }),
    ...(node !== undefined && { node }),
    ips: readIps(objectAt(seen.object, "status")),
    hostNetwork: flagAt(spec, "hostNetwork"),
    containers,
    ...(serviceAccount !== undefined && { serviceAccount }),
    labels,
    ...(times.startedAt !== undefined && { startedAt: times.startedAt }),
    ...(times.readyAt !== undefined && { readyAt: times.readyAt }),
    ...(times.endedAt !== undefined && { endedAt: times.endedAt }),
    observedAt: seen.context.now,
    ...(resourceVersion !== undefined && { resourceVersion }),
  };
  return [pod, ...aliases.map((digests): AliasObservation => ({ type: "alias", digests, observedAt: seen.context.now }))];
}

/**
 * The controller. Pods without one are their own workload, under the name that stays the same when they are made again:
 * a static pod without its node, a generated name without its random end.
 */
function ownerOf(meta: JsonObject | undefined, metadata: Metadata, node: string | undefined): string | undefined {
  const isStatic =
    metadata.owner?.startsWith("Node/") === true || Object.hasOwn(objectAt(meta, "annotations") ?? {}, MIRROR_ANNOTATION);
  if (isStatic) {
    const suffix = `-${node ?? metadata.owner?.slice("Node/".length) ?? ""}`;
    return `Pod/${metadata.name.endsWith(suffix) ? metadata.name.slice(0, -suffix.length) : metadata.name}`;
  }
  if (metadata.owner !== undefined) return metadata.owner;
  const stem = textAt(meta, "generateName");
  return stem !== undefined && metadata.name.startsWith(stem) ? `Pod/${stem.replace(/[-.]+$/, "")}` : undefined;
}

function readIps(status: JsonObject | undefined): readonly string[] {
  const ips = new Set<string>();
  const first = textAt(status, "podIP");
  if (first !== undefined) ips.add(first);
  for (const entry of objectsAt(status, "podIPs")) {
    const ip = textAt(entry, "ip");
    if (ip !== undefined) ips.add(ip);
  }
  return [...ips];
}
