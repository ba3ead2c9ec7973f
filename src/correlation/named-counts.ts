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
  readonly byPod: readonly (Float64Array | undefined)[];
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
  const byPod: (Float64Array | undefined)[] = [];
  const places = placesOf(cohorts);
  let events = 0;
  for (const { pod, bucket, count } of named) {
    // Numbered from 1: pods that are not in any cohort have none.
    const activation = (places.activation[pod] ?? 0) - 1;
    if (activation < 0 || !(bucket >= 0 && bucket < buckets) || !(count > 0)) continue;
    const at = activation * buckets + bucket;
    const rest = versionOnly[at] ?? 0;
    const taken = Math.min(count, rest);
    versionOnly[at] = rest - taken;
    const inCohort = (places.cohort[pod] ?? 0) * buckets + bucket;
    const row = byCohort[activation];
    if (row) row[inCohort] = (row[inCohort] ?? 0) + taken;
    byPod[pod] ??= zeros(buckets);
    const own = byPod[pod];
    own[bucket] = (own[bucket] ?? 0) + taken;
    events += taken;
  }
  return { byCohort, versionOnly, byPod, events };
}

/** Activation, counted from 1, and cohort of each pod, by index into `Episode.pods`. */
function placesOf(cohorts: readonly CohortSet[]): { readonly activation: Float64Array; readonly cohort: Float64Array } {
  let last = -1;
  for (const { pods } of cohorts) for (const { index } of pods) last = Math.max(last, index);
  const activation = zeros(last + 1);
  const cohortOf = zeros(last + 1);
  for (const [a, { pods }] of cohorts.entries()) {
    for (const { index, cohort } of pods) {
      activation[index] = a + 1;
      cohortOf[index] = cohort;
    }
  }
  return { activation, cohort: cohortOf };
}
