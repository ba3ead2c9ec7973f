/** Gathers what the attribution reads: counts, versions and changes around one anomaly's onset. */
import type {
  CandidateChange,
  Counts,
  DataQualityCounts,
  Episode,
  Neighbour,
  OtherPolicy,
  Sibling,
} from "../correlation/episode.ts";
import { BUCKET_MS } from "../correlation/episode.ts";
import type { Anomaly } from "../domain/anomaly.ts";
import type { Change } from "../domain/change.ts";
import type { WindowStore } from "../ports/windows.ts";
import { earlierActivations, type KnownRun } from "./earlier-activations.ts";
import { type Frame, readVersionCounts, totalOf, type VersionCounts } from "./episode-counts.ts";
import { countsOf, type EpisodeWorkload, type ExposedVersion, workloadOf } from "./episode-workload.ts";

/** What the attribution asks of the timeline. */
export interface AttributionTimeline {
  exposure(
    cluster: string,
    namespace: string,
    workload: string,
    from: number,
    to: number,
    step: number,
  ): readonly ExposedVersion[];
  changes(cluster: string, from: number, to: number): readonly Change[];
  /** Every opening of every version of a workload up to a time, newest first. */
  history(cluster: string, namespace: string, workload: string, at: number): readonly KnownRun[];
}

export interface AssembleOptions {
  readonly windows: WindowStore;
  readonly timeline: AttributionTimeline;
  /** How long before the onset counts and changes are looked at, milliseconds. */
  readonly lookback: number;
}

/** Buckets of an episode at most: a verdict taken long after the onset looks at the first two hours. */
const MAX_BUCKETS = 120;

/** The episode of an anomaly as of `asOf`, which becomes the end of the last bucket. */
export async function assembleEpisode(anomaly: Anomaly, asOf: number, options: AssembleOptions): Promise<Episode> {
  const { series } = anomaly;
  const onset = Math.min(anomaly.onsetAt, asOf - 1);
  const frame = frameOf(onset, asOf, options.lookback, options.windows.width);
  const until = frame.startAt + frame.buckets * frame.step;
  const counted = await readVersionCounts(options.windows, series.cluster, frame);
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
  const isSubject = (one: VersionCounts) => one.namespace === series.namespace && one.workload === series.workload;
  const neighbours = counted
    .filter((one) => one.policy === series.policy && !isSubject(one))
    .map((one) => neighbourOf(one, counted, workloadFor, frame));
  const own = counted.find((one) => one.policy === series.policy && isSubject(one));
  const counts = countsOf(own, subject.activations, frame);
  const changes = options.timeline.changes(series.cluster, onset - options.lookback, asOf);
  const runs = options.timeline.history(series.cluster, series.namespace, series.workload, asOf);
  const earlier = await earlierActivations(series, asOf, runs, options.windows);
  return {
    cluster: series.cluster,
    policy: series.policy,
    workload: fullName(series.namespace, series.workload),
    startAt: frame.startAt,
    buckets: frame.buckets,
    onsetIndex: Math.floor((onset - frame.startAt) / frame.step),
    alertedAt: anomaly.openedAt,
    asOf,
    activations: subject.activations,
    counts,
    neighbours,
    siblings: siblingsOf(
      counted.filter((one) => one.policy !== series.policy && isSubject(one)),
      subject,
      frame,
    ),
    otherPolicies: otherPolicies(
      counted.filter((one) => one.policy !== series.policy && !isSubject(one)),
      frame,
    ),
    changes: candidates(changes, anomaly, subject, neighbours, frame),
    earlier,
    dataQuality: dataQualityOf(counts, Math.floor((onset - frame.startAt) / frame.step)),
  };
}

/** How many of the events since the onset name their version. */
function dataQualityOf(counts: Counts, onsetIndex: number): DataQualityCounts {
  const since = (row: readonly number[]) => row.slice(Math.max(0, onsetIndex)).reduce((sum, count) => sum + count, 0);
  const withDigest = counts.known.reduce((sum, row) => sum + since(row), 0);
  return { events: withDigest + since(counts.unknown), withDigest, byIp: 0, late: 0, unresolved: 0 };
}

/** Whole buckets that end at `asOf`, so that the newest events are looked at even seconds after the onset. */
function frameOf(onset: number, asOf: number, lookback: number, width: number): Frame {
  const end = asOf - (asOf % width);
  const wanted = Math.ceil((end - (onset - lookback)) / BUCKET_MS);
  const buckets = Math.min(MAX_BUCKETS, Math.max(wanted, 2));
  const startAt = wanted > MAX_BUCKETS ? onset - (onset % width) - lookback : end - buckets * BUCKET_MS;
  return { startAt: startAt - (startAt % width), buckets, step: BUCKET_MS };
}

