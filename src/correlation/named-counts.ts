/** Events of one series that name a pod, by cohort; the rest of the labelled events names a version only. */
import type { CohortSet } from "./cohorts.ts";
import type { PodEvents } from "./episode.ts";
import { zeros } from "./room.ts";
import type { SeriesModel } from "./series-model.ts";

export interface NamedCounts {
  /** By activation: events at [c * buckets + b]. */
  readonly byCohort: readonly Float64Array[];
  /** Labelled events that name no pod, at [a * buckets + b]. */
  readonly versionOnly: Float64Array;
  /** Events of each pod by bucket, by index into `Episode.pods`. */
  readonly byPod: ReadonlyMap<number, Float64Array>;
  /** Number of events that name a pod. */
  readonly events: number;
}

export function namedCounts(
  model: Pick<SeriesModel, "known" | "window">,
  named: readonly PodEvents[],
  cohorts: readonly CohortSet[],
): NamedCounts {
  const { buckets } = model.window;
  const byCohort = cohorts.map(({ size }) => zeros(size * buckets));
  const versionOnly = zeros(model.known.length);
  versionOnly.set(model.known);
  const byPod = new Map<number, Float64Array>();
  const place = new Map<number, { readonly activation: number; readonly cohort: number }>();
  cohorts.forEach((set, activation) => {
    for (const { index, cohort } of set.pods) place.set(index, { activation, cohort });
  });
  let events = 0;
  for (const { pod, bucket, count } of named) {
    const where = place.get(pod);
    if (!where || !(bucket >= 0 && bucket < buckets) || !(count > 0)) continue;
    const { activation, cohort } = where;
    const rest = versionOnly[activation * buckets + bucket] ?? 0;
    const taken = Math.min(count, rest);
    versionOnly[activation * buckets + bucket] = rest - taken;
    const row = byCohort[activation];
    if (row) row[cohort * buckets + bucket] = (row[cohort * buckets + bucket] ?? 0) + taken;
    const own = byPod.get(pod) ?? zeros(buckets);
    own[bucket] = (own[bucket] ?? 0) + taken;
    byPod.set(pod, own);
    events += taken;
  }
  return { byCohort, versionOnly, byPod, events };
}
