/**
 * Priors learnt from the past: how often changes of this workload and policy were to blame, how often this very series
 * spiked without a cause, and how a digest behaved where it ran before. What is not known has no effect.
 */
import type { CandidateChange, History, HitRate, Soak } from "./episode.ts";
import { rolloutShownAfter } from "./lag-prior.ts";
import type { Priors } from "./model-options.ts";

/** Prior hits; with 20 prior changes they give the default chances .05, .02 and .10. */
const ROLLOUT_HITS = 1;
const CONFIG_HITS = 0.4;
const EDIT_HITS = 2;
const PRIOR_CHANGES = 20;
/** One unexplained spike per series in two weeks, known as well as two weeks of watching would show it. */
const PRIOR_SPIKES = 1.008;
const PRIOR_MINUTES = 20_160;

export function priorsFrom(history: History | undefined, policy: string, defaults: Priors): Priors {
  if (!history) return defaults;
  const spikes = history.spikes;
  return {
    ...defaults,
    rollout: hitChance(history.rollouts, ROLLOUT_HITS) ?? defaults.rollout,
    config: hitChance(history.configs, CONFIG_HITS) ?? defaults.config,
    policy: hitChance(history.edits?.[policy], EDIT_HITS) ?? defaults.policy,
    unexplained: spikes ? (PRIOR_SPIKES + spikes.count) / (PRIOR_MINUTES + spikes.minutes) : defaults.unexplained,
  };
}

function hitChance(rate: HitRate | undefined, priorHits: number): number | undefined {
  return rate ? (priorHits + rate.hits) / (PRIOR_CHANGES + rate.changes) : undefined;
}

/** How much a quiet run elsewhere, and on this very workload, clears a digest. */
const ELSEWHERE_WEIGHT = 0.7;
const HERE_WEIGHT = 0.9;
/** Chance that a digest which showed the violation before shows it here. */
const LOUD_CHANCE = 0.5;

/** The chance that this rollout is to blame, given where its digest ran before. `changes`: all of the episode. */
export function rolloutPrior(change: CandidateChange, changes: readonly CandidateChange[], chance: number): number {
  return soaked(change.here, soaked(elsewhereOf(change, changes), chance, ELSEWHERE_WEIGHT), HERE_WEIGHT);
}

/** What is known of the digest elsewhere counts once: its own record, or the first of another workload's rollout. */
export function elsewhereOf(change: CandidateChange, changes: readonly CandidateChange[]): Soak | undefined {
  if (change.elsewhere || change.digest === undefined) return change.elsewhere;
  return changes.find((other) => other.digest === change.digest && other.elsewhere)?.elsewhere;
}

function soaked(soak: Soak | undefined, chance: number, weight: number): number {
  if (!soak) return chance;
  if (soak.outcome === "loud") return Math.max(chance, LOUD_CHANCE);
  return chance * (1 - weight * rolloutShownAfter(Math.max(soak.minutes, 0)));
}
