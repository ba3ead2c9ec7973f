/** What the names of pods add, where events carry them: cohorts by age, and single pods. */

import { canAlign, lnByAge } from "./age-effect.ts";
import { type CohortSet, cohortsOf, type PodPresence } from "./cohorts.ts";
import type { Episode } from "./episode.ts";
import { type NamedCounts, namedCounts } from "./named-counts.ts";
import { lnOnePod } from "./pod-effect.ts";
import { zeros } from "./room.ts";
import type { SeriesModel } from "./series-model.ts";
import type { Window } from "./window.ts";
import type { NamedSeries } from "./workload-series.ts";

/** Only the pods with the most events since an effect may have begun are examined one by one. */
const MOST_PODS = 8;

export interface SinglePod {
  readonly presence: PodPresence;
  /** Its events since an effect may have begun. */
  readonly events: number;
  /** ln likelihood by start that only this pod changed. */
  readonly ln: Float64Array;
}

export interface PodModels {
  readonly cohorts: readonly CohortSet[];
  readonly named: NamedCounts;
  /** The pods examined one by one, most events first. */
  readonly single: readonly SinglePod[];
  /** Pods alive in the last bucket, at least 1. */
  readonly live: number;
  /** Events that name a pod since an effect may have begun. */
  readonly recent: number;
}

/** Undefined when no event of the subject names a pod of the timeline: the pod terms then vanish exactly. */
export function modelPods(episode: Episode, subject: SeriesModel, window: Window): PodModels | undefined {
  if ((episode.counts.named ?? []).length === 0) return undefined;
  const cohorts = cohortsOf(episode, window);
  if (!cohorts) return undefined;
  const named = namedCounts(subject, episode.counts.named ?? [], cohorts);
  if (named.events === 0) return undefined;
  const all = cohorts.flatMap(({ pods }) => pods);
  const recent = new Map(all.map(({ index }) => [index, eventsFrom(named.byPod[index], window.first)]));
  const single = all
    .filter(({ index }) => (recent.get(index) ?? 0) > 0)
    .sort((a, b) => (recent.get(b.index) ?? 0) - (recent.get(a.index) ?? 0) || a.index - b.index)
    .slice(0, MOST_PODS)
    .map((presence) => ({
      presence,
      events: recent.get(presence.index) ?? 0,
      ln: lnOnePod(subject, named, presence, shareOfActivation(presence, subject)),
    }));
  const live = all.filter((pod) => pod.live).length;
  return { cohorts, named, single, live: Math.max(live, 1), recent: sumOf(recent.values()) };
}

/** Age effect of one version on each of several series of the workload; undefined when there is nothing to align. */
export function ageEffects(series: NamedSeries, cohorts: readonly CohortSet[], activation: number): Float64Array[] | undefined {
  const set = cohorts[activation];
  return set && canAlign(set) ? lnByAge(series, set, activation) : undefined;
}

/** Keeps a pod that has gone from being impossible. */
const LEAST_SHARE = 1e-6;

function shareOfActivation({ presence, pod }: PodPresence, { exposure }: SeriesModel): Float64Array {
  const { pods, buckets } = exposure;
  const share = zeros(buckets);
  for (let b = 0; b < buckets; b++) {
    const there = (presence[b] ?? 0) / (pods[pod.activation * buckets + b] ?? 1);
    share[b] = Math.min(Math.max(there, LEAST_SHARE), 1);
  }
  return share;
}

function sumOf(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function eventsFrom(counts: Float64Array | undefined, from: number): number {
  let sum = 0;
  if (counts) for (let b = from; b < counts.length; b++) sum += counts[b] ?? 0;
  return sum;
}
