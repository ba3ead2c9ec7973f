/**
 * Everything ever said about one pod (by uid), merged so that order and repetition of observations do not matter: times
 * by the earliest, names and owners by the newest statement, addresses and container ids by union.
 */
import type { ContainerObservation, PodObservation } from "../domain/observation.ts";
import { Latest } from "./latest.ts";
import { MAX_CONTAINER_DIGESTS, MAX_CONTAINER_IDS } from "./limits.ts";

type Role = ContainerObservation["role"];

export class ContainerFacts {
  role: Role;
  readonly image = new Latest();
  /** Digests it ran, with the time each was first seen. More than one: a restart pulled a moved tag. */
  readonly digests = new Map<string, number>();

  constructor(role: Role) {
    this.role = role;
  }
}

export interface MergeResult {
  /** Which version ran when may have changed. */
  readonly version: boolean;
  readonly owner: boolean;
  readonly newIps: readonly string[];
  readonly newContainerIds: readonly string[];
}

export class PodFacts {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly owner = new Latest();
  readonly templateHash = new Latest();
  readonly node = new Latest();
  /** First application container of the specification. */
  readonly primary = new Latest();
  readonly containers = new Map<string, ContainerFacts>();
  readonly containerIds = new Set<string>();
  readonly ips = new Set<string>();
  hostNetwork = false;
  /** Increases with everything that may change which version ran when. */
  revision = 0;
  startedAt = Number.POSITIVE_INFINITY;
  readyAt = Number.POSITIVE_INFINITY;
  endedAt = Number.POSITIVE_INFINITY;
  firstSeenAt = Number.POSITIVE_INFINITY;
  lastSeenAt = Number.NEGATIVE_INFINITY;

  constructor(observation: PodObservation) {
    this.cluster = observation.cluster;
    this.namespace = observation.namespace;
    this.name = observation.name;
    this.uid = observation.uid;
  }

  /** Start of the interval in which its name and addresses were its own. */
  get from(): number {
    return Math.min(this.startedAt, this.firstSeenAt, this.readyAt);
  }

  merge(observation: PodObservation): MergeResult {
    const at = observation.observedAt;
    let version = this.#mergeTimes(observation);
    const owner = this.owner.offer(observation.owner, at);
    if (this.templateHash.offer(observation.templateHash, at)) version = true;
    this.node.offer(observation.node, at);
    const primary = observation.containers.find((container) => container.role === "app")?.name;
    if (this.primary.offer(primary, at)) version = true;
    const newContainerIds: string[] = [];
    for (const container of observation.containers) {
      if (this.#mergeContainer(container, at)) version = true;
      const id = container.containerId;
      if (id === undefined || this.containerIds.has(id) || this.containerIds.size >= MAX_CONTAINER_IDS) continue;
      this.containerIds.add(id);
      newContainerIds.push(id);
    }
    if (observation.hostNetwork) this.hostNetwork = true;
    const newIps = observation.ips.filter((ip) => !this.ips.has(ip));
    for (const ip of newIps) this.ips.add(ip);
    if (version || newContainerIds.length > 0) this.revision += 1;
    return { version: version || newContainerIds.length > 0, owner, newIps, newContainerIds };
  }

  #mergeTimes(observation: PodObservation): boolean {
    const { startedAt, readyAt, endedAt, from } = this;
    this.startedAt = Math.min(startedAt, observation.startedAt ?? startedAt);
    this.readyAt = Math.min(readyAt, observation.readyAt ?? readyAt);
    this.endedAt = Math.min(endedAt, observation.endedAt ?? endedAt);
    this.firstSeenAt = Math.min(this.firstSeenAt, observation.observedAt);
    this.lastSeenAt = Math.max(this.lastSeenAt, observation.observedAt);
    return startedAt !== this.startedAt || readyAt !== this.readyAt || endedAt !== this.endedAt || from !== this.from;
  }

  #mergeContainer(observation: ContainerObservation, at: number): boolean {
    let facts = this.containers.get(observation.name);
    if (facts === undefined) {
      facts = new ContainerFacts(observation.role);
      this.containers.set(observation.name, facts);
    }
    let changed = facts.image.offer(observation.image, at);
    const digest = observation.digest;
    if (digest === undefined) return changed;
    const known = facts.digests.get(digest);
    if (known === undefined && facts.digests.size >= MAX_CONTAINER_DIGESTS) return changed;
    if (known === undefined || at < known) {
      // The first digest counts from the start of the pod; its time matters only beside another.
      changed ||= known === undefined || facts.digests.size > 1;
      facts.digests.set(digest, at);
    }
    return changed;
  }
}
