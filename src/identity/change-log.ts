/** The log of changes: those of workloads come from their views; policy edits and notices without a workload are here. */
import type { Change } from "../domain/change.ts";
import { episodesOf, inOrder } from "./episodes.ts";
import { ACTIVATION_RETENTION, MAX_UNPLACED } from "./limits.ts";
import type { Registry } from "./registry.ts";
import type { WorkloadState } from "./workload-state.ts";

/** Properties a change must have; `from` and `to` inclusive, milliseconds. */
export interface ChangeFilter {
  readonly cluster?: string;
  readonly namespace?: string;
  readonly workload?: string;
  readonly policy?: string;
  readonly from: number;
  readonly to: number;
}

export class ChangeLog {
  readonly #unplaced = new Map<string, Change>();
  /** Of these, rollouts that name a digest: they are those of the workloads that run it. */
  #byDigest: readonly Change[] | undefined;
  /** Increases with every change to that list. */
  digestRevision = 0;
  /** Notices of one thing made one; recomputed when something was added. */
  #merged: readonly Change[] | undefined;

  add(change: Change): void {
    const known = this.#unplaced.get(change.id);
    if (known !== undefined && known.receivedAt <= change.receivedAt) return;
    this.#unplaced.set(change.id, change);
    this.#forget(change);
    if (this.#unplaced.size > MAX_UNPLACED * 1.1) this.#shrink();
  }

  prune(now: number): void {
    for (const [id, change] of this.#unplaced) {
      if (change.time >= now - ACTIVATION_RETENTION) continue;
      this.#unplaced.delete(id);
      this.#forget(change);
    }
  }

  /** Rollouts of a cluster that name a digest and no workload, and no other namespace. */
  withDigest(cluster: string, namespace: string): readonly Change[] {
    this.#byDigest ??= inOrder([...this.#unplaced.values()].filter(namesDigestOnly));
    return this.#byDigest.filter(
      (change) => change.cluster === cluster && (change.namespace === "" || change.namespace === namespace),
    );
  }

  #forget(change: Change): void {
    this.#merged = undefined;
    if (!namesDigestOnly(change)) return;
    this.#byDigest = undefined;
    this.digestRevision += 1;
  }

  select(filter: ChangeFilter, registry: Registry, changesOf: (state: WorkloadState) => readonly Change[]): readonly Change[] {
    const placed: Change[] = [];
    if (filter.policy === undefined) {
      for (const state of statesFor(filter, registry)) {
        for (const change of changesOf(state)) if (fits(change, filter)) placed.push(change);
      }
    }
    // What is known to be a rollout of a workload is not told a second time without it.
    const ids = new Set(placed.map(({ id }) => id));
    const unplaced = this.#mergedChanges().filter((change) => fits(change, filter) && !ids.has(change.id));
    return [...unplaced, ...placed].sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
  }

  #mergedChanges(): readonly Change[] {
    if (this.#merged === undefined) {
      const groups = new Map<string, Change[]>();
      for (const change of inOrder(this.#unplaced.values())) {
        const key = JSON.stringify([change.cluster, change.namespace, change.kind, change.policy, change.actor]);
        const group = groups.get(key);
        if (group === undefined) groups.set(key, [change]);
        else group.push(change);
      }
      this.#merged = [...groups.values()].flatMap((group) =>
        group[0]?.kind === "policy" ? group : episodesOf(group).map((episode) => episode.change),
      );
    }
    return this.#merged;
  }

  #shrink(): void {
    const newest = inOrder(this.#unplaced.values()).slice(-MAX_UNPLACED);
    this.#unplaced.clear();
    this.#byDigest = undefined;
    this.digestRevision += 1;
    for (const change of newest) this.#unplaced.set(change.id, change);
  }
}

function namesDigestOnly({ kind, workload, digest }: Change): boolean {
  return workload === undefined && digest !== undefined && (kind === "rollout" || kind === "rollback");
}

function* statesFor(filter: ChangeFilter, registry: Registry): Iterable<WorkloadState> {
  for (const [name, cluster] of registry.clusters) {
    if (filter.cluster !== undefined && filter.cluster !== name) continue;
    for (const [space, namespace] of cluster.namespaces) {
      if (filter.namespace !== undefined && filter.namespace !== space) continue;
      if (filter.workload === undefined) yield* namespace.workloads.values();
      else {
        const state = namespace.workloads.get(filter.workload);
        if (state !== undefined) yield state;
      }
    }
  }
}

function fits(change: Change, filter: ChangeFilter): boolean {
  return (
    change.time >= filter.from &&
    change.time <= filter.to &&
    (filter.cluster === undefined || change.cluster === filter.cluster) &&
    (filter.namespace === undefined || change.namespace === filter.namespace) &&
    (filter.workload === undefined || change.workload === filter.workload) &&
    (filter.policy === undefined || change.policy === filter.policy)
  );
}
