/**
 * What other policies of the same workload say: bad bits often violate more than one policy, an edit of one policy does
 * not touch the others.
 */
import type { EpisodeModels } from "./episode-models.ts";
import { addByStart } from "./hypothesis.ts";
import { lnLocality } from "./locality.ts";

/** Chance that a cause moves another policy of the workload as well. */
export const SIBLING_REACH = { change: 0.3, unexplained: 0.1, cluster: 0.8, scale: 0.7 } as const;

/**
 * ln evidence by start; undefined without siblings. `effects`: ln likelihoods of the form that the cause takes, of the
 * subject and then of the siblings in order; default: all pods.
 */
export function siblingEvidence(
  models: EpisodeModels,
  reach: number,
  effects?: readonly Float64Array[],
): Float64Array | undefined {
  if (!models.options.siblings || models.siblings.length === 0) return undefined;
  if (!effects) return models.besides(reach);
  return addByStart(
    models.window.starts,
    models.siblings.map(({ unchanged, background }, i) => {
      const changed = effects[i + 1];
      return changed && lnLocality(unchanged, changed, reach, background);
    }),
  );
}
