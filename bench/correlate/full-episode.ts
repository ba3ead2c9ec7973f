/** An episode at the caps: 200 series x 65 buckets, 64 candidates, pods named by events. */
import {
  BUCKET_MS,
  type CandidateChange,
  type Counts,
  type Episode,
  type EpisodePod,
  type Neighbour,
  type PodEvents,
} from "../../src/correlation/episode.ts";
import type { Random } from "./random.ts";

const BUCKETS = 65;
const ONSET = 60;
const SUBJECT = "ns/Deployment/w";

/** `rollouts`: of the subject, among the 64 candidates; the rest are configuration changes and policy edits. */
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
    workload: SUBJECT,
    activation: i + 1,
    digest: `sha256:${i + 1}`,
  });
  return {
    cluster: "c",
    policy: "p",
    workload: SUBJECT,
    startAt: 0,
    buckets: BUCKETS,
    onsetIndex: ONSET,
    alertedAt: 62 * BUCKET_MS,
    asOf: BUCKETS * BUCKET_MS,
    activations,
    counts: counts(),
    pods,
    neighbours: Array.from({ length: 186 }, (_, i) => neighbour(random, i)),
    siblings: Array.from({ length: 5 }, (_, i) => ({ policy: `q${i}`, counts: counts() })),
    otherPolicies: Array.from({ length: 8 }, (_, i) => ({ policy: `q${i}`, counts: poissonRow(random, 20) })),
    changes: Array.from({ length: 64 }, (_, i) => (i < rollouts ? rollout(i) : edit(random, i))),
  };
}

/** In turn: replicas that never change, replicas that come and go, and a rollout in the window. */
function neighbour(random: Random, i: number): Neighbour {
  const pods = (from: (b: number) => number) => ({
    digest: "sha256:x",
    pods: Array.from({ length: BUCKETS }, (_, b) => from(b)),
  });
  const events = poissonRow(random, i % 7);
  const nothing = new Array<number>(BUCKETS).fill(0);
  const named = { workload: `ns/Deployment/n${i}`, policies: ["q1"] };
  if (i % 3 === 0) return { ...named, activations: [pods(() => 3)], counts: { known: [nothing], unknown: events } };
  if (i % 3 === 1) return { ...named, activations: [pods((b) => 3 + (b % 9))], counts: { known: [events], unknown: nothing } };
  const moved = 10 + (i % 50);
  const before = events.map((count, b) => (b < moved ? count : 0));
  const after = events.map((count, b) => (b < moved ? 0 : count));
  return {
    ...named,
    activations: [pods((b) => (b < moved ? 3 : 0)), pods((b) => (b < moved ? 0 : 3))],
    counts: { known: [before, after], unknown: nothing },
  };
}

/** In turn: configuration, and edits of the policy for some workloads, of the policy for all, and of another policy. */
function edit(random: Random, i: number): CandidateChange {
  const at = random.uniform() * 60 * BUCKET_MS;
  const policy = { id: `p${i}`, kind: "policy", at, policy: "p" } as const;
  switch (i % 4) {
    case 0:
      return { id: `c${i}`, kind: "config", at, workload: SUBJECT };
    case 1:
      return { ...policy, scope: ["ns/Deployment/n1", "ns/Deployment/n2"] };
    case 2:
      return policy;
    default:
      return { ...policy, policy: "q1" };
  }
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
