/** A rollout, or a configuration change with restart, whose new pods misbehave. */
import type { CandidateChange } from "./episode.ts";
import { minutesIn } from "./episode.ts";
import type { EpisodeModels, NeighbourWitness } from "./episode-models.ts";
import { type Hypothesis, overStarts } from "./hypothesis.ts";
import { lnLagByBucket, ROLLOUT_LAG } from "./lag-prior.ts";
import { lnLocality } from "./locality.ts";
import { logSumExp } from "./log-sum-exp.ts";
import { lnVersion } from "./version-effect.ts";

/** Chance that a bad digest shows itself on another workload that received it. */
const SISTER_REACH = 0.7;

export function rolloutHypothesis(models: EpisodeModels, change: CandidateChange, lnPrior: number): Hypothesis {
  const { window, episode } = models;
  const lag = lnLagByBucket(ROLLOUT_LAG, minutesIn(episode, change.at), window.first, window.starts);
  const effect = change.activation === undefined ? models.everyone : models.version(change.activation);
  const sisters = change.kind === "config" ? [] : sistersOf(models, change);
  const kind = change.kind === "config" ? "config" : "rollout";
  const hypothesis = overStarts(kind, [change, ...sisters.map((sister) => sister.change)], lnPrior, window.starts, { lag, effect });
  const sisterEvidence = sisters.reduce((sum, sister) => sum + lnSister(models, sister), 0);
  return { ...hypothesis, lnWeight: hypothesis.lnWeight + sisterEvidence };
}

interface Sister {
  readonly change: CandidateChange;
  readonly witness: NeighbourWitness;
}

/** Other workloads under the policy that received the same digest in the window. */
function sistersOf(models: EpisodeModels, change: CandidateChange): Sister[] {
  if (change.digest === undefined) return [];
  const out: Sister[] = [];
  for (const other of models.episode.changes) {
    if (other.digest !== change.digest || other.workload === models.episode.workload) continue;
    const witness = models.neighbours.find(({ name }) => name === other.workload);
    if (witness && other.activation !== undefined) out.push({ change: other, witness });
  }
  return out;
}

/** A sister is judged by its own rollout time: it need not rise at the same moment. */
function lnSister(models: EpisodeModels, { change, witness }: Sister): number {
  const { window, episode } = models;
  const lag = lnLagByBucket(ROLLOUT_LAG, minutesIn(episode, change.at), window.first, window.starts);
  const total = logSumExp(lag);
  const version = lnVersion(witness.model, change.activation ?? 0);
  const weighted = version.map((value, i) => value + (lag[i] ?? 0) - total);
  return lnLocality(witness.model.unchanged, Float64Array.of(logSumExp(weighted)), SISTER_REACH, witness.everyone)[0] ?? 0;
}
