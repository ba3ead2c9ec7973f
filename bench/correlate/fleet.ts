/** The simulated fleet: workloads, policies, and what normally happens. Times in seconds from 0 to three hours. */
import { type Random, randomFrom } from "./random.ts";

export const DURATION = 10_800;
export const WORKLOADS = 24;
export const POLICIES = 6;

/** What differs from the reference bench in a stress run; see index.ts. */
export interface Conditions {
  /** Largest clock error of a node, seconds. */
  readonly skew: number;
  /** Share of events without a digest; drawn per workload when undefined. */
  readonly digestMissing?: number;
  readonly podNameMissing?: number;
  /** Mean number of unrelated rollouts per workload in the three hours. */
  readonly noiseRollouts: number;
  /** Chance of a harmless rollout of the same workload close to the onset. */
  readonly harmlessNearby: number;
  /** Spread of how often changes of a workload or policy are bad; 0: all alike, so that history says nothing. */
  readonly propensitySpread: number;
  /** Chance that a guilty digest shows itself where it ran before, and that a guilty redeploy was loud before. */
  readonly soakShows: number;
  /** Chance that a bad rollout moves another policy of the workload too. */
  readonly siblingHit: number;
  /** Share of bad rollouts that act by the age of each pod, of those that act on all. */
  readonly byAge: number;
}

export const REFERENCE: Conditions = {
  skew: 30,
  noiseRollouts: 0.75,
  harmlessNearby: 0.45,
  propensitySpread: 1,
  soakShows: 0.7,
  siblingHit: 0.3,
  byAge: 0.6,
};

export interface SimWorkload {
  readonly index: number;
  readonly replicas: number;
  /** Events grow with the replicas; else all replicas share the same traffic. */
  perReplica: boolean;
  /** Share of its events without digest, and of its labelled events without pod name. */
  readonly digestMissing: number;
  readonly podNameMissing: number;
  /** Squared coefficient of variation of the load of its pods. */
  readonly podSpread: number;
  /** How often a rollout, and a configuration change, is bad. */
  readonly rolloutRisk: number;
  readonly configRisk: number;
}

export interface SimSeries {
  readonly policy: number;
  readonly workload: number;
  /** Events per minute at the reference number of replicas. */
  readonly rate: number;
  /** Squared coefficient of variation of the rate from minute to minute. */
  readonly noise: number;
  /** Unexplained spikes per minute, and what was seen of them. */
  readonly spikeRate: number;
  readonly spikes: { readonly count: number; readonly minutes: number };
}

export interface Fleet {
  readonly random: Random;
  readonly conditions: Conditions;
  readonly workloads: readonly SimWorkload[];
  /** Workloads that each policy selects. */
  readonly selects: readonly (readonly number[])[];
  /** How often an edit of each policy is bad. */
  readonly editRisk: readonly number[];
  readonly series: readonly SimSeries[];
  /** Clock error of each node, seconds. */
  readonly nodes: readonly number[];
  /** Phase of the daily wave. */
  readonly phase: number;
}

const OBSERVED_MINUTES = 20_160;

export function makeFleet(seed: number, conditions: Conditions): Fleet {
  const random = randomFrom(seed);
  const risk = (mean: number, spread: number) => mean * random.lognormal(0, spread * conditions.propensitySpread);
  const workloads = Array.from({ length: WORKLOADS }, (_, index): SimWorkload => {
    const missing = [0, 0.3, 1];
    return {
      index,
      replicas: Math.round(random.logUniform(2, 40)),
      perReplica: random.chance(0.5),
      digestMissing: conditions.digestMissing ?? missing[random.weighted([0.6, 0.25, 0.15])] ?? 0,
      podNameMissing: conditions.podNameMissing ?? missing[random.weighted([0.75, 0.15, 0.1])] ?? 0,
      podSpread: [0, 0.05, 0.3][random.weighted([0.4, 0.4, 0.2])] ?? 0,
      rolloutRisk: risk(0.05, 0.8),
      configRisk: risk(0.03, 0.8),
    };
  });
  const all = workloads.map(({ index }) => index);
  const selects = Array.from({ length: POLICIES }, () => random.shuffled(all).slice(0, random.integer(5, 14)));
  const series = selects.flatMap((selected, policy) =>
    selected.map((workload): SimSeries => {
      const spikeRate = risk(5e-5, 1.2);
      const minutes = random.chance(0.15) ? OBSERVED_MINUTES / 10 : OBSERVED_MINUTES;
      return {
        policy,
        workload,
        rate: random.chance(0.35) ? 0 : Math.min(random.lognormal(0, 1.3), 60),
        noise: [0, 0.1, 0.3][random.weighted([0.4, 0.4, 0.2])] ?? 0,
        spikeRate,
        spikes: { count: random.poisson(spikeRate * minutes), minutes },
      };
    }),
  );
  return {
    random,
    conditions,
    workloads,
    selects,
    editRisk: selects.map(() => risk(0.1, 0.6)),
    series,
    nodes: Array.from({ length: 8 }, () => random.between(-conditions.skew, conditions.skew)),
    phase: random.between(0, 2 * Math.PI),
  };
}

/** Slow wave of +-20 % over a day. */
export function waveAt({ phase }: Fleet, time: number): number {
  return 1 + 0.2 * Math.sin((2 * Math.PI * time) / 86_400 + phase);
}
