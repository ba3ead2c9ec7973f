/** Forgetting: pods some time after they end, leaving behind when their version ran; versions and changes much later. */
import { endOfName } from "./find-pod.ts";
import { unionOf } from "./intervals.ts";
import { ACTIVATION_RETENTION, MAX_ARCHIVED, POD_RETENTION, REOPEN_GAP } from "./limits.ts";
import { type ObservedOptions, spansOf, versionKey } from "./observed-versions.ts";
import type { NamespaceIndex, Registry, TrackedPod } from "./registry.ts";
import type { ArchivedVersion, WorkloadState } from "./workload-state.ts";

export function prune(registry: Registry, options: ObservedOptions, now: number): void {
  for (const cluster of registry.clusters.values()) {
    for (const [name, namespace] of cluster.namespaces) {
      prunePods(registry, namespace, options, now);
      pruneOwners(registry, namespace, now);
      for (const [key, workload] of namespace.workloads) {
        pruneWorkload(workload, now);
        if (workload.isEmpty && !namespace.owners.has(key)) {
          namespace.workloads.delete(key);
          registry.workloads -= 1;
        }
      }
      if (namespace.workloads.size === 0 && namespace.owners.size === 0) cluster.namespaces.delete(name);
    }
  }
}

function prunePods(registry: Registry, namespace: NamespaceIndex, options: ObservedOptions, now: number): void {
  for (const namesakes of [...namespace.podsByName.values()]) {
    for (const pod of [...namesakes]) {
      const ended = endOfName(pod, namesakes);
      // A pod nobody has spoken of for so long ended unseen.
      const isStale = pod.facts.lastSeenAt < now - ACTIVATION_RETENTION;
      if (ended >= now - POD_RETENTION && !isStale) continue;
      if (Number.isFinite(ended)) archive(pod, options);
      registry.forget(pod);
    }
  }
}

function archive(pod: TrackedPod, options: ObservedOptions): void {
  const { archive: versions } = pod.workload;
  for (const { version, span } of spansOf(pod.facts, options)) {
    const templateHash = pod.facts.templateHash.value;
    const key = versionKey(templateHash, version.containers);
    const known: ArchivedVersion = versions.get(key) ?? {
      templateHash,
      containers: version.containers,
      intervals: [],
      podMilliseconds: 0,
    };
    known.intervals = unionOf([...known.intervals, { from: span.from, to: span.to }], REOPEN_GAP);
    known.podMilliseconds += span.to - span.from;
    versions.set(key, known);
  }
}

function pruneOwners(registry: Registry, namespace: NamespaceIndex, now: number): void {
  for (const [key, owner] of namespace.owners) {
    const isGone = owner.deletedAt < now - POD_RETENTION || owner.lastSeenAt < now - ACTIVATION_RETENTION;
    if (!isGone || namespace.podsByOwner.has(key)) continue;
    namespace.owners.delete(key);
    registry.owners -= 1;
  }
}

function pruneWorkload(workload: WorkloadState, now: number): void {
  const horizon = now - ACTIVATION_RETENTION;
  for (const [id, change] of workload.announced) {
    if (change.time >= horizon) continue;
    workload.announced.delete(id);
    workload.revision += 1;
  }
  const byEnd = [...workload.archive].sort(([, a], [, b]) => endOf(b) - endOf(a));
  for (const [index, [key, version]] of byEnd.entries()) {
    if (index < MAX_ARCHIVED && endOf(version) >= horizon) continue;
    workload.archive.delete(key);
    workload.revision += 1;
  }
}

function endOf(version: ArchivedVersion): number {
  return version.intervals.at(-1)?.to ?? Number.NEGATIVE_INFINITY;
}
