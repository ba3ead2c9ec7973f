/** The likelihoods of an episode that several hypotheses share, computed once each. */
import type { Episode, Neighbour, Sibling } from "./episode.ts";
import { lnEveryone } from "./everyone-effect.ts";
import { type Exposure, exposureOf, flatExposure } from "./exposure.ts";
import { lnFall } from "./fall-effect.ts";
import { priorsFrom } from "./history-priors.ts";
import { type Bystander, bystander, lnLocalityOfAll } from "./locality.ts";
import type { ModelOptions, Priors } from "./model-options.ts";
import { namedCounts } from "./named-counts.ts";
import { ageEffects, modelPods, type PodModels } from "./pod-models.ts";
import { type SeriesModel, seriesModel } from "./series-model.ts";
import { lnVersion } from "./version-effect.ts";
import { divideWindow, type Window } from "./window.ts";
import { firstAlike, workloadSeries } from "./workload-series.ts";

/** Another series with its ln likelihood of an effect on all of it, by start. */
export interface Witness extends Bystander {
  readonly name: string;
  readonly model: SeriesModel;
}

export interface NeighbourWitness extends Witness {
  readonly neighbour: Neighbour;
}

export interface SiblingWitness extends Witness {
  readonly sibling: Sibling;
  /** ln evidence by start that it falls, with this chance; computed when first asked for. */
  readonly fallen: (chance: number) => Float64Array;
  /** ln evidence by start of the neighbours its policy selects; computed when first asked for. */
  readonly elsewhere: (chance: number) => Float64Array;
}

export interface EpisodeModels {
  readonly episode: Episode;
  readonly options: ModelOptions;
  readonly priors: Priors;
  readonly window: Window;
  readonly exposure: Exposure;
  readonly subject: SeriesModel;
  /** ln likelihood of an effect on the whole subject, by start. */
  readonly everyone: Float64Array;
  /**
   * ln likelihood of an effect on one version, by start: the subject's, then the siblings' in order; computed when first
   * asked for.
   */
  readonly version: (activation: number) => readonly Float64Array[];
  /** Undefined when pods are unknown or no event names one. */
  readonly pods: PodModels | undefined;
  /**
   * ln likelihood of an effect by age of the pods of one version, by start: the subject's, then the siblings' in order.
   * Undefined when there is nothing to align; computed when first asked for.
   */
  readonly age: (activation: number) => readonly Float64Array[] | undefined;
  readonly neighbours: readonly NeighbourWitness[];
  /** Sum of what all neighbours say of a cause that reaches each with this chance; computed when first asked for. */
  readonly everywhere: (chance: number) => Float64Array;
  readonly siblings: readonly SiblingWitness[];
  /** The same of all siblings. */
  readonly besides: (chance: number) => Float64Array;
  /** Other policies, each summed over the other workloads. */
  readonly otherPolicies: readonly Witness[];
}

export function modelEpisode(episode: Episode, options: ModelOptions): EpisodeModels {
  const window = divideWindow(episode.buckets, episode.onsetIndex);
  const { strayShare } = options;
  const exposure = exposureOf(episode.activations, window.buckets, window.pre);
  const subject = seriesModel(episode.counts, exposure, window, { strayShare });
  const pods = options.pods ? modelPods(episode, subject, window) : undefined;
  const neighbours = episode.neighbours.map((neighbour): NeighbourWitness => {
    const own = exposureOf(neighbour.activations, window.buckets, window.pre);
    const model = seriesModel(neighbour.counts, own, window, { strayShare });
    return { neighbour, ...witness(neighbour.workload, model) };
  });
  const siblings = episode.siblings.map((sibling): SiblingWitness => {
    const model = seriesModel(sibling.counts, exposure, window, { strayShare });
    const fallen = memoised((chance: number) =>
      lnLocalityOfAll([bystander(model.unchanged, lnFall(model))], chance, window.starts),
    );
    const elsewhere = memoised((chance: number) => {
      const selected = neighbours.filter(({ neighbour }) => neighbour.policies?.includes(sibling.policy));
      return lnLocalityOfAll(selected, chance, window.starts);
    });
    return { sibling, ...witness(sibling.policy, model), fallen, elsewhere };
  });
  const series = workloadSeries([subject, ...(options.siblings ? siblings.map(({ model }) => model) : [])]);
  const version = memoised((activation) => lnVersion(series, activation));
  const named = pods && {
    ...series,
    named: [
      pods.named,
      ...siblings.map(({ model, sibling }) => namedCounts(model, sibling.counts.named ?? [], pods.cohorts)),
    ].slice(0, series.models.length),
  };
  return {
    episode,
    options,
    priors: options.history ? priorsFrom(episode.history, episode.policy, options.priors) : options.priors,
    window,
    exposure,
    subject,
    everyone: lnEveryone(subject),
    version: (activation) => version(firstAlike(series, activation)),
    pods,
    age: memoised((activation) => pods && named && ageEffects(named, pods.cohorts, activation)),
    neighbours,
    everywhere: memoised((chance) => lnLocalityOfAll(neighbours, chance, window.starts)),
    siblings,
    besides: memoised((chance) => lnLocalityOfAll(siblings, chance, window.starts)),
    otherPolicies: episode.otherPolicies.map(({ policy, counts }) => {
      const series = { known: [], unknown: counts };
      return witness(policy, seriesModel(series, flatExposure(window.buckets), window, { strayShare }));
    }),
  };
}

function witness(name: string, model: SeriesModel): Witness {
  return { name, model, ...bystander(model.unchanged, lnEveryone(model)) };
}

function memoised<T>(compute: (key: number) => T): (key: number) => T {
  const known = new Map<number, T>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const value = compute(key);
    known.set(key, value);
    return value;
  };
}
