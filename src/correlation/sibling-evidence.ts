/**
 * What other policies of the same workload say: bad bits often violate more than one policy, an edit of one policy does
 * not touch the others.
 */
import type { EpisodeModels, SiblingWitness } from "./episode-models.ts";
import { addByStart } from "./hypothesis.ts";
import { lnLocality } from "./locality.ts";

/** Chance that a cause moves another policy of the workload as well. */
export const SIBLING_REACH = { change: 0.3, unexplained: 0.1, cluster: 0.8, scale: 0.7 } as const;

/** ln evidence by start. `effect`: the form the cause takes on a sibling; default: all pods. Undefined without siblings. */
export function siblingEvidence(
  models: EpisodeModels,
  reach: number,
  effect?: (sibling: SiblingWitness, index: number) => Float64Array,
): Float64Array | undefined {
  if (!models.options.siblings || models.siblings.length === 0) return undefined;
  return addByStart(
    models.window.starts,
    models.siblings.map((sibling, i) =>
      effect ? lnLocality(sibling.model.unchanged, effect(sibling, i), reach, sibling.background) : sibling.reached(reach),
    ),
  );
}
