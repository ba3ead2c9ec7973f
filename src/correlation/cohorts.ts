/**
 * Pods of a workload grouped into cohorts: pods of one version that started in the same minute. Every policy of the
 * workload shares them.
 */
import { type Episode, type EpisodePod, minutesIn } from "./episode.ts";
import { smooth } from "./exposure.ts";
import { zeros } from "./room.ts";
import type { Window } from "./window.ts";

interface Member {
  /** Index into `Episode.pods`. */
  readonly index: number;
  readonly pod: EpisodePod;
  /** Minutes on the bucket axis; minus infinity: before the window. */
  readonly start: number;
}

export interface PodPresence extends Member {
  /** Share of each bucket in which it was there, smoothed. */
  readonly presence: Float64Array;
  /** It was there in the last bucket. */
  readonly live: boolean;
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
const BEFORE = Number.NEGATIVE_INFINITY;
/** Presence is sampled every 10 s, in the middle: the resolution of pod times, and that of replica counts. */
const SAMPLES = 6;

/** Cohort sets by activation; pods that have not started yet are left out. Undefined when no pod is usable. */
export function cohortsOf(episode: Episode, window: Window): CohortSet[] | undefined {
  const pods = episode.pods ?? [];
  const members: Member[][] = episode.activations.map(() => []);
  const now = minutesIn(episode, episode.asOf);
  pods.forEach((pod, index) => {
    const start = pod.startedAt === undefined ? BEFORE : minutesIn(episode, pod.startedAt);
    if (start <= now) members[pod.activation]?.push({ index, pod, start: start < 0 ? BEFORE : start });
  });
  if (members.every((list) => list.length === 0)) return undefined;
  return members.map((list) => cohortSet(episode, window, list));
}

function cohortSet(episode: Episode, { buckets }: Window, members: readonly Member[]): CohortSet {
  const minutes = [...new Set(members.map(({ start }) => Math.floor(start)))].sort((a, b) => a - b);
  const perCohort = Math.max(Math.ceil(minutes.length / MOST_COHORTS), 1);
  const cohortAt = new Map(minutes.map((minute, i) => [minute, Math.floor(i / perCohort)]));
  const size = Math.ceil(minutes.length / perCohort);
  const own = zeros(buckets);
  const pods = members.map(({ index, pod, start }): PodPresence => {
    const end = pod.endedAt === undefined ? Number.POSITIVE_INFINITY : minutesIn(episode, pod.endedAt);
    for (let b = 0; b < buckets; b++) own[b] = presenceIn(b, start, end);
    return {
      index,
      pod,
      start,
      presence: smooth(own, presenceIn(-1, start, end), presenceIn(buckets, start, end)),
      live: presenceIn(buckets - 1, start, end) > 0,
      cohort: cohortAt.get(Math.floor(start)) ?? 0,
    };
  });
  return { pods, size, delay: delaysOf(pods, size), share: sharesOf(pods, size, buckets) };
}

/** Pods that ran before the window are one cohort without delay; cohorts after it are then too late to align. */
function delaysOf(pods: readonly PodPresence[], size: number): Float64Array {
  const first = Math.min(...pods.map(({ start }) => start));
  const sum = zeros(size);
  const count = zeros(size);
  for (const { start, cohort } of pods) {
    sum[cohort] = (sum[cohort] ?? 0) + (start === first ? 0 : start - first);
    count[cohort] = (count[cohort] ?? 0) + 1;
  }
  for (let c = 0; c < size; c++) sum[c] = (sum[c] ?? 0) / Math.max(count[c] ?? 1, 1);
  return sum;
}

function sharesOf(pods: readonly PodPresence[], size: number, buckets: number): Float64Array {
  const share = zeros(size * buckets).fill(FLOOR);
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

/** Share of a bucket in which the pod was there. */
function presenceIn(bucket: number, start: number, end: number): number {
  if (bucket >= start && bucket + 1 <= end) return 1;
  if (bucket + 1 <= start || bucket >= end) return 0;
  let there = 0;
  for (let i = 0; i < SAMPLES; i++) {
    const at = bucket + (i + 0.5) / SAMPLES;
    if (at >= start && at < end) there++;
  }
  return there / SAMPLES;
}
