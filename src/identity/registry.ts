/** Where pods, owners and workloads are found: by uid, container id, address, name, owner and template hash. */
import type { OwnerObservation, PodObservation } from "../domain/observation.ts";
import { MAX_OWNERS, MAX_PODS, MAX_WORKLOADS } from "./limits.ts";
import { addTo, getOrAdd, pull, push, removeFrom } from "./multimap.ts";
import { OwnerFacts } from "./owner-facts.ts";
import { PodFacts } from "./pod-facts.ts";
import { guessTopOwner } from "./pod-name.ts";
import { WorkloadState } from "./workload-state.ts";

/** Controllers people deploy; what may control them (operators) is not asked. */
const TOP_KINDS = new Set(["Deployment", "StatefulSet", "DaemonSet", "CronJob", "Pod"]);
/** ReplicaSet → Deployment and Job → CronJob are one step; operators add another. */
const MAX_OWNER_STEPS = 4;
/** Container ids are found by this many digits: some sources shorten them. */
const CONTAINER_ID_DIGITS = 12;

export interface TrackedPod {
  readonly facts: PodFacts;
  workload: WorkloadState;
}

export class NamespaceIndex {
  readonly podsByName = new Map<string, TrackedPod[]>();
  readonly podsByOwner = new Map<string, Set<TrackedPod>>();
  readonly podsByHash = new Map<string, Set<TrackedPod>>();
  readonly owners = new Map<string, OwnerFacts>();
  readonly workloads = new Map<string, WorkloadState>();
}

export class ClusterIndex {
  readonly podsByUid = new Map<string, TrackedPod>();
  readonly podsByContainer = new Map<string, TrackedPod[]>();
  readonly podsByIp = new Map<string, TrackedPod[]>();
  readonly namespaces = new Map<string, NamespaceIndex>();
}

export class Registry {
  readonly clusters = new Map<string, ClusterIndex>();
  pods = 0;
  owners = 0;
  workloads = 0;
  /** Records refused because a bound was reached. */
  refused = 0;

  cluster(name: string): ClusterIndex {
    return getOrAdd(this.clusters, name, () => new ClusterIndex());
  }

  namespace(cluster: string, name: string): NamespaceIndex {
    return getOrAdd(this.cluster(cluster).namespaces, name, () => new NamespaceIndex());
  }

  /** Undefined when there are too many. */
  workload(cluster: string, namespace: string, name: string): WorkloadState | undefined {
    const { workloads } = this.namespace(cluster, namespace);
    const known = workloads.get(name);
    if (known !== undefined) return known;
    if (this.workloads >= MAX_WORKLOADS) {
      this.refused += 1;
      return undefined;
    }
    this.workloads += 1;
    return getOrAdd(workloads, name, () => new WorkloadState(cluster, namespace, name));
  }

  find(cluster: string, namespace: string, workload: string): WorkloadState | undefined {
    return this.clusters.get(cluster)?.namespaces.get(namespace)?.workloads.get(workload);
  }

  /** `Kind/name` of the workload behind an owner; by naming conventions where the owner was not seen. */
  topOwner(cluster: string, namespace: string, owner: string, templateHash: string | undefined): string {
    const owners = this.clusters.get(cluster)?.namespaces.get(namespace)?.owners;
    let at = owner;
    for (let step = 0; step < MAX_OWNER_STEPS; step++) {
      if (TOP_KINDS.has(at.slice(0, at.indexOf("/")))) return at;
      const facts = owners?.get(at);
      const next = facts === undefined ? guessTopOwner(at, templateHash) : facts.owner.value || at;
      if (next === at) return at;
      at = next;
    }
    return at;
  }

