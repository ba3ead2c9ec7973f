/**
 * The series of one workload, one a policy, the subject's first. They share its pods and versions, so that an effect
 * reaches the same share of each: what depends on shares only is computed once for all of them.
 */
import type { NamedCounts } from "./named-counts.ts";
import type { SeriesModel } from "./series-model.ts";

export interface WorkloadSeries {
  /** At least one; all have the same window and exposure. */
  readonly models: readonly [SeriesModel, ...SeriesModel[]];
  /** `SeriesModel.known` and `SeriesModel.unknown` of each. */
  readonly known: readonly Float64Array[];
  readonly unknown: readonly Float64Array[];
  /** By bucket from the first on in which an effect may begin: positions in `known` where any series has events. */
  readonly eventful: readonly (readonly number[])[];
  /** By version: no series has an event of it from there on. */
  readonly silent: readonly boolean[];
}

/** The same with the pods that events name, by series. */
export interface NamedSeries extends WorkloadSeries {
  readonly named: readonly NamedCounts[];
}

/**
 * The first version whose pods and events, from where an effect may begin on, are those of this one: only versions that
 * had ended before are alike, and an effect on one of them is told by none of the data from that on another.
 */
export function firstAlike({ models, silent }: WorkloadSeries, activation: number): number {
  const [{ window, exposure }] = models;
  const { buckets, first } = window;
  const { share } = exposure;
  if (!silent[activation]) return activation;
  for (let other = 0; other < activation; other++) {
    if (!silent[other]) continue;
    let b = first;
    while (b < buckets && share[other * buckets + b] === share[activation * buckets + b]) b++;
    if (b === buckets) return other;
  }
  return activation;
}

export function workloadSeries(models: readonly [SeriesModel, ...SeriesModel[]]): WorkloadSeries {
  const [{ window, exposure }] = models;
  const { buckets, first } = window;
  const known = models.map((model) => model.known);
  const eventful: number[][] = [];
  const silent = new Array<boolean>(exposure.activations).fill(true);
  for (let b = first; b < buckets; b++) {
    const positions: number[] = [];
    for (let a = 0; a < exposure.activations; a++) {
      const at = a * buckets + b;
      if (!known.some((counts) => (counts[at] ?? 0) > 0)) continue;
      positions.push(at);
      silent[a] = false;
    }
    eventful.push(positions);
  }
  return { models, known, unknown: models.map((model) => model.unknown), eventful, silent };
}
