/** The timeline as the attribution reads it. */
import type { Timeline } from "../identity/timeline.ts";
import type { AttributionTimeline } from "./attribution-timeline.ts";

/** Versions without a digest are told apart by their image reference, never merged with a real digest. */
export function attributionView(timeline: Timeline): AttributionTimeline {
  return {
    exposure(cluster, namespace, workload, from, to, step) {
      const { activations } = timeline.exposure({ cluster, namespace, workload }, from, to, step);
      return activations.map((version) => {
        const digest = version.digest ?? `tag:${version.image ?? ""}@${version.key}`;
        const digests = [...new Set([digest, ...version.digests.flatMap((one) => [one, ...timeline.aliasesOf(one)])])];
        return { ...version, digest, digests };
      });
    },
    pods: (cluster, namespace, workload, from, to) => timeline.pods({ cluster, namespace, workload }, from, to),
    knowsPod: (reference) => timeline.knowsPod(reference),
    changes: (cluster, from, to) => timeline.changes({ cluster, from, to }),
    history: (cluster, namespace, workload, at) => timeline.history({ cluster, namespace, workload }, at),
  };
}
