/** Knowledge that came after the events: they get the version of the pod they named once it is known. */
import { UNKNOWN_DIGEST } from "../domain/violation.ts";
import type { AttributionTimeline, PodReference } from "./attribution-timeline.ts";
import type { Frame, VersionCounts } from "./episode-counts.ts";
import type { DetailSource } from "./episode-pods.ts";

/**
 * Counts of one (policy, workload) in which events that named a pod nobody knew then, and so have no version or that of
 * the workload at the time, are moved to the version of the pod, as far as it is known by now. The total of each bucket
 * stays as it is, so nothing is detected anew; what is stored stays too, and a later verdict moves what has become known
 * since.
 */
export function withLateKnowledge(
  counts: VersionCounts,
  cluster: string,
  details: DetailSource,
  timeline: Pick<AttributionTimeline, "digestOfPod">,
  frame: Frame,
): VersionCounts {
  const unknown = Float64Array.from(counts.unknown);
  const byDigest = new Map([...counts.byDigest].map(([digest, row]) => [digest, Float64Array.from(row)]));
  const rowOf = (digest: string): Float64Array => {
    const row = digest === UNKNOWN_DIGEST ? unknown : (byDigest.get(digest) ?? new Float64Array(unknown.length));
    if (row !== unknown) byDigest.set(digest, row);
    return row;
  };
  for (const [id, counted] of counts.series) {
    for (const { at, pods, unplaced } of details.read(id, frame.startAt, frame.startAt + frame.buckets * frame.step)) {
      const bucket = Math.floor((at - frame.startAt) / frame.step);
      for (const pod of unplaced) {
        const reference: PodReference = { cluster, namespace: counts.namespace, time: at, podUid: pod, pod, podIp: pod };
        const digest = timeline.digestOfPod(reference);
        if (digest === undefined || digest === counted) continue;
        const from = rowOf(counted);
        const to = rowOf(digest);
        // Details and counters are not read at one moment: no bucket gives more than it has.
        const moved = Math.min(pods.get(pod) ?? 0, from[bucket] ?? 0);
        from[bucket] = (from[bucket] ?? 0) - moved;
        to[bucket] = (to[bucket] ?? 0) + moved;
      }
    }
  }
  return { ...counts, unknown, byDigest };
}
