/** Everything derived from what is stored about one workload, computed when first asked after a change. */
import type { Change } from "../domain/change.ts";
import { announcedVersions } from "./announced-versions.ts";
import { mergeCandidates } from "./candidates.ts";
import type { Curve } from "./curve.ts";
import { episodesOf, inOrder } from "./episodes.ts";
import { CLOCK_SKEW, MATCH_AFTER, MATCH_BEFORE } from "./limits.ts";
import { observedChanges, type TemplateCreatedAt } from "./observed-changes.ts";
import { type ObservedOptions, observedVersions } from "./observed-versions.ts";
import { changesOfOwner } from "./owner-changes.ts";
import type { OwnerFacts } from "./owner-facts.ts";
import { UNKNOWN_SLOT } from "./pod-levels.ts";
import { hasDigest, type InEffect, inEffect, type Version } from "./version.ts";
import type { WorkloadState } from "./workload-state.ts";

/** One way of knowing the versions of a workload. */
class VersionSet {
  readonly versions: readonly Version[];
  readonly #digestCurves = new Map<string, readonly Curve[]>();

  constructor(versions: readonly Version[]) {
    this.versions = versions;
  }

  total(from: number, to: number): number {
    let total = 0;
    for (const version of this.versions) total += version.curve.mean(from, to);
    return total;
  }

  /** Share of the pods that ran the digest; undefined when there were none or nobody knows the digest. */
  share(digest: string, from: number, to: number): number | undefined {
    let curves = this.#digestCurves.get(digest);
    if (curves === undefined) {
      curves = this.versions.filter((version) => hasDigest(version, digest)).map((version) => version.curve);
      if (curves.length === 0) curves = this.#unnamed();
      this.#digestCurves.set(digest, curves);
    }
    if (curves.length === 0) return undefined;
    const total = this.total(from, to);
    if (!(total > 0)) return undefined;
    let part = 0;
    for (const curve of curves) part += curve.mean(from, to);
    return Math.min(1, Math.max(0, part / total));
  }

  /** Times within (from, to) at which another set of versions comes into effect; see `inEffect`. */
  steps(from: number, to: number): readonly number[] {
    return this.versions
      .flatMap(({ openings }) => openings.flatMap((one) => [one.from - CLOCK_SKEW, one.to + CLOCK_SKEW]))
      .filter((time) => time > from && time < to);
  }

  /** A digest nobody announced is that of the version before the first announcement, if nobody named that one. */
  #unnamed(): readonly Curve[] {
    return this.versions.filter((version) => version.key === UNKNOWN_SLOT).map((version) => version.curve);
  }
}

export interface ViewOptions extends ObservedOptions {
  /** The Deployment, StatefulSet or DaemonSet itself, where it was seen. */
  readonly owner: OwnerFacts | undefined;
  readonly createdAt: TemplateCreatedAt;
  /** Announced rollouts that name a digest and no workload. */
  readonly unplaced: readonly Change[];
}

export class WorkloadView {
  readonly observed: VersionSet;
  readonly announced: VersionSet;
  /** Ascending in time. */
  readonly changes: readonly Change[];

  constructor(state: WorkloadState, options: ViewOptions) {
    const told = [...state.announced.values(), ...(options.owner === undefined ? [] : changesOfOwner(options.owner))];
    this.observed = new VersionSet(observedVersions(state, options));
    const placed = placedIn(state, this.observed.versions, options);
    const notices = inOrder([...told.map((change) => withCanonicalDigests(change, options.canonical)), ...placed]);
    this.announced = new VersionSet(announcedVersions(notices));
    this.changes = mergeCandidates(episodesOf(notices), observedChanges(state, this.observed.versions, options.createdAt));
  }

  share(digest: string, from: number, to: number): number | undefined {
    return this.observed.share(digest, from, to) ?? this.announced.share(digest, from, to);
  }

  /**
   * Share of [from, to) in which no single version was in effect, so that an event that names neither pod nor digest
   * gets none. Undefined when no version of the workload is known.
   */
  undetermined(from: number, to: number): number | undefined {
    if (this.observed.versions.length === 0 && this.announced.versions.length === 0) return undefined;
    const steps = [...this.observed.steps(from, to), ...this.announced.steps(from, to)].sort((a, b) => a - b);
    let undetermined = 0;
    let start = from;
    for (const end of [...steps, to]) {
      if (this.inEffect(undefined, start, undefined)?.digest === undefined) undetermined += end - start;
      start = end;
    }
    return to > from ? undetermined / (to - from) : undefined;
  }

  inEffect(container: string | undefined, time: number, templateHash: string | undefined): InEffect | undefined {
    return (
      inEffect(this.observed.versions, container, time, templateHash) ??
      inEffect(this.announced.versions, container, time, undefined)
    );
  }

  /** The versions by the pods that were ready in the interval, else as announced. */
  versionsIn(from: number, to: number): readonly Version[] {
    const { versions } = this.observed.total(from, to) > 0 ? this.observed : this.announced;
    return versions;
  }
}

/** A rollout that names no workload is one of every workload whose pods began to run its digest about then. */
function placedIn(state: WorkloadState, versions: readonly Version[], { unplaced, canonical }: ViewOptions): readonly Change[] {
  if (unplaced.length === 0) return [];
  return unplaced
    .map((change) => withCanonicalDigests(change, canonical))
    .filter((change) => versions.some((version) => beganWith(version, change)))
    .map((change) => ({ ...change, namespace: state.namespace, workload: state.name }));
}

function beganWith(version: Version, { digest, time }: Change): boolean {
  if (digest === undefined || !hasDigest(version, digest)) return false;
  return version.openings.some(({ from }) => from - time <= MATCH_AFTER && time - from <= MATCH_BEFORE);
}

function withCanonicalDigests(change: Change, canonical: (digest: string) => string): Change {
  const { digest, previousDigest } = change;
  const canonicalDigest = digest === undefined ? undefined : canonical(digest);
  const canonicalPrevious = previousDigest === undefined ? undefined : canonical(previousDigest);
  if (canonicalDigest === digest && canonicalPrevious === previousDigest) return change;
  return {
    ...change,
    ...(canonicalDigest !== undefined && { digest: canonicalDigest }),
    ...(canonicalPrevious !== undefined && { previousDigest: canonicalPrevious }),
  };
}
