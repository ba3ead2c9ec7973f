/** Edits that act without new pods: of the policy, of another policy, of configuration that is read live. */
import type { CandidateChange } from "./episode.ts";
import { minutesIn } from "./episode.ts";
import type { EpisodeModels } from "./episode-models.ts";
import { lnFall } from "./fall-effect.ts";
import { addByStart, type Hypothesis, overStarts } from "./hypothesis.ts";
import { IMMEDIATE_LAG, lnLagByBucket } from "./lag-prior.ts";
import { lnBackground, lnLocality } from "./locality.ts";
import { SIBLING_REACH, siblingEvidence } from "./sibling-evidence.ts";
import { localityOf, POLICY_REACH } from "./unrecorded-hypotheses.ts";

/** Chance that undoing another policy shifts the events of a further workload it selects. */
const OTHER_POLICY_REACH = 0.5;
/** Chance that the other policy's own series falls when it no longer blocks first. */
const FALL_REACH = 0.7;

export function policyEditHypothesis(models: EpisodeModels, change: CandidateChange, lnPrior: number): Hypothesis {
  const { scope } = change;
  const reached = scope ? models.neighbours.filter(({ name }) => scope.includes(name)) : models.neighbours;
  return overStarts("policy", [change], lnPrior, models.window.starts, {
    lag: lagOf(models, change),
    effect: models.everyone,
    locality: localityOf(reached, POLICY_REACH, models.window.starts),
  });
}

/** Undefined when the other policy has no series on the subject: it cannot have blocked its events before. */
export function otherPolicyHypothesis(models: EpisodeModels, change: CandidateChange, lnPrior: number): Hypothesis | undefined {
  const sibling = models.siblings.find(({ name }) => name === change.policy);
  if (!sibling) return undefined;
  const { starts } = models.window;
  const selected = models.neighbours.filter(({ neighbour }) => neighbour.policies?.includes(sibling.name));
  const { unchanged } = sibling.model;
  const fallen = lnFall(sibling.model);
  const fall = lnLocality(unchanged, fallen, FALL_REACH, lnBackground(unchanged, fallen));
  return overStarts("other-policy", [change], lnPrior, starts, {
    lag: lagOf(models, change),
    effect: models.everyone,
    locality: addByStart(starts, [fall, localityOf(selected, OTHER_POLICY_REACH, starts)]),
  });
}

/** A configuration change that pods read without a restart. */
export function liveConfigHypothesis(models: EpisodeModels, change: CandidateChange, lnPrior: number): Hypothesis {
  return overStarts("config", [change], lnPrior, models.window.starts, {
    lag: lagOf(models, change),
    effect: models.everyone,
    siblings: siblingEvidence(models, SIBLING_REACH.change),
  });
}

function lagOf(models: EpisodeModels, change: CandidateChange): Float64Array {
  const { first, starts } = models.window;
  return lnLagByBucket(IMMEDIATE_LAG, minutesIn(models.episode, change.at), first, starts);
}
