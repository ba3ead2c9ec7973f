/** Pods of an episode's subject: when each ran, which events named them, and how well the events could be placed. */
import type { Counts, DataQualityCounts, Episode, EpisodePod, PodEvents } from "../correlation/episode.ts";
import type { Frame, VersionCounts } from "./episode-counts.ts";
import type { EpisodeWorkload } from "./episode-workload.ts";
import type { BucketDetails } from "./event-details.ts";

/** A ready stretch of a pod, as the timeline knows it. */
export interface KnownPod {
  readonly uid: string;
  readonly name: string;
  readonly node: string | undefined;
  /** Key of its version. */
  readonly key: string;
  readonly readyAt: number;
  /** Infinity while it lives. */
  readonly endedAt: number;
}

export interface DetailSource {
  read(seriesId: string, from: number, to: number): readonly BucketDetails[];
}

/** Clocks of nodes and of the cluster differ by this much, milliseconds. */
const CLOCK_SKEW = 30_000;

/** In the order of `pods`. A pod whose version is not among those of the episode stays without one, and plays no part. */
export function episodePods(pods: readonly KnownPod[], { versions }: EpisodeWorkload, frame: Frame): readonly EpisodePod[] {
  return pods.map(({ name, node, key, readyAt, endedAt }) => {
    const holds = (version: EpisodeWorkload["versions"][number]) =>
      version.key === key && version.openedAt <= readyAt && readyAt < version.closedAt;
    return {
      name,
      ...(node === undefined ? {} : { node }),
      activation: versions.findIndex(holds),
      ...(readyAt < frame.startAt ? {} : { startedAt: readyAt }),
      ...(Number.isFinite(endedAt) ? { endedAt } : {}),
    };
  });
}

/** Details of all series of one (policy, workload), by bucket of the episode. */
export interface PlacedDetails extends BucketDetails {
  readonly bucket: number;
}

export function detailsOf(counts: VersionCounts, source: DetailSource, frame: Frame): readonly PlacedDetails[] {
  const until = frame.startAt + frame.buckets * frame.step;
  return [...counts.series.keys()]
    .flatMap((id) => source.read(id, frame.startAt, until))
    .map((details) => ({ ...details, bucket: Math.floor((details.at - frame.startAt) / frame.step) }));
}

/** Events that name a container, by container and bucket. */
export function containerEvents(details: readonly PlacedDetails[], frame: Frame): NonNullable<Episode["containerEvents"]> {
  const rows = new Map<string, number[]>();
  for (const { bucket, containers } of details) {
    if (bucket < 0 || bucket >= frame.buckets) continue;
    for (const [name, count] of containers) {
      const row = rows.get(name) ?? new Array<number>(frame.buckets).fill(0);
      row[bucket] = (row[bucket] ?? 0) + count;
      rows.set(name, row);
    }
  }
  return [...rows].map(([name, counts]) => ({ name, counts }));
}

/** Events that name a pod of the timeline: by its uid, or by the name it bore at the time. */
export function namedEvents(details: readonly PlacedDetails[], pods: readonly KnownPod[], frame: Frame): readonly PodEvents[] {
  if (pods.length === 0) return [];
  const byName = new Map<string, number[]>();
  pods.forEach(({ uid, name }, index) => {
    for (const key of new Set([uid, name])) byName.set(key, [...(byName.get(key) ?? []), index]);
  });
  const sums = new Map<string, PodEvents>();
  for (const { bucket, at, pods: events } of details) {
    for (const [name, count] of events) {
      const pod = byName.get(name)?.findLast((index) => ran(pods[index], at, frame));
      if (pod === undefined) continue;
      const key = `${pod} ${bucket}`;
      sums.set(key, { pod, bucket, count: count + (sums.get(key)?.count ?? 0) });
    }
  }
  return [...sums.values()].sort((a, b) => a.bucket - b.bucket || a.pod - b.pod);
}

function ran(pod: KnownPod | undefined, at: number, frame: Frame): boolean {
  return pod !== undefined && at + frame.step + CLOCK_SKEW > pod.readyAt && at - CLOCK_SKEW < pod.endedAt;
}

/**
 * How well the events since the onset could be placed. `strangers`: those of them that name a pod nobody knows yet; events
 * whose version is known without their pod are not held against the verdict.
 */
export function qualityOf(
  counts: Counts,
  details: readonly PlacedDetails[],
  onsetIndex: number,
  strangers: number,
): DataQualityCounts {
  const since = (row: readonly number[]) => row.slice(Math.max(0, onsetIndex)).reduce((sum, count) => sum + count, 0);
  const withDigest = counts.known.reduce((sum, row) => sum + since(row), 0);
  const unknown = since(counts.unknown);
  let byIp = 0;
  let late = 0;
  for (const { bucket, ...cell } of details) {
    if (bucket < onsetIndex) continue;
    byIp += cell.byIp;
    late += cell.late;
  }
  return { events: withDigest + unknown, withDigest, byIp, late, unresolved: Math.min(strangers, unknown) };
}
