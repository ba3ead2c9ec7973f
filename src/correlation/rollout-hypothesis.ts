/** A rollout, or a configuration change with restart, whose new pods misbehave. */
import type { CandidateChange } from "./episode.ts";
import { minutesIn } from "./episode.ts";
import type { EpisodeModels, NeighbourWitness } from "./episode-models.ts";
import { addByStart, type Hypothesis, type RolloutModes } from "./hypothesis.ts";
import { lnLagByBucket, ROLLOUT_LAG } from "./lag-prior.ts";
import { lnReached } from "./locality.ts";
import { logAddExp, logSumExp } from "./log-sum-exp.ts";
import { zeros } from "./room.ts";
import { SIBLING_REACH, siblingEvidence } from "./sibling-evidence.ts";
import { lnVersion } from "./version-effect.ts";
import { workloadSeries } from "./workload-series.ts";

/** Chance that a bad digest shows itself on another workload that received it. */
const SISTER_REACH = 0.7;

/** Weights of the ways in which new pods misbehave: from one moment on, each by its age, only one of them. */
const MODE_WEIGHT = { wall: 0.45, age: 0.45, onePod: 0.1 } as const;

export function rolloutHypothesis(models: EpisodeModels, change: CandidateChange, lnPrior: number): Hypothesis {
  const { window, episode } = models;
  const { activation } = change;
  const lag = lnLagByBucket(ROLLOUT_LAG, minutesIn(episode, change.at), window.first, window.starts);
  const kind = change.kind === "config" ? "config" : "rollout";
  const sisters = kind === "config" ? [] : sistersOf(models, change);
  const judged = sisters.map((sister) => ({ workload: sister.witness.name, ln: lnSister(models, sister) }));
  const modes = activation === undefined ? unknownPods(models, lag) : modesOf(models, activation, lag);
  const byStart = modes.age ? mixture(modes) : modes.wall;
  const lnWeight = lnPrior + weightOf(modes) + judged.reduce((sum, { ln }) => sum + ln, 0);
  return {
    kind,
    changes: [change, ...sisters.map((sister) => sister.change)],
    lnWeight,
    byStart,
    lnPrior,
    lnLag: lag,
    modes,
    sisters: judged,
    ...(modes.siblings ? { siblings: modes.siblings } : {}),
  };
}

/** No pod of the new version is known yet: its effect looks like one on the whole workload. */
function unknownPods(models: EpisodeModels, lag: Float64Array): RolloutModes {
  const siblings = siblingEvidence(models, SIBLING_REACH.change);
  const wall = addByStart(models.window.starts, [lag, models.everyone, siblings]);
  return { wall, siblings };
}

function modesOf(models: EpisodeModels, activation: number, lag: Float64Array): RolloutModes {
  const { starts } = models.window;
  const { pods } = models;
  const versions = models.version(activation);
  const siblings = siblingEvidence(models, SIBLING_REACH.change, versions);
  const wall = addByStart(starts, [lag, versions[0], siblings]);
  if (!pods) return { wall, siblings };
  const ages = models.age(activation);
  const age = ages?.[0];
  const agedSiblings = ages && siblingEvidence(models, SIBLING_REACH.change, ages);
  const own = pods.single.filter(({ presence }) => presence.pod.activation === activation);
  const started = pods.cohorts[activation]?.pods.length ?? 0;
  return {
    wall,
    siblings,
    ...(age ? { age: addByStart(starts, [lag, age, agedSiblings]) } : {}),
    // With a single pod "one pod" and "all pods" are the same.
    ...(own.length > 0 && started > 1
      ? { onePod: logSumExp(own.map(({ ln }) => logSumExp(addByStart(starts, [lag, ln])))) - Math.log(started) }
      : {}),
  };
}

/** A mode that does not apply gives its weight to the first. */
function weightOf({ wall, age, onePod }: RolloutModes): number {
  const first = 1 - (age ? MODE_WEIGHT.age : 0) - (onePod === undefined ? 0 : MODE_WEIGHT.onePod);
  const terms = [Math.log(first) + logSumExp(wall)];
  if (age) terms.push(Math.log(MODE_WEIGHT.age) + logSumExp(age));
  if (onePod !== undefined) terms.push(Math.log(MODE_WEIGHT.onePod) + onePod);
  return logSumExp(terms);
}

function mixture({ wall, age }: RolloutModes): Float64Array {
  const out = zeros(wall.length);
  for (let i = 0; i < out.length; i++) out[i] = logAddExp(wall[i] ?? 0, age?.[i] ?? Number.NEGATIVE_INFINITY);
  return out;
}

interface Sister {
  readonly change: CandidateChange;
  readonly witness: NeighbourWitness;
}

/** Other workloads under the policy that received the same digest in the window. */
function sistersOf(models: EpisodeModels, change: CandidateChange): Sister[] {
  const { digest } = change;
  if (digest === undefined) return [];
  const { changes, workload } = models.episode;
  const others = changes.filter((other) => other.digest === digest && other.workload !== workload);
  return others.flatMap((other) => {
    const witness = models.neighbours.find(({ name }) => name === other.workload);
    return witness && other.activation !== undefined ? [{ change: other, witness }] : [];
  });
}

/** A sister is judged by its own rollout time: it need not rise at the same moment. */
function lnSister(models: EpisodeModels, { change, witness }: Sister): number {
  const { window, episode } = models;
  const lag = lnLagByBucket(ROLLOUT_LAG, minutesIn(episode, change.at), window.first, window.starts);
  const total = logSumExp(lag);
  const [version] = lnVersion(workloadSeries([witness.model]), change.activation ?? 0);
  const weighted = addByStart(window.starts, [version, lag]);
  // No start of the window may be its effect: that it was reached is then impossible.
  const changed = total === Number.NEGATIVE_INFINITY ? total : logSumExp(weighted) - total;
  return lnReached(witness.model.unchanged, changed, SISTER_REACH, witness.background);
}
