/**
 * One workload of an episode: the versions that ran and the counts that fall to each. Where the timeline knows nothing
 * of the workload, the versions are read off the events themselves.
 */
import type { Activation, Counts, VersionContainer } from "../correlation/episode.ts";
import type { Frame, VersionCounts } from "./episode-counts.ts";

/** A version whose events are no further than this from an end of the window, buckets, is taken to run there. */
const STILL = 10;

/** What the timeline says of a workload's versions over a frame. */
export interface ExposedVersion {
  /** Same for all openings of a version. */
  readonly key: string;
  readonly digest: string;
  /** Digests of all its containers, under all their names. */
  readonly digests: readonly string[];
  /** -Infinity: it ran before anything was known. */
  readonly openedAt: number;
  /** Infinity while it runs. */
  readonly closedAt: number;
  readonly image?: string | undefined;
  readonly containers?: readonly {
    readonly name: string;
    readonly digest: string | undefined;
    readonly image: string | undefined;
  }[];
  /** Mean ready pods per bucket. */
  readonly ready: Float64Array;
}

/** What tells one opening of one version from another. */
export type RunVersion = Pick<ExposedVersion, "key" | "digests" | "openedAt" | "closedAt">;

export interface EpisodeWorkload {
  /** As many as activations, in their order. */
  readonly versions: readonly RunVersion[];
  readonly activations: readonly Activation[];
  /** Bucket of the first event of versions that the timeline does not know and that began in the window, by activation. */
  readonly appeared: ReadonlyMap<number, number>;
}

/**
 * Versions of the workload: those of the timeline, and those that only events name. `seen` are all counts of this
 * workload, under any policy: a version is as old as its first event under whichever policy.
 */
export function workloadOf(exposed: readonly ExposedVersion[], seen: readonly VersionCounts[], frame: Frame): EpisodeWorkload {
  const activations: Activation[] = exposed.map((version) => ({
    digest: version.digest,
    ...(version.image === undefined ? {} : { image: version.image }),
    ...(version.containers === undefined ? {} : { containers: version.containers.map(containerOf) }),
    pods: [...version.ready],
  }));
  const versions: RunVersion[] = [...exposed];
  const known = new Set(exposed.flatMap((version) => version.digests));
  const appeared = new Map<number, number>();
  for (const [digest, span] of spansByDigest(seen)) {
    if (known.has(digest)) continue;
    const image = seen.map((counts) => counts.images.get(digest)).find((one) => one !== undefined);
    if (span.first >= STILL) appeared.set(activations.length, span.first);
    const openedAt = span.first < STILL ? Number.NEGATIVE_INFINITY : frame.startAt + span.first * frame.step;
    versions.push({ key: digest, digests: [digest], openedAt, closedAt: Number.POSITIVE_INFINITY });
    activations.push({ digest, ...(image === undefined ? {} : { image }), pods: presence(span, frame.buckets) });
  }
  return { activations, versions, appeared };
}

function containerOf({ name, digest, image }: NonNullable<ExposedVersion["containers"]>[number]): VersionContainer {
  return { name, ...(digest === undefined ? {} : { digest }), ...(image === undefined ? {} : { image }) };
}

interface Span {
  readonly first: number;
  readonly last: number;
}

function spansByDigest(seen: readonly VersionCounts[]): ReadonlyMap<string, Span> {
  const spans = new Map<string, Span>();
  for (const counts of seen) {
    for (const [digest, row] of counts.byDigest) {
      const first = row.findIndex((count) => count > 0);
      if (first < 0) continue;
      const last = row.findLastIndex((count) => count > 0);
      const before = spans.get(digest);
      spans.set(digest, before ? { first: Math.min(first, before.first), last: Math.max(last, before.last) } : { first, last });
    }
  }
  return new Map([...spans].sort((a, b) => a[1].first - b[1].first || (a[0] < b[0] ? -1 : 1)));
}

/** One pod's worth while events name the version; a version seen in the last minutes is taken to be running still. */
function presence(span: Span, buckets: number): readonly number[] {
  const until = span.last >= buckets - STILL ? buckets - 1 : span.last;
  const since = span.first < STILL ? 0 : span.first;
  return Array.from({ length: buckets }, (_, bucket) => (bucket >= since && bucket <= until ? 1 : 0));
}

/**
 * Counts of one policy on the workload, in the order of its activations. Events name the digest of one container, under
 * one of its names; versions that share a digest share its events by their pods.
 */
export function countsOf(counts: VersionCounts | undefined, workload: EpisodeWorkload, frame: Frame): Counts {
  const { activations, versions } = workload;
  const empty = () => Array.from({ length: frame.buckets }, () => 0);
  const known = activations.map(empty);
  if (!counts) return { known, unknown: empty() };
  for (const [digest, row] of counts.byDigest) {
    const holders = activations.filter((_, index) => versions[index]?.digests.includes(digest));
    for (const holder of holders) {
      const sum = known[activations.indexOf(holder)];
      if (!sum) continue;
      row.forEach((count, bucket) => {
        sum[bucket] = (sum[bucket] ?? 0) + count * shareAmong(holder, holders, bucket);
      });
    }
  }
  return { known, unknown: [...counts.unknown] };
}

function shareAmong(activation: Activation, twins: readonly Activation[], bucket: number): number {
  if (twins.length === 1) return 1;
  const total = twins.reduce((sum, twin) => sum + (twin.pods[bucket] ?? 0), 0);
  return total > 0 ? (activation.pods[bucket] ?? 0) / total : 1 / twins.length;
}

/** `namespace/Kind/name`, as the attribution names workloads. */
export function fullName(namespace: string, workload: string): string {
  return `${namespace}/${workload}`;
}
