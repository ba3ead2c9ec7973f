/**
 * Pods of a workload grouped into cohorts: pods of one version that started in the same minute. Every policy of the
 * workload shares them.
 */
import { type Episode, type EpisodePod, minutesIn } from "./episode.ts";
import { smooth } from "./exposure.ts";
import type { Window } from "./window.ts";

export interface PodPresence {
  /** Index into `Episode.pods`. */
  readonly index: number;
  readonly pod: EpisodePod;
  /** Minutes on the bucket axis; minus infinity: before the window. */
  readonly start: number;
  /** Share of each bucket in which it was there, smoothed. */
  readonly presence: Float64Array;
  readonly cohort: number;
}

/** Cohorts of one activation, in the order of their start. */
export interface CohortSet {
  readonly pods: readonly PodPresence[];
  readonly size: number;
  /** Mean start of each cohort after the first start of the activation, minutes. */
  readonly delay: Float64Array;
  /** Share of the activation's exposure at [c * buckets + b]. */
  readonly share: Float64Array;
}

/** Keeps the share of a cohort without pods above zero. */
const FLOOR = 0.001;
/** More cohorts than this are merged with their neighbours in time. */
const MOST_COHORTS = 64;

/** Cohort sets by activation; pods that start after the last bucket are left out. Undefined when no pod is usable. */
export function cohortsOf(episode: Episode, window: Window): CohortSet[] | undefined {
  const pods = episode.pods ?? [];
  const members: { index: number; pod: EpisodePod; start: number }[][] = episode.activations.map(() => []);
  pods.forEach((pod, index) => {
    const start = pod.startedAt === undefined ? Number.NEGATIVE_INFINITY : minutesIn(episode, pod.startedAt);
    if (start < window.buckets + 1)
      members[pod.activation]?.push({ index, pod, start: start < 0 ? Number.NEGATIVE_INFINITY : start });
  });
  if (members.every((list) => list.length === 0)) return undefined;
  return members.map((list) => cohortSet(episode, window, list));
}

function cohortSet(
  episode: Episode,
  { buckets }: Window,
  members: readonly { readonly index: number; readonly pod: EpisodePod; readonly start: number }[],
): CohortSet {
  const minutes = [...new Set(members.map(({ start }) => Math.floor(start)))].sort((a, b) => a - b);
  const perCohort = Math.max(Math.ceil(minutes.length / MOST_COHORTS), 1);
  const cohortAt = new Map(minutes.map((minute, i) => [minute, Math.floor(i / perCohort)]));
  const size = Math.ceil(minutes.length / perCohort);
  const pods = members.map(
    ({ index, pod, start }): PodPresence => ({
      index,
      pod,
      start,
      presence: presenceOf(episode, pod, start, buckets),
      cohort: cohortAt.get(Math.floor(start)) ?? 0,
    }),
  );
  return { pods, size, delay: delaysOf(pods, size), share: sharesOf(pods, size, buckets) };
}

/** Pods that ran before the window are one cohort without delay; cohorts after it are then too late to align. */
function delaysOf(pods: readonly PodPresence[], size: number): Float64Array {
  const first = Math.min(...pods.map(({ start }) => start));
  const sum = new Float64Array(size);
  const count = new Float64Array(size);
  for (const { start, cohort } of pods) {
    sum[cohort] = (sum[cohort] ?? 0) + (start === first ? 0 : start - first);
    count[cohort] = (count[cohort] ?? 0) + 1;
  }
  return sum.map((total, c) => total / Math.max(count[c] ?? 1, 1));
}

function sharesOf(pods: readonly PodPresence[], size: number, buckets: number): Float64Array {
  const share = new Float64Array(size * buckets).fill(FLOOR);
  for (const { presence, cohort } of pods) {
    for (let b = 0; b < buckets; b++) share[cohort * buckets + b] = (share[cohort * buckets + b] ?? 0) + (presence[b] ?? 0);
  }
  for (let b = 0; b < buckets; b++) {
    let total = 0;
    for (let c = 0; c < size; c++) total += share[c * buckets + b] ?? 0;
    for (let c = 0; c < size; c++) share[c * buckets + b] = (share[c * buckets + b] ?? 0) / total;
  }
  return share;
}

function presenceOf(episode: Episode, pod: EpisodePod, start: number, buckets: number): Float64Array {
  const end = pod.endedAt === undefined ? Number.POSITIVE_INFINITY : minutesIn(episode, pod.endedAt);
  const overlap = (b: number) => { let n=0; for (let k=0;k<6;k++){const t=b+(k+.5)/6; if(t>=start&&t<end) n++;} return n/6; };
  return smooth(
    Array.from({ length: buckets }, (_, b) => overlap(b)),
    overlap(-1),
    overlap(buckets),
  );
}
