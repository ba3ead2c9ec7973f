/** Questions about the past of one workload. */
import { type Interval, overlaps } from "./intervals.ts";
import { predecessor } from "./observed-changes.ts";
import { hasDigest, type Version } from "./version.ts";
import type { WorkloadView } from "./workload-view.ts";

/** One opening of a version, for the choice of a rollback target. */
export interface VersionRun {
  readonly key: string;
  readonly digest: string | undefined;
  readonly digests: readonly string[];
  readonly image: string | undefined;
  /** First pod ready; -Infinity: before anything was known. */
  readonly openedAt: number;
  /** Infinity while it runs. */
  readonly closedAt: number;
  /** Pod-minutes of this opening up to the time asked about. */
  readonly podMinutes: number;
}

/** A ready stretch of a pod. */
export interface PodRun {
  readonly uid: string;
  readonly name: string;
  readonly node: string | undefined;
  /** Key and digest of its version. */
  readonly key: string;
  readonly digest: string | undefined;
  readonly readyAt: number;
  /** Infinity while it lives. */
  readonly endedAt: number;
}

const MINUTE = 60_000;

/** Newest first. Versions by their pods; as announced where no pod is known. */
export function versionRuns(view: WorkloadView, at: number): readonly VersionRun[] {
  const versions = view.observed.versions.length > 0 ? view.observed.versions : view.announced.versions;
  const runs = versions.flatMap((version) =>
    version.openings
      .filter((opening) => opening.from <= at)
      .map((opening) => ({
        key: version.key,
        digest: version.containers[0]?.digest,
        digests: version.containers.flatMap(({ digest }) => (digest === undefined ? [] : [digest])),
        image: version.containers[0]?.image,
        openedAt: opening.from,
        closedAt: opening.to,
        podMinutes: podMinutesOf(version, opening, at),
      })),
  );
  return runs.sort((a, b) => (a.openedAt > b.openedAt ? -1 : a.openedAt < b.openedAt ? 1 : a.key < b.key ? -1 : 1));
}

/** Pods that are forgotten count where the version has one opening; with several their part in each is not known. */
function podMinutesOf(version: Version, opening: Interval, at: number): number {
  const end = Math.min(opening.to, at);
  if (!Number.isFinite(opening.from)) return 0;
  const archived = version.openings.length === 1 ? version.archived : 0;
  return (archived + version.curve.integral(opening.from, end)) / MINUTE;
}

export function previousDigestOf(view: WorkloadView, digest: string, at: number): string | undefined {
  const told = view.changes.findLast((change) => change.digest === digest && change.time <= at && change.kind !== "config");
  if (told?.previousDigest !== undefined && told.previousDigest !== digest) return told.previousDigest;
  for (const { versions } of [view.observed, view.announced]) {
    const found = previousIn(versions, digest, at);
    if (found !== undefined) return found;
  }
  return undefined;
}

function previousIn(versions: readonly Version[], digest: string, at: number): string | undefined {
  let newest: { readonly version: Version; readonly from: number } | undefined;
  for (const version of versions) {
    if (!hasDigest(version, digest)) continue;
    for (const { from } of version.openings) {
      if (from <= at && (newest === undefined || from > newest.from)) newest = { version, from };
    }
  }
  if (newest === undefined || !Number.isFinite(newest.from)) return undefined;
  const name = newest.version.containers.find((container) => container.digest === digest)?.name;
  const before = predecessor(versions, newest.version, newest.from);
  const previous = before?.containers.find((container) => container.name === name) ?? before?.containers[0];
  return previous?.digest === digest ? undefined : previous?.digest;
}

export function digestsIn(versions: readonly Version[], from: number, to: number): readonly string[] {
  const running = versions.filter((version) => version.openings.some((opening) => overlaps(opening, from, to)));
  return [
    ...new Set(running.flatMap((version) => version.containers.flatMap(({ digest }) => (digest === undefined ? [] : [digest])))),
  ];
}

export function podsIn(versions: readonly Version[], from: number, to: number): readonly PodRun[] {
  const runs = versions.flatMap((version) =>
    version.spans
      .filter((span) => overlaps(span, from, to))
      .map((span) => ({
        uid: span.uid,
        name: span.name,
        node: span.node,
        key: version.key,
        digest: version.containers[0]?.digest,
        readyAt: span.from,
        endedAt: span.to,
      })),
  );
  return runs.sort((a, b) => a.readyAt - b.readyAt || (a.uid < b.uid ? -1 : 1));
}
