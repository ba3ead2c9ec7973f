/** Edits that act without new pods: of the policy, of another policy, of configuration that is read live. */
import type { CandidateChange } from "./episode.ts";
import { minutesIn } from "./episode.ts";
import type { EpisodeModels } from "./episode-models.ts";
import { addByStart, type Hypothesis, overStarts } from "./hypothesis.ts";
import { IMMEDIATE_LAG, lnLagByBucket } from "./lag-prior.ts";
import { lnLocalityOfAll } from "./locality.ts";
import { SIBLING_REACH, siblingEvidence } from "./sibling-evidence.ts";
import { POLICY_REACH } from "./unrecorded-hypotheses.ts";

/** Chance that undoing another policy shifts the events of a further workload it selects. */
const OTHER_POLICY_REACH = 0.5;
/** Chance that the other policy's own series falls when it no longer blocks first. */
const FALL_REACH = 0.7;

export function policyEditHypothesis(models: EpisodeModels, change: CandidateChange, lnPrior: number): Hypothesis {
  const { scope } = change;
  const { starts } = models.window;
  const reached = scope && models.neighbours.filter(({ name }) => scope.includes(name));
  return overStarts("policy", [change], lnPrior, starts, {
    lag: lagOf(models, change),
    effect: models.everyone,
    locality: reached ? lnLocalityOfAll(reached, POLICY_REACH, starts) : models.everywhere(POLICY_REACH),
  });
}

/** Undefined when the other policy has no series on the subject: it cannot have blocked its events before. */
export function otherPolicyHypothesis(models: EpisodeModels, change: CandidateChange, lnPrior: number): Hypothesis | undefined {
  const sibling = models.siblings.find(({ name }) => name === change.policy);
  if (!sibling) return undefined;
  const { starts } = models.window;
  return overStarts("other-policy", [change], lnPrior, starts, {
    lag: lagOf(models, change),
    effect: models.everyone,
    locality: addByStart(starts, [sibling.fallen(FALL_REACH), sibling.elsewhere(OTHER_POLICY_REACH)]),
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
