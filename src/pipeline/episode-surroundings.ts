/** What surrounds the subject of an episode: other workloads under its policy, other policies on it and elsewhere. */
import type { Counts, Neighbour, OtherPolicy, Sibling } from "../correlation/episode.ts";
import { type Frame, totalOf, type VersionCounts } from "./episode-counts.ts";
import { countsOf, type EpisodeWorkload, fullName } from "./episode-workload.ts";

/** Another workload under the subject's policy. */
export function neighbourOf(
  one: VersionCounts,
  counted: readonly VersionCounts[],
  workloadFor: (namespace: string, workload: string) => EpisodeWorkload,
  frame: Frame,
): Neighbour {
  const workload = workloadFor(one.namespace, one.workload);
  const policies = counted.filter(
    (other) => other.namespace === one.namespace && other.workload === one.workload && other.policy !== one.policy,
  );
  return {
    workload: fullName(one.namespace, one.workload),
    activations: workload.activations,
    counts: countsOf(one, workload, frame),
    policies: policies.map((other) => other.policy),
  };
}

/** Other policies on the subject itself. */
export function siblingsOf(counted: readonly VersionCounts[], countsOf: (one: VersionCounts) => Counts): readonly Sibling[] {
  return counted.map((one) => ({ policy: one.policy, counts: countsOf(one) }));
}

/** Other policies, summed over all workloads but the subject. */
export function otherPolicies(counted: readonly VersionCounts[], frame: Frame): readonly OtherPolicy[] {
  const sums = new Map<string, number[]>();
  for (const one of counted) {
    const sum = sums.get(one.policy) ?? Array.from({ length: frame.buckets }, () => 0);
    totalOf(one).forEach((count, bucket) => {
      sum[bucket] = (sum[bucket] ?? 0) + count;
    });
    sums.set(one.policy, sum);
  }
  return [...sums].map(([policy, counts]) => ({ policy, counts }));
}
