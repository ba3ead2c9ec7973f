import type { OpenObject } from "../domain/observation.ts";
import type { ClusterIndex } from "./registry.ts";

/** Pods and owners of a cluster of which no end is known. */
export function openObjects(cluster: ClusterIndex): readonly OpenObject[] {
  const open: OpenObject[] = [];
  for (const { facts } of cluster.podsByUid.values()) {
    if (Number.isFinite(facts.endedAt)) continue;
    open.push({ kind: "Pod", namespace: facts.namespace, name: facts.name, uid: facts.uid });
  }
  for (const { owners } of cluster.namespaces.values()) {
    for (const { sightings, deletedAt } of owners.values()) {
      const owner = sightings.at(-1);
      if (owner === undefined || Number.isFinite(deletedAt)) continue;
      open.push({ kind: owner.kind, namespace: owner.namespace, name: owner.name, uid: owner.uid, owner });
    }
  }
  return open;
}
