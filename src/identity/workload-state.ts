/** What is stored about one workload; everything answered about it is derived from this (see workload-view.ts). */
import type { Change } from "../domain/change.ts";
import type { Interval } from "./intervals.ts";
import { MAX_ANNOUNCED } from "./limits.ts";
import type { PodFacts } from "./pod-facts.ts";
import type { ContainerVersion } from "./pod-versions.ts";

/** A version whose pods are forgotten: when it ran and how much. */
export interface ArchivedVersion {
  readonly templateHash: string | undefined;
  readonly containers: readonly ContainerVersion[];
  intervals: readonly Interval[];
  podMilliseconds: number;
}

export class WorkloadState {
  readonly cluster: string;
  readonly namespace: string;
  /** `Kind/name`. */
  readonly name: string;
  readonly pods = new Set<PodFacts>();
  /** Announced changes by id. */
  readonly announced = new Map<string, Change>();
  readonly archive = new Map<string, ArchivedVersion>();
  /** Increases with everything that may change an answer. */
  revision = 0;

  constructor(cluster: string, namespace: string, name: string) {
    this.cluster = cluster;
    this.namespace = namespace;
    this.name = name;
  }

  /** Notes a change; of two with one id the one received first stays. Beyond the bound the oldest goes. */
  announce(change: Change): void {
    const known = this.announced.get(change.id);
    if (known !== undefined && known.receivedAt <= change.receivedAt) return;
    this.announced.set(change.id, change);
    this.revision += 1;
    if (this.announced.size <= MAX_ANNOUNCED) return;
    let oldest = change;
    for (const other of this.announced.values()) {
      if (other.time < oldest.time || (other.time === oldest.time && other.id < oldest.id)) oldest = other;
    }
    this.announced.delete(oldest.id);
  }

  get isEmpty(): boolean {
    return this.pods.size === 0 && this.announced.size === 0 && this.archive.size === 0;
  }
}
