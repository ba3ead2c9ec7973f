/**
 * Cost of one verdict at the caps: 200 series x 65 buckets, 64 candidates, pods named by events. Printed next to the
 * cost of a plain pass over the same counts (a sum of logarithms), because a bare time says little about a machine.
 */
import { attribute } from "../../src/correlation/attribute.ts";
import {
  BUCKET_MS,
  type CandidateChange,
  type Counts,
  type Episode,
  type EpisodePod,
  type PodEvents,
} from "../../src/correlation/episode.ts";
import { type Random, randomFrom } from "./random.ts";

const BUCKETS = 65;
const ONSET = 60;

export interface SpeedOptions {
  readonly seed: number;
  readonly runs: number;
  /** Rollouts of the subject among the 64 candidates; the rest are configuration changes and policy edits. */
  readonly rollouts: number;
}

export interface SpeedResult {
  readonly medianMs: number;
  readonly p99Ms: number;
  /** Median time over that of a plain pass of logarithms over the same counts. */
  readonly ratio: number;
}

export function measureSpeed({ seed, runs, rollouts }: SpeedOptions): SpeedResult {
  const random = randomFrom(seed);
  const episodes = Array.from({ length: 8 }, () => fullEpisode(random, rollouts));
  const times: number[] = [];
  const plain: number[] = [];
  for (let run = -20; run < runs; run++) {
    const episode = episodes[Math.abs(run) % episodes.length];
    if (!episode) continue;
    const spent = processorMs(() => attribute(episode));
    const reference = processorMs(() => plainPass(episode));
    // The first runs warm the compiler up.
    if (run < 0) continue;
    times.push(spent);
    plain.push(reference);
  }
  const medianMs = quantile(times, 0.5);
  return { medianMs, p99Ms: quantile(times, 0.99), ratio: medianMs / quantile(plain, 0.5) };
}

/** Processor time of this process, so that a busy machine does not count. */
function processorMs(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const spent = process.cpuUsage(before);
  return (spent.user + spent.system) / 1e3;
}

function plainPass(episode: Episode): number {
  let sum = 0;
  for (const { counts } of episode.neighbours) for (const value of counts.unknown) sum += Math.log(1 + value);
  return sum;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(Math.floor(share * sorted.length), sorted.length - 1)] ?? Number.NaN;
}

export function fullEpisode(random: Random, rollouts: number): Episode {
  const replicas = 10;
  const every = 60 / rollouts;
  const activations = Array.from({ length: rollouts + 1 }, (_, a) => ({
    digest: `sha256:${a}`,
    pods: Array.from({ length: BUCKETS }, (_, b) => {
      const from = a === 0 ? -1 : 2 + (a - 1) * every;
      return b >= from && b < 2 + a * every ? replicas : 0;
    }),
  }));
  const pods = activations.flatMap(({ pods: ready }, activation) => podsOf(ready, activation, replicas, every));
  const counts = () => podCounts(random, activations.length, pods);
  const rollout = (i: number): CandidateChange => ({
    id: `r${i}`,
    kind: "rollout",
    at: (2 + i * every) * BUCKET_MS,
    workload: "ns/Deployment/w",
    activation: i + 1,
    digest: `sha256:${i + 1}`,
  });
  const other = (i: number): CandidateChange =>
    i % 2 === 0
      ? { id: `c${i}`, kind: "config", at: random.uniform() * 60 * BUCKET_MS, workload: "ns/Deployment/w" }
      : {
          id: `p${i}`,
          kind: "policy",
          at: random.uniform() * 60 * BUCKET_MS,
          policy: "p",
          scope: ["ns/Deployment/n1", "ns/Deployment/n2"],
        };
  return {
    cluster: "c",
    policy: "p",
    workload: "ns/Deployment/w",
    startAt: 0,
    buckets: BUCKETS,
    onsetIndex: ONSET,
    alertedAt: 62 * BUCKET_MS,
    asOf: BUCKETS * BUCKET_MS,
    activations,
    counts: counts(),
    pods,
    neighbours: Array.from({ length: 186 }, (_, i) => ({
      workload: `ns/Deployment/n${i}`,
      activations: [{ digest: "sha256:x", pods: new Array<number>(BUCKETS).fill(3) }],
      counts: { known: [new Array<number>(BUCKETS).fill(0)], unknown: poissonRow(random, i % 7) },
    })),
    siblings: Array.from({ length: 5 }, (_, i) => ({ policy: `q${i}`, counts: counts() })),
    otherPolicies: Array.from({ length: 8 }, (_, i) => ({ policy: `q${i}`, counts: poissonRow(random, 20) })),
    changes: Array.from({ length: 64 }, (_, i) => (i < rollouts ? rollout(i) : other(i))),
  };
}

function podsOf(ready: readonly number[], activation: number, replicas: number, every: number): EpisodePod[] {
  const from = ready.findIndex((value) => value > 0);
  const to = ready.lastIndexOf(replicas) + 1;
  return Array.from({ length: from < 0 ? 0 : replicas }, (_, i) => ({
    name: `pod-${activation}-${i}`,
    activation,
    ...(activation === 0 ? {} : { startedAt: (from + (i * Math.min(every, 8)) / replicas) * BUCKET_MS }),
    ...(to < BUCKETS ? { endedAt: to * BUCKET_MS } : {}),
  }));
}

function podCounts(random: Random, activations: number, pods: readonly EpisodePod[]): Counts {
  const known = Array.from({ length: activations }, () => new Array<number>(BUCKETS).fill(0));
  const named: PodEvents[] = [];
  pods.forEach((pod, index) => {
    for (let b = 0; b < BUCKETS; b++) {
      const alive = (pod.startedAt ?? -1) <= b * BUCKET_MS && (pod.endedAt ?? Number.POSITIVE_INFINITY) > b * BUCKET_MS;
      const count = alive ? random.poisson(b >= ONSET ? 3 : 0.5) : 0;
      const row = known[pod.activation];
      if (count === 0 || !row) continue;
      row[b] = (row[b] ?? 0) + count;
      named.push({ pod: index, bucket: b, count });
    }
  });
  return { known, unknown: new Array<number>(BUCKETS).fill(0), named };
}

function poissonRow(random: Random, mean: number): number[] {
  return Array.from({ length: BUCKETS }, () => random.poisson(mean));
}
