/** ReplicaSet, Deployment, StatefulSet, DaemonSet, Job, CronJob → what the timeline needs of them. */
import { normalizeDigest } from "../domain/digest.ts";
import type { OwnerObservation } from "../domain/observation.ts";
import { countAt, type JsonObject, objectAt, objectsAt, textAt, timeAt } from "./kubernetes-fields.ts";
import type { Metadata, SeenObject } from "./kubernetes-metadata.ts";

const REVISION_ANNOTATION = "deployment.kubernetes.io/revision";
const CAUSE_ANNOTATION = "kubernetes.io/change-cause";
/** Writers of status and bookkeeping: they carry changes out, they do not decide them. */
const CONTROLLERS = new Set(["kube-controller-manager", "kubelet", "kube-scheduler"]);

export function readOwner(seen: SeenObject, metadata: Metadata): OwnerObservation {
  const { kind, object, context } = seen;
  const meta = objectAt(object, "metadata");
  const annotations = objectAt(meta, "annotations");
  const revision = textAt(annotations, REVISION_ANNOTATION);
  const changeCause = textAt(annotations, CAUSE_ANNOTATION);
  const templateHash = templateHashOf(kind, object);
  const { replicas, readyReplicas } = sizeOf(kind, object);
  const actor = lastWriter(meta);
  const deletedAt = seen.deleted ? Math.min(context.now, metadata.deletionAt ?? context.now) : metadata.deletionAt;
  return {
    type: "owner",
    cluster: context.cluster,
    namespace: metadata.namespace,
    kind,
    name: metadata.name,
    uid: metadata.uid,
    ...(metadata.owner !== undefined && { owner: metadata.owner }),
    ...(templateHash !== undefined && { templateHash }),
    ...(revision !== undefined && { revision }),
    images: imagesOf(kind, object),
    ...(replicas !== undefined && { replicas }),
    ...(readyReplicas !== undefined && { readyReplicas }),
    ...(changeCause !== undefined && { changeCause }),
    ...(actor !== undefined && { actor }),
    ...(metadata.createdAt !== undefined && { createdAt: metadata.createdAt }),
    ...(deletedAt !== undefined && { deletedAt }),
    observedAt: context.now,
  };
}

/** As its pods carry it: a ReplicaSet's own label; for a StatefulSet the name of the revision being rolled out. */
function templateHashOf(kind: string, object: JsonObject): string | undefined {
  if (kind === "ReplicaSet") return textAt(objectAt(object, "metadata", "labels"), "pod-template-hash");
  return kind === "StatefulSet" ? textAt(objectAt(object, "status"), "updateRevision") : undefined;
}

function sizeOf(kind: string, object: JsonObject): { replicas: number | undefined; readyReplicas: number | undefined } {
  const spec = objectAt(object, "spec");
  const status = objectAt(object, "status");
  switch (kind) {
    case "DaemonSet":
      return { replicas: countAt(status, "desiredNumberScheduled"), readyReplicas: countAt(status, "numberReady") };
    case "Job":
      return { replicas: countAt(spec, "parallelism") ?? 1, readyReplicas: countAt(status, "ready") };
    case "CronJob":
      return { replicas: undefined, readyReplicas: undefined };
    default: {
      // The API leaves readyReplicas out when it is zero.
      const ready = countAt(status, "readyReplicas") ?? (status === undefined ? undefined : 0);
      return { replicas: countAt(spec, "replicas") ?? 1, readyReplicas: ready };
    }
  }
}

function imagesOf(kind: string, object: JsonObject): OwnerObservation["images"] {
  const template =
    kind === "CronJob" ? objectAt(object, "spec", "jobTemplate", "spec", "template") : objectAt(object, "spec", "template");
  const podSpec = objectAt(template, "spec");
  return [...objectsAt(podSpec, "containers"), ...objectsAt(podSpec, "initContainers")].flatMap((container) => {
    const name = textAt(container, "name");
    const image = textAt(container, "image");
    if (name === undefined || image === undefined) return [];
    const digest = normalizeDigest(image);
    return [{ container: name, image, ...(digest !== undefined && { digest }) }];
  });
}

/** The client that last wrote something other than status, e.g. `argocd-controller`. */
function lastWriter(meta: JsonObject | undefined): string | undefined {
  let writer: string | undefined;
  let writtenAt = Number.NEGATIVE_INFINITY;
  for (const entry of objectsAt(meta, "managedFields")) {
    const manager = textAt(entry, "manager");
    const at = timeAt(entry, "time") ?? 0;
    if (manager === undefined || CONTROLLERS.has(manager) || textAt(entry, "subresource") === "status" || at < writtenAt)
      continue;
    writer = manager;
    writtenAt = at;
  }
  return writer;
}
