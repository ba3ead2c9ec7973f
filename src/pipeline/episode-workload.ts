/**
 * One workload of an episode: the versions that ran and the counts that fall to each. Where the timeline knows nothing
 * of the workload, the versions are read off the events themselves.
 */
import type { Activation, Counts } from "../correlation/episode.ts";
import type { Frame, VersionCounts } from "./episode-counts.ts";

/** What the timeline says of a workload's versions over a frame. */
export interface ExposedVersion {
  readonly digest: string;
  readonly image?: string | undefined;
  /** Mean ready pods per bucket. */
  readonly ready: Float64Array;
}

export interface EpisodeWorkload {
  readonly activations: readonly Activation[];
  /** Bucket of the first event of versions that the timeline does not know, by activation index. */
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
    pods: [...version.ready],
  }));
  const known = new Set(activations.map((activation) => activation.digest));
  const appeared = new Map<number, number>();
  for (const [digest, span] of spansByDigest(seen)) {
    if (known.has(digest)) continue;
    const image = seen.map((counts) => counts.images.get(digest)).find((one) => one !== undefined);
    appeared.set(activations.length, span.first);
    activations.push({ digest, ...(image === undefined ? {} : { image }), pods: presence(span, frame.buckets) });
  }
  return { activations, appeared };
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
  const still = 10;
  const until = span.last >= buckets - still ? buckets - 1 : span.last;
  const since = span.first < still ? 0 : span.first;
  return Array.from({ length: buckets }, (_, bucket) => (bucket >= since && bucket <= until ? 1 : 0));
}

/** Counts of one policy on the workload, in the order of its activations; equal digests share by their pods. */
export function countsOf(counts: VersionCounts | undefined, activations: readonly Activation[], frame: Frame): Counts {
  const empty = () => Array.from({ length: frame.buckets }, () => 0);
  if (!counts) return { known: activations.map(empty), unknown: empty() };
  const known = activations.map((activation) => {
    const row = counts.byDigest.get(activation.digest);
    if (!row) return empty();
    const twins = activations.filter((other) => other.digest === activation.digest);
    return Array.from(row, (count, bucket) => count * shareAmong(activation, twins, bucket));
  });
  return { known, unknown: [...counts.unknown] };
}

function shareAmong(activation: Activation, twins: readonly Activation[], bucket: number): number {
  if (twins.length === 1) return 1;
  const total = twins.reduce((sum, twin) => sum + (twin.pods[bucket] ?? 0), 0);
  return total > 0 ? (activation.pods[bucket] ?? 0) / total : 1 / twins.length;
}
