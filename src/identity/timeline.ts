/**
 * The identity timeline: who was this pod, container or address at time T, which versions of a workload ran when, and
 * what changed. Built in memory from the records of the shared log; the answers depend on the set of records, not on
 * their order, repetition or lateness.
 */
import type { Change } from "../domain/change.ts";
import type { OpenObject, TimelineRecord } from "../domain/observation.ts";
import { UNKNOWN_DIGEST, type Violation } from "../domain/violation.ts";
import { type ChangeFilter, ChangeLog } from "./change-log.ts";
import { DigestAliases } from "./digest-aliases.ts";
import { DigestOrigins } from "./digest-origins.ts";
import { type ExposedVersion, exposureOf } from "./exposure.ts";
import { endOfName, knowsPod, type PodReference } from "./find-pod.ts";
import { identify, type PodMention, placeOfPod, type Subject } from "./identify.ts";
import type { Identity } from "./identity.ts";
import { POD_RETENTION } from "./limits.ts";
import type { ObservedOptions } from "./observed-versions.ts";
import { openObjects } from "./open-objects.ts";
import { templateCreatedAt } from "./owner-changes.ts";
import type { PodFacts } from "./pod-facts.ts";
import { type PodVersion, versionsOf } from "./pod-versions.ts";
import { Registry, type TrackedPod } from "./registry.ts";
import { prune } from "./retention.ts";
import { digestsIn, type PodRun, podsIn, previousDigestOf, type VersionRun, versionRuns } from "./version-history.ts";
import type { WorkloadState } from "./workload-state.ts";
import { WorkloadView } from "./workload-view.ts";

export interface WorkloadRef {
  readonly cluster: string;
  readonly namespace: string;
  /** `Kind/name`. */
  readonly workload: string;
}

export interface TimelineStats {
  readonly pods: number;
  readonly owners: number;
  readonly workloads: number;
  /** Records refused because a bound was reached. */
  readonly refused: number;
}

export interface Timeline {
  /** Takes in one record of the log. Applying it again, later or in another order changes no answer. */
  apply(record: TimelineRecord): void;
  /** Forgets what is older than its retention. Call every few minutes with the current (or replayed) time. */
  prune(now: number): void;
  /** Workload and digest of a violation by the first rule that answers. On the hot path of ingest. */
  identify(violation: Violation): Identity;
  /**
   * Mean share (0..1) of the workload's ready pods that ran the digest over [from, to); undefined when unknown. Of
   * `UNKNOWN_DIGEST` the share of the time without a single version in effect. On the hot path of the evaluator.
   */
  share(cluster: string, namespace: string, workload: string, digest: string, from: number, to: number): number | undefined;
  /** Mean number of ready pods over [from, to); undefined when unknown. */
  replicas(workload: WorkloadRef, from: number, to: number): number | undefined;
  /** Versions that ran in [from, to), one per opening, with their mean ready pods per step. */
  exposure(workload: WorkloadRef, from: number, to: number, step: number): { readonly activations: readonly ExposedVersion[] };
  /** Digest that the digest replaced when it last opened at or before a time. */
  previousDigest(cluster: string, namespace: string, workload: string, digest: string, at: number): string | undefined;
  /** Digests of all containers that ran in [from, to), in order of their first opening. */
  digestsOf(workload: WorkloadRef, from: number, to: number): readonly string[];
  /** Changes with time in [from, to] that have all the given properties, ascending, announced and observed ones merged. */
  changes(filter: ChangeFilter): readonly Change[];
  /** Every opening of every version up to a time, newest first, with its soak: the basis of rollback targets. */
  history(workload: WorkloadRef, at: number): readonly VersionRun[];
  /** Pods that were ready some time in [from, to), by start. */
  pods(workload: WorkloadRef, from: number, to: number): readonly PodRun[];
  /** Whether a pod the event names is known; undefined when it names none. For the hold-back rule. */
  knowsPod(reference: PodReference): boolean | undefined;
  /** Whether any pod of the cluster is known. */
  hasPods(cluster: string): boolean;
  /** Workload and digest of the pod the event names, as known by now; undefined while it is unknown, or two pods fit. */
  placeOfPod(mention: PodMention): Subject | undefined;
  /** The digest that stands for all names of an image. */
  canonical(digest: string): string;
  /** All known names of an image. */
  aliasesOf(digest: string): readonly string[];
  /** Pods and owners of a cluster of which no end is known. */
  open(cluster: string): readonly OpenObject[];
  stats(): TimelineStats;
}

