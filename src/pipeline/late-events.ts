/**
 * Knowledge that came after the events: they are moved, in what is stored, to the version of the pod they named once it is
 * known. The totals of every bucket and workload stay as they are, and so does what detectors have made of buckets that are
 * closed: nothing is detected anew.
 */
import { seriesId } from "../domain/ids.ts";
import type { Series } from "../domain/series.ts";
import type { Clock } from "../ports/clock.ts";
import type { Placement, Unplaced, WindowStore } from "../ports/windows.ts";
import { type PodMention, readMention } from "./pod-mention.ts";

/** Where a pod belongs. */
export interface PodPlace {
  readonly namespace: string;
  readonly workload: string;
  /** Undefined while it is not known. */
  readonly digest: string | undefined;
  readonly image: string | undefined;
}

/** Finds the pod that an event named, as known by now. */
export type PlaceOf = (
  mention: PodMention & Pick<Series, "cluster" | "namespace"> & { readonly time: number },
) => PodPlace | undefined;

export interface LateEventsOptions {
  readonly windows: Pick<WindowStore, "readUnplaced" | "readSeries" | "place">;
  readonly clock: Clock;
  readonly placeOf: PlaceOf;
}

/**
 * Where no pod of a cluster is known so long after events began to come, milliseconds of their time, none is awaited: nobody
 * watches its pods, and keeping their events apart would be for nothing.
 */
const HOPE = 1_800_000;

/** Tells whether pods of a cluster may become known; `now` is the time the events have reached. */
export function awaitsPods(hasPods: (cluster: string) => boolean, now: () => number): (cluster: string) => boolean {
  let until: number | undefined;
  return (cluster) => {
    until ??= now() + HOPE;
    return hasPods(cluster) || now() < until;
  };
}

/** After something was learned, it is looked for what can be placed now, but not more often than this, milliseconds. */
const LEAST_PAUSE = 5_000;
/** What others counted, or learned, is looked at so often, milliseconds. */
const LONGEST_PAUSE = 30_000;
/** Looking takes this part of the time at most. */
const SHARE = 20;

export class LateEvents {
  readonly #options: LateEventsOptions;
  #timeline: number | undefined;
  #next = Number.NEGATIVE_INFINITY;
  #nextSweep = Number.NEGATIVE_INFINITY;

  constructor(options: LateEventsOptions) {
    this.#options = options;
  }

  /**
   * One round over shards, when one is due: soon after the timeline became `timeline` (any number that tells one state
   * from another), else now and then. Resolves with the number of events moved.
   */
  async step(shards: readonly number[], timeline: number): Promise<number> {
    const { clock } = this.#options;
    const began = clock.now();
    if (began < this.#next || (timeline === this.#timeline && began < this.#nextSweep)) return 0;
    const moved = await this.place(shards);
    this.#timeline = timeline;
    this.#next = began + Math.max(LEAST_PAUSE, SHARE * (clock.now() - began));
    this.#nextSweep = began + LONGEST_PAUSE;
    return moved;
  }

  /** Moves what can be placed by now; whoever else does so at the same time, every event is moved once. */
  async place(shards: readonly number[]): Promise<number> {
    const { windows } = this.#options;
    const unplaced = await windows.readUnplaced(shards);
    const placements: Placement[] = [];
    for (const [index, shard] of shards.entries()) {
      const own = unplaced[index] ?? [];
      if (own.length === 0) continue;
      const series = await windows.readSeries(shard, [...new Set(own.map(({ seriesId: id }) => id))]);
      for (const one of own) {
        const counted = series.get(one.seriesId);
        const target = counted && this.#targetOf(one, counted);
        if (target) placements.push({ shard, seriesId: one.seriesId, bucket: one.bucket, pod: one.pod, target });
      }
    }
    return placements.length === 0 ? 0 : windows.place(placements);
  }

  /**
   * The series the events belong to, as known by now. Undefined while the pod or its digest is not known, and when it is
   * one of another workload, whose sums would change. Events are taken to have happened at the start of their bucket.
   */
  #targetOf({ bucket, pod }: Unplaced, counted: Series): Series | undefined {
    const { cluster, namespace, workload, policy, level } = counted;
    const place = this.#options.placeOf({ ...readMention(pod), cluster, namespace, time: bucket });
    if (place?.digest === undefined || place.workload !== workload || place.namespace !== namespace) return undefined;
    const { digest, image } = place;
    if (digest === counted.digest) return counted;
    const { image: _, ...rest } = counted;
    return {
      ...rest,
      id: seriesId({ level, cluster, policy, namespace, workload, digest }),
      digest,
      ...(image === undefined ? {} : { image }),
      quality: counted.quality === "lower-bound" ? "lower-bound" : "inferred",
    };
  }
}
