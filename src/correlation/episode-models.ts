/** The likelihoods of an episode that several hypotheses share, computed once each. */
import type { Activation, Episode, Neighbour, Sibling } from "./episode.ts";
import { lnEveryone } from "./everyone-effect.ts";
import { type Exposure, exposureOf, flatExposure } from "./exposure.ts";
import type { ModelOptions } from "./model-options.ts";
import { type SeriesModel, seriesModel } from "./series-model.ts";
import { lnVersion } from "./version-effect.ts";
import { divideWindow, type Window } from "./window.ts";

/** Another series with its ln likelihood of an effect on all of it, by start. */
export interface Witness {
  readonly name: string;
  readonly model: SeriesModel;
  readonly everyone: Float64Array;
}

export interface NeighbourWitness extends Witness {
  readonly neighbour: Neighbour;
}

export interface SiblingWitness extends Witness {
  readonly sibling: Sibling;
  /** Effect on one version only, by start; computed when first asked for. */
  readonly version: (activation: number) => Float64Array;
}

export interface EpisodeModels {
  readonly episode: Episode;
  readonly options: ModelOptions;
  readonly window: Window;
  readonly exposure: Exposure;
  readonly subject: SeriesModel;
  /** ln likelihood of an effect on the whole subject, by start. */
  readonly everyone: Float64Array;
  /** ln likelihood of an effect on one version of the subject, by start; computed when first asked for. */
  readonly version: (activation: number) => Float64Array;
  readonly neighbours: readonly NeighbourWitness[];
  readonly siblings: readonly SiblingWitness[];
  /** Other policies, each summed over the other workloads. */
  readonly otherPolicies: readonly Witness[];
}

export function modelEpisode(episode: Episode, options: ModelOptions): EpisodeModels {
  const window = divideWindow(episode.buckets, episode.onsetIndex);
  const { strayShare } = options;
  const exposure = exposureOf(episode.activations, window.buckets, window.pre);
  const subject = seriesModel(episode.counts, exposure, window, { strayShare });
  const witness = (name: string, model: SeriesModel): Witness => ({ name, model, everyone: lnEveryone(model) });
  return {
    episode,
    options,
    window,
    exposure,
    subject,
    everyone: lnEveryone(subject),
    version: memoised((activation) => lnVersion(subject, activation)),
    neighbours: episode.neighbours.map((neighbour) => {
      const model = seriesModel(neighbour.counts, exposureFor(neighbour.activations, window), window, { strayShare });
      return { neighbour, ...witness(neighbour.workload, model) };
    }),
    siblings: episode.siblings.map((sibling) => {
      const model = seriesModel(sibling.counts, exposure, window, { strayShare });
      return { sibling, ...witness(sibling.policy, model), version: memoised((activation) => lnVersion(model, activation)) };
    }),
    otherPolicies: episode.otherPolicies.map(({ policy, counts }) =>
      witness(policy, seriesModel({ known: [], unknown: counts }, flatExposure(window.buckets), window, { strayShare, shapes: "shared" })),
    ),
  };
}

function exposureFor(activations: readonly Activation[], window: Window): Exposure {
  return exposureOf(activations, window.buckets, window.pre);
}

function memoised(compute: (key: number) => Float64Array): (key: number) => Float64Array {
  const known = new Map<number, Float64Array>();
  return (key) => {
    const found = known.get(key);
    if (found) return found;
    const value = compute(key);
    known.set(key, value);
    return value;
  };
}