export function createTimeline(): Timeline {
  return new MemoryTimeline();
}

interface CachedView {
  readonly revision: number;
  readonly epoch: number;
  readonly digests: number;
  readonly view: WorkloadView;
}

class MemoryTimeline implements Timeline {
  readonly #registry = new Registry();
  readonly #aliases = new DigestAliases();
  readonly #origins = new DigestOrigins();
  readonly #log = new ChangeLog();
  readonly #views = new WeakMap<WorkloadState, CachedView>();
  readonly #versions = new WeakMap<PodFacts, { readonly key: number; readonly versions: readonly PodVersion[] }>();
  readonly #canonical = (digest: string): string => this.#aliases.canonical(digest);
  /** Pods that ended before this are forgotten: a late repetition must not bring them back. */
  #horizon = Number.NEGATIVE_INFINITY;

  readonly #context = {
    registry: this.#registry,
    canonical: this.#canonical,
    viewOf: (state: WorkloadState): WorkloadView => this.#viewOf(state),
    versionsOf: (pod: TrackedPod): readonly PodVersion[] => this.#versionsOf(pod),
  };
  readonly #observed: ObservedOptions = { canonical: this.#canonical, endOf: (pod) => this.#endOf(pod) };

  apply(record: TimelineRecord): void {
    switch (record.type) {
      case "pod": {
        const isForgotten = (record.endedAt ?? Number.POSITIVE_INFINITY) < this.#horizon;
        if (isForgotten && !this.#registry.cluster(record.cluster).podsByUid.has(record.uid)) return;
        this.#registry.observePod(record);
        for (const { digest } of record.containers) if (digest !== undefined) this.#aliases.notePod(digest);
        return;
      }
      case "owner":
        this.#registry.observeOwner(record);
        return;
      case "alias":
        this.#aliases.join(record.digests);
        this.#origins.note(record);
        return;
      case "change":
        this.#announce(record.change);
        return;
    }
  }

  prune(now: number): void {
    this.#horizon = Math.max(this.#horizon, now - POD_RETENTION);
    prune(this.#registry, this.#observed, now);
    this.#log.prune(now);
  }

  identify(violation: Violation): Identity {
    return identify(violation, this.#context);
  }

  share(cluster: string, namespace: string, workload: string, digest: string, from: number, to: number): number | undefined {
    const state = this.#registry.find(cluster, namespace, workload);
    if (digest === UNKNOWN_DIGEST) return state && this.#viewOf(state).undetermined(from, to);
    return state && this.#viewOf(state).share(this.#aliases.canonical(digest), from, to);
  }

  replicas(workload: WorkloadRef, from: number, to: number): number | undefined {
    const view = this.#find(workload);
    const total = view?.versionsIn(from, to).reduce((sum, version) => sum + version.curve.mean(from, to), 0);
    return total !== undefined && total > 0 ? total : undefined;
  }

  exposure(workload: WorkloadRef, from: number, to: number, step: number): { activations: readonly ExposedVersion[] } {
    const view = this.#find(workload);
    return { activations: view === undefined ? [] : exposureOf(view.versionsIn(from, to), from, to, step) };
  }

  previousDigest(cluster: string, namespace: string, workload: string, digest: string, at: number): string | undefined {
    const view = this.#find({ cluster, namespace, workload });
    return view && previousDigestOf(view, this.#aliases.canonical(digest), at);
  }

  digestsOf(workload: WorkloadRef, from: number, to: number): readonly string[] {
    const view = this.#find(workload);
    return view === undefined ? [] : digestsIn(view.versionsIn(from, to), from, to);
  }

  changes(filter: ChangeFilter): readonly Change[] {
    const names = (digest: string): readonly string[] => this.#aliases.namesOf(digest);
    const found = this.#log.select(filter, this.#registry, (state) => this.#viewOf(state).changes);
    return found.map((change) => this.#origins.withOrigin(change, names));
  }

  history(workload: WorkloadRef, at: number): readonly VersionRun[] {
    const view = this.#find(workload);
    return view === undefined ? [] : versionRuns(view, at);
  }

  pods(workload: WorkloadRef, from: number, to: number): readonly PodRun[] {
    const view = this.#find(workload);
    return view === undefined ? [] : podsIn(view.observed.versions, from, to);
  }

  knowsPod(reference: PodReference): boolean | undefined {
    return knowsPod(this.#registry.clusters.get(reference.cluster), reference);
  }

  hasPods(cluster: string): boolean {
    return (this.#registry.clusters.get(cluster)?.podsByUid.size ?? 0) > 0;
  }

  placeOfPod(mention: PodMention): Subject | undefined {
    return placeOfPod(mention, this.#context);
  }

  canonical(digest: string): string {
    return this.#aliases.canonical(digest);
  }

  aliasesOf(digest: string): readonly string[] {
    return this.#aliases.namesOf(digest);
  }

  open(cluster: string): readonly OpenObject[] {
    const index = this.#registry.clusters.get(cluster);
    return index === undefined ? [] : openObjects(index);
  }

  stats(): TimelineStats {
    const { pods, owners, workloads, refused } = this.#registry;
    return { pods, owners, workloads, refused };
  }

  #announce(change: Change): void {
    if (change.digest !== undefined) this.#aliases.noteAnnounced(change.digest);
    if (change.previousDigest !== undefined) this.#aliases.noteAnnounced(change.previousDigest);
    if (change.workload === undefined || change.kind === "policy") {
      this.#log.add(change);
      return;
    }
    const workload = this.#registry.topOwner(change.cluster, change.namespace, change.workload, undefined);
    this.#registry.workload(change.cluster, change.namespace, workload)?.announce({ ...change, workload });
  }

  #find(workload: WorkloadRef): WorkloadView | undefined {
    const state = this.#registry.find(workload.cluster, workload.namespace, workload.workload);
    return state && this.#viewOf(state);
  }

  #viewOf(state: WorkloadState): WorkloadView {
    const cached = this.#views.get(state);
    const epoch = this.#aliases.epoch;
    const digests = this.#log.digestRevision;
    const same = cached?.revision === state.revision && cached.epoch === epoch && cached.digests === digests;
    if (same) return cached.view;
    const owners = this.#registry.clusters.get(state.cluster)?.namespaces.get(state.namespace)?.owners;
    const stem = state.name.slice(state.name.indexOf("/") + 1);
    const view = new WorkloadView(state, {
      ...this.#observed,
      owner: owners?.get(state.name),
      unplaced: this.#log.withDigest(state.cluster, state.namespace),
      createdAt: ({ templateHash, openings }) =>
        owners?.get(`ReplicaSet/${stem}-${templateHash}`)?.createdAt ??
        templateCreatedAt(owners?.get(state.name), openings[0]?.from ?? 0),
    });
    this.#views.set(state, { revision: state.revision, epoch, digests, view });
    return view;
  }

  #versionsOf(pod: TrackedPod): readonly PodVersion[] {
    const key = pod.facts.revision + this.#aliases.epoch;
    const cached = this.#versions.get(pod.facts);
    if (cached?.key === key) return cached.versions;
    const versions = versionsOf(pod.facts, this.#canonical);
    this.#versions.set(pod.facts, { key, versions });
    return versions;
  }

  #endOf(pod: PodFacts): number {
    const namesakes = this.#registry.clusters.get(pod.cluster)?.namespaces.get(pod.namespace)?.podsByName.get(pod.name) ?? [];
    const tracked = namesakes.find((other) => other.facts === pod);
    return tracked === undefined ? pod.endedAt : endOfName(tracked, namesakes);
  }
}
