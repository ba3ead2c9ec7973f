/** Gathers what the attribution reads: counts, versions and changes around one anomaly's onset. */
import { BUCKET_MS, type Episode } from "../correlation/episode.ts";
import type { Anomaly } from "../domain/anomaly.ts";
import { shardOf } from "../domain/ids.ts";
import type { Series } from "../domain/series.ts";
import type { WindowStore } from "../ports/windows.ts";
import type { AttributionTimeline } from "./attribution-timeline.ts";
import { decidedByRemarks } from "./decided-by.ts";
import { backgroundOf } from "./episode-background.ts";
import { candidates } from "./episode-changes.ts";
import { type Frame, readVersionCounts, type VersionCounts } from "./episode-counts.ts";
import { returnRemark, withSoaks } from "./episode-history.ts";
import {
  containerEvents,
  type DetailSource,
  detailsOf,
  episodePods,
  namedEvents,
  type PlacedDetails,
  qualityOf,
} from "./episode-pods.ts";
import { neighbourOf, otherPolicies, siblingsOf } from "./episode-surroundings.ts";
import { countsOf, type EpisodeWorkload, fullName, workloadOf } from "./episode-workload.ts";
import type { PastVerdicts } from "./past-verdicts.ts";
import { readMention } from "./pod-mention.ts";

export interface AssembleOptions {
  readonly windows: WindowStore;
  readonly timeline: AttributionTimeline;
  /** Which pods the newest events named. */
  readonly details: DetailSource;
  /** What earlier alerts blamed, as of about a time. */
  readonly past: (now: number) => Promise<PastVerdicts>;
  /** How long before the onset counts and changes are looked at, milliseconds. */
  readonly lookback: number;
}

/** Buckets of an episode at most: a verdict taken long after the onset looks at the first two hours. */
const MAX_BUCKETS = 120;
/** Time before the onset that is looked at in any case, milliseconds: without it there is nothing to compare with. */
const LEAST_LOOKBACK = 15 * BUCKET_MS;

/** The episode of an anomaly as of `asOf`, which becomes the end of the last bucket. */
export async function assembleEpisode(anomaly: Anomaly, asOf: number, options: AssembleOptions): Promise<Episode> {
  const { series } = anomaly;
  const onset = Math.min(anomaly.onsetAt, asOf - 1);
  const frame = frameOf(onset, asOf, calmBefore(anomaly, onset, options.lookback), options.windows.width);
  const until = frame.startAt + frame.buckets * frame.step;
  const counted = await readVersionCounts(options.windows, series.cluster, frame);
  const isSubject = (one: VersionCounts) => one.namespace === series.namespace && one.workload === series.workload;
  const workloads = new Map<string, EpisodeWorkload>();
  const workloadFor = (namespace: string, workload: string): EpisodeWorkload => {
    const key = fullName(namespace, workload);
    let known = workloads.get(key);
    if (!known) {
      const exposed = options.timeline.exposure(series.cluster, namespace, workload, frame.startAt, until, frame.step);
      known = workloadOf(
        exposed,
        counted.filter((one) => one.namespace === namespace && one.workload === workload),
        frame,
      );
      workloads.set(key, known);
    }
    return known;
  };
  const subject = workloadFor(series.namespace, series.workload);
  const neighbours = counted
    .filter((one) => one.policy === series.policy && !isSubject(one))
    .map((one) => neighbourOf(one, counted, workloadFor, frame));
  const named = neighbours.map(({ workload }) => ({ name: workload, versions: workloads.get(workload)?.versions ?? [] }));
  const own = counted.find((one) => one.policy === series.policy && isSubject(one));
  const onsetIndex = Math.floor((onset - frame.startAt) / frame.step);
  const pods = options.timeline.pods(series.cluster, series.namespace, series.workload, frame.startAt, until);
  const withPods = (one: VersionCounts, details: readonly PlacedDetails[]) => ({
    ...countsOf(one, subject, frame),
    named: namedEvents(details, pods, frame),
  });
  const details = own ? detailsOf(own, options.details, frame) : [];
  const counts = own ? withPods(own, details) : countsOf(own, subject, frame);
  const background = await backgroundOf(series, onset - options.lookback, asOf, options);
  const { blameOf } = background;
  const found = candidates(background.recent, anomaly, subject, named, frame);
  return {
    cluster: series.cluster,
    policy: series.policy,
    workload: fullName(series.namespace, series.workload),
    startAt: frame.startAt,
    buckets: frame.buckets,
    onsetIndex,
    alertedAt: anomaly.openedAt,
    asOf,
    activations: subject.activations,
    counts,
    neighbours,
    pods: episodePods(pods, subject, frame),
    containerEvents: containerEvents(details, frame),
    siblings: siblingsOf(
      counted.filter((one) => one.policy !== series.policy && isSubject(one)),
      (one) => withPods(one, detailsOf(one, options.details, frame)),
    ),
    otherPolicies: otherPolicies(
      counted.filter((one) => one.policy !== series.policy && !isSubject(one)),
      frame,
    ),
    changes: withSoaks(found, background.earlier, fullName(series.namespace, series.workload), background),
    history: background.history,
    earlier: background.earlier,
    remarks: [
      ...found.flatMap((candidate) => {
        const blame = blameOf(candidate);
        return blame ? [returnRemark(candidate, blame)] : [];
      }),
      ...decidedByRemarks(series, details, onsetIndex),
    ],
    // Where the timeline knows no pods at all, none is awaited.
    dataQuality: qualityOf(
      counts,
      details,
      onsetIndex,
      own && pods.length > 0 ? await strangersSince(onset, own, series, options) : 0,
    ),
  };
}

/** Stored events since the onset that name a pod nobody knows yet, whichever daemon counted them. */
async function strangersSince(
  onset: number,
  own: VersionCounts,
  { cluster, namespace, workload }: Series,
  { windows, timeline }: AssembleOptions,
): Promise<number> {
  const unplaced = await windows.readUnplaced([shardOf(cluster, namespace, workload, windows.shards)]);
  let events = 0;
  for (const { seriesId, bucket, pod, count } of unplaced.flat()) {
    if (!own.series.has(seriesId) || bucket + windows.width <= onset) continue;
    if (timeline.knowsPod({ ...readMention(pod), cluster, namespace, time: bucket }) === false) events += count;
  }
  return events;
}

/**
 * How long before the onset counts are looked at: not into the incident before this one, beside which what happens now
 * would look like nothing new.
 */
function calmBefore({ calmSince }: Anomaly, onset: number, lookback: number): number {
  return calmSince === undefined ? lookback : Math.min(lookback, Math.max(LEAST_LOOKBACK, onset - calmSince));
}

/** Whole buckets that end at `asOf`, so that the newest events are looked at even seconds after the onset. */
function frameOf(onset: number, asOf: number, lookback: number, width: number): Frame {
  const end = asOf - (asOf % width);
  const wanted = Math.ceil((end - (onset - lookback)) / BUCKET_MS);
  const buckets = Math.min(MAX_BUCKETS, Math.max(wanted, 2));
  const startAt = wanted > MAX_BUCKETS ? onset - (onset % width) - lookback : end - buckets * BUCKET_MS;
  return { startAt: startAt - (startAt % width), buckets, step: BUCKET_MS };
}