  observePod(observation: PodObservation): void {
    const cluster = this.cluster(observation.cluster);
    const namespace = this.namespace(observation.cluster, observation.namespace);
    let pod = cluster.podsByUid.get(observation.uid);
    const isNew = pod === undefined;
    if (pod === undefined) {
      const facts = new PodFacts(observation);
      const workload = this.pods < MAX_PODS ? this.#workloadOf(facts, observation.owner, observation.templateHash) : undefined;
      if (workload === undefined) {
        this.refused += 1;
        return;
      }
      pod = { facts, workload };
      this.pods += 1;
      cluster.podsByUid.set(observation.uid, pod);
      push(namespace.podsByName, facts.name, pod);
      workload.pods.add(facts);
    }
    const { facts } = pod;
    const before = { owner: facts.owner.value, hash: facts.templateHash.value };
    const merged = facts.merge(observation);
    const after = { owner: facts.owner.value, hash: facts.templateHash.value };
    if (before.owner !== after.owner) removeFrom(namespace.podsByOwner, before.owner, pod);
    if (before.hash !== after.hash) removeFrom(namespace.podsByHash, before.hash, pod);
    if (after.owner !== undefined) addTo(namespace.podsByOwner, after.owner, pod);
    if (after.hash !== undefined) addTo(namespace.podsByHash, after.hash, pod);
    for (const id of merged.newContainerIds) push(cluster.podsByContainer, id.slice(0, CONTAINER_ID_DIGITS), pod);
    if (!facts.hostNetwork) for (const ip of merged.newIps) push(cluster.podsByIp, ip, pod);
    if (merged.owner || before.hash !== after.hash) this.#rehome(pod);
    if (isNew || merged.version) pod.workload.revision += 1;
    // A pod of a reused name ends its predecessor, which may belong to another workload.
    if (isNew) for (const other of namespace.podsByName.get(facts.name) ?? []) other.workload.revision += 1;
  }

  observeOwner(observation: OwnerObservation): void {
    const namespace = this.namespace(observation.cluster, observation.namespace);
    const key = `${observation.kind}/${observation.name}`;
    let facts = namespace.owners.get(key);
    if (facts === undefined) {
      if (this.owners >= MAX_OWNERS) {
        this.refused += 1;
        return;
      }
      facts = new OwnerFacts(key);
      namespace.owners.set(key, facts);
      this.owners += 1;
    }
    const merged = facts.merge(observation);
    if (merged.owner) for (const pod of namespace.podsByOwner.get(key) ?? []) this.#rehome(pod);
    if (!merged.content) return;
    for (const pod of namespace.podsByOwner.get(key) ?? []) pod.workload.revision += 1;
    const isTop = TOP_KINDS.has(observation.kind);
    const workload = isTop ? this.workload(observation.cluster, observation.namespace, key) : namespace.workloads.get(key);
    if (workload !== undefined) workload.revision += 1;
  }

  /** Takes a pod out of every index. */
  forget(pod: TrackedPod): void {
    const { facts } = pod;
    const cluster = this.cluster(facts.cluster);
    const namespace = this.namespace(facts.cluster, facts.namespace);
    cluster.podsByUid.delete(facts.uid);
    pull(namespace.podsByName, facts.name, pod);
    for (const id of facts.containerIds) pull(cluster.podsByContainer, id.slice(0, CONTAINER_ID_DIGITS), pod);
    for (const ip of facts.ips) pull(cluster.podsByIp, ip, pod);
    removeFrom(namespace.podsByOwner, facts.owner.value, pod);
    removeFrom(namespace.podsByHash, facts.templateHash.value, pod);
    pod.workload.pods.delete(facts);
    pod.workload.revision += 1;
    this.pods -= 1;
  }

  #workloadOf(facts: PodFacts, owner: string | undefined, templateHash: string | undefined): WorkloadState | undefined {
    const top = owner === undefined ? `Pod/${facts.name}` : this.topOwner(facts.cluster, facts.namespace, owner, templateHash);
    return this.workload(facts.cluster, facts.namespace, top);
  }

  #rehome(pod: TrackedPod): void {
    const { facts } = pod;
    const home = this.#workloadOf(facts, facts.owner.value, facts.templateHash.value);
    if (home === undefined || home === pod.workload) return;
    pod.workload.pods.delete(facts);
    pod.workload.revision += 1;
    pod.workload = home;
    home.pods.add(facts);
    home.revision += 1;
  }
}
