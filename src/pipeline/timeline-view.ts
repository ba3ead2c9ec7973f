/** The timeline as the attribution reads it. */
import type { Timeline } from "../identity/timeline.ts";
import type { AttributionTimeline } from "./assemble-episode.ts";

/** Versions without a digest are told apart by their image reference, never merged with a real digest. */
export function attributionView(timeline: Timeline): AttributionTimeline {
  return {
    exposure(cluster, namespace, workload, from, to, step) {
      const { activations } = timeline.exposure({ cluster, namespace, workload }, from, to, step);
      return activations.map(({ digest, image, key, ready }) => ({
        digest: digest ?? `tag:${image ?? ""}@${key}`,
        image,
        ready,
      }));
    },
    changes: (cluster, from, to) => timeline.changes({ cluster, from, to }),
    history: (cluster, namespace, workload, at) => timeline.history({ cluster, namespace, workload }, at),
  };
}
