/** All explanations of an episode, weighed and turned into probabilities. */

import { liveConfigHypothesis, otherPolicyHypothesis, policyEditHypothesis } from "./edit-hypotheses.ts";
import type { CandidateChange } from "./episode.ts";
import type { EpisodeModels } from "./episode-models.ts";
import { rolloutPrior } from "./history-priors.ts";
import type { Hypothesis } from "./hypothesis.ts";
import { logSumExp } from "./log-sum-exp.ts";
import { rolloutHypothesis } from "./rollout-hypothesis.ts";
import { scaleHypothesis } from "./scale-hypothesis.ts";
import { unrecordedHypotheses } from "./unrecorded-hypotheses.ts";

export interface Weighed {
  readonly hypothesis: Hypothesis;
  readonly probability: number;
}

/** Every hypothesis with its probability, most probable first; the probabilities sum to 1. */
export function weigh(models: EpisodeModels): Weighed[] {
  const hypotheses = [...unrecordedHypotheses(models), ...recordedHypotheses(models)];
  const scaled = hypotheses.map(({ lnWeight }) => lnWeight / models.options.temperature);
  const total = logSumExp(scaled);
  return hypotheses
    .map((hypothesis, i) => ({ hypothesis, probability: Math.exp((scaled[i] ?? 0) - total) }))
    .sort((a, b) => b.probability - a.probability);
}

function recordedHypotheses(models: EpisodeModels): Hypothesis[] {
  const { episode, priors } = models;
  const resizes = episode.changes.filter((change) => change.kind === "scale" && change.workload === episode.workload);
  const out: Hypothesis[] = [];
  for (const change of episode.changes) {
    const hypothesis = recordedHypothesis(models, change);
    if (hypothesis) out.push(hypothesis);
  }
  if (resizes.length > 0) out.push(scaleHypothesis(models, resizes, Math.log(priors.scale)));
  return out;
}

function recordedHypothesis(models: EpisodeModels, change: CandidateChange): Hypothesis | undefined {
  const { episode, options, priors } = models;
  if (change.kind === "policy") {
    return change.policy === episode.policy
      ? policyEditHypothesis(models, change, Math.log(priors.policy))
      : otherPolicyHypothesis(models, change, Math.log(priors.otherPolicy));
  }
  if (change.workload !== episode.workload) return undefined;
  if (change.kind === "rollout" || change.kind === "rollback") {
    const prior = options.history ? rolloutPrior(change, episode.changes, priors.rollout) : priors.rollout;
    return rolloutHypothesis(models, change, Math.log(prior));
  }
  if (change.kind === "config") {
    const restarts = change.restart ?? change.activation !== undefined;
    return restarts && change.activation !== undefined
      ? rolloutHypothesis(models, change, Math.log(priors.config))
      : liveConfigHypothesis(models, change, Math.log(priors.config));
  }
  return undefined;
}
