/** Explanations without a recorded change: nothing, this workload, the whole policy, the cluster. */
import type { EpisodeModels } from "./episode-models.ts";
import { addByStart, type Hypothesis, overStarts } from "./hypothesis.ts";
import { lnLocalityOfAll } from "./locality.ts";
import { onePodHypothesis } from "./one-pod-hypothesis.ts";
import { lnUnchanged } from "./series-model.ts";
import { SIBLING_REACH, siblingEvidence } from "./sibling-evidence.ts";

/** Chance that a cause common to the policy, or to the cluster, reaches another workload. */
export const POLICY_REACH = 0.6;
const CLUSTER_REACH = 0.8;

export function unrecordedHypotheses(models: EpisodeModels): Hypothesis[] {
  const { subject, everyone, window, priors } = models;
  const { starts } = window;
  const resized = models.episode.changes.some((change) => change.kind === "scale" && change.workload === models.episode.workload);
  // With a resize on record, counts that follow the replicas are what the scale hypothesis says.
  const unchanged = resized ? lnUnchanged(subject, 0) : subject.unchanged;
  const policyWide = models.everywhere(POLICY_REACH);
  const clusterWide = addByStart(starts, [
    models.everywhere(CLUSTER_REACH),
    lnLocalityOfAll(models.otherPolicies, CLUSTER_REACH, starts),
  ]);
  return [
    { kind: "nothing", changes: [], lnWeight: Math.log(priors.nothing) + unchanged },
    overStarts("unexplained", [], Math.log(priors.unexplained), starts, {
      effect: everyone,
      siblings: siblingEvidence(models, SIBLING_REACH.unexplained),
    }),
    overStarts("policy-wide", [], Math.log(priors.shared), starts, { effect: everyone, locality: policyWide }),
    overStarts("cluster", [], Math.log(priors.shared), starts, {
      effect: everyone,
      locality: clusterWide,
      siblings: siblingEvidence(models, SIBLING_REACH.cluster),
    }),
    ...onePodHypothesis(models),
  ];
}