function neighbourOf(
  one: VersionCounts,
  counted: readonly VersionCounts[],
  workloadFor: (namespace: string, workload: string) => EpisodeWorkload,
  frame: Frame,
): Neighbour {
  const { activations } = workloadFor(one.namespace, one.workload);
  const policies = counted.filter(
    (other) => other.namespace === one.namespace && other.workload === one.workload && other.policy !== one.policy,
  );
  return {
    workload: fullName(one.namespace, one.workload),
    activations,
    counts: countsOf(one, activations, frame),
    policies: policies.map((other) => other.policy),
  };
}

function siblingsOf(counted: readonly VersionCounts[], subject: EpisodeWorkload, frame: Frame): readonly Sibling[] {
  return counted.map((one) => ({ policy: one.policy, counts: countsOf(one, subject.activations, frame) }));
}

function otherPolicies(counted: readonly VersionCounts[], frame: Frame): readonly OtherPolicy[] {
  const sums = new Map<string, number[]>();
  for (const one of counted) {
    const sum = sums.get(one.policy) ?? Array.from({ length: frame.buckets }, () => 0);
    totalOf(one).forEach((count, bucket) => {
      sum[bucket] = (sum[bucket] ?? 0) + count;
    });
    sums.set(one.policy, sum);
  }
  return [...sums].map(([policy, counts]) => ({ policy, counts }));
}

/** Changes that touch the subject, rollouts of its digests on neighbours, and versions that appeared untold. */
function candidates(
  changes: readonly Change[],
  anomaly: Anomaly,
  subject: EpisodeWorkload,
  neighbours: readonly Neighbour[],
  frame: Frame,
): readonly CandidateChange[] {
  const own = fullName(anomaly.series.namespace, anomaly.series.workload);
  const digests = new Set(subject.activations.map((activation) => activation.digest));
  const out: CandidateChange[] = [];
  for (const change of changes) {
    const workload = change.workload === undefined ? undefined : fullName(change.namespace, change.workload);
    if (change.kind === "policy") out.push(candidateOf(change, undefined, undefined));
    else if (workload === own) out.push(candidateOf(change, own, activationOf(change, subject.activations)));
    else {
      const neighbour = neighbours.find((one) => one.workload === workload);
      const sister = change.digest !== undefined && digests.has(change.digest);
      if (neighbour && sister) out.push(candidateOf(change, neighbour.workload, activationOf(change, neighbour.activations)));
    }
  }
  for (const [activation, first] of subject.appeared) {
    const version = subject.activations[activation];
    const told = out.some((one) => one.workload === own && one.digest === version?.digest);
    if (!version || told || first === 0) continue;
    const at = frame.startAt + first * frame.step;
    const previous = subject.activations[activation - 1]?.digest;
    out.push({
      id: `appeared:${version.digest}`,
      kind: "rollout",
      at,
      workload: own,
      activation,
      digest: version.digest,
      announced: false,
      ...(version.image === undefined ? {} : { image: version.image }),
      ...(previous === undefined ? {} : { previousDigest: previous }),
    });
  }
  return out;
}

function activationOf(change: Change, activations: Neighbour["activations"]): number | undefined {
  const index = activations.findLastIndex((activation) => activation.digest === change.digest);
  return index < 0 ? undefined : index;
}

function candidateOf(change: Change, workload: string | undefined, activation: number | undefined): CandidateChange {
  const kind = change.kind === "rollback" ? "rollout" : change.kind;
  return {
    id: change.id,
    kind,
    at: change.time,
    ...(workload === undefined ? {} : { workload }),
    ...(activation === undefined || kind === "scale" ? {} : { activation }),
    ...(change.digest === undefined ? {} : { digest: change.digest }),
    ...(change.image === undefined ? {} : { image: change.image }),
    ...(change.previousDigest === undefined ? {} : { previousDigest: change.previousDigest }),
    ...(change.policy === undefined ? {} : { policy: change.policy }),
    ...(change.restart === undefined ? {} : { restart: change.restart }),
    ...(change.source === "timeline" ? { announced: false } : {}),
    ...(change.actor === undefined ? {} : { actor: change.actor }),
    ...(change.revision === undefined ? {} : { revision: change.revision }),
    ...(change.url === undefined ? {} : { url: change.url }),
  };
}

function fullName(namespace: string, workload: string): string {
  return `${namespace}/${workload}`;
}
