/**
 * Workloads that were just made much larger. Their counts probably rise with their pods, at a moment that is known
 * beforehand; where that is rare, a rise there needs far less evidence than one at any of a week's minutes.
 */
import type { Change } from "../domain/change.ts";
import type { Series } from "../domain/series.ts";

export interface ResizeSources {
  readonly changes: (cluster: string, from: number, to: number) => readonly Change[];
  /** Another number whenever answers of `changes` may have changed. */
  readonly version: () => number;
}

/** Replicas after over replicas before, from which a resize counts. */
const MUCH = 2;
const MINUTE = 60_000;
/** How long after it a rise is put down to it. */
const WATCHED = 60 * MINUTE;
/** A workload that was made larger within this time before is resized all the time, and no moment of it is special. */
const RARE = 48 * 60 * MINUTE;
/** As many moments a week as that leaves of one series. */
export const WATCHED_PER_WEEK = (7 * 24 * 60 * MINUTE) / RARE;

interface Known {
  readonly version: number;
  readonly minute: number;
  /** Times of the resizes by workload, ascending. */
  readonly times: ReadonlyMap<string, readonly number[]>;
}

export class Resizes {
  readonly #sources: ResizeSources;
  readonly #known = new Map<string, Known>();

  constructor(sources: ResizeSources) {
    this.#sources = sources;
  }

  /** Whether the workload of the series was made much larger in the hour before `at`, which it seldom is. */
  grewLately({ cluster, namespace, workload }: Series, at: number): boolean {
    if (workload === "") return false;
    const times = this.#of(cluster, at).get(`${namespace}/${workload}`);
    const latest = times?.findLast((time) => time <= at);
    if (times === undefined || latest === undefined || at - latest > WATCHED) return false;
    return !times.some((time) => time < latest && latest - time < RARE);
  }

  /** Gathered anew once a minute at most, and only when something was learned since. */
  #of(cluster: string, at: number): Known["times"] {
    const version = this.#sources.version();
    const minute = Math.floor(at / MINUTE);
    const known = this.#known.get(cluster);
    if (known && (known.version === version || minute <= known.minute)) return known.times;
    const times = new Map<string, number[]>();
    for (const { kind, namespace, workload, replicas, previousReplicas, time } of this.#sources.changes(
      cluster,
      at - WATCHED - RARE,
      Number.MAX_SAFE_INTEGER,
    )) {
      if (kind !== "scale" || workload === undefined || !previousReplicas || (replicas ?? 0) < MUCH * previousReplicas) continue;
      const key = `${namespace}/${workload}`;
      times.set(key, [...(times.get(key) ?? []), time]);
    }
    for (const row of times.values()) row.sort((a, b) => a - b);
    this.#known.set(cluster, { version, minute, times });
    return times;
  }
}
