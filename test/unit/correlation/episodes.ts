/** Small episodes for the tests, with invented counts: onset at bucket 60, verdict four minutes later. */
import { BUCKET_MS, type CandidateChange, type Episode } from "../../../src/correlation/episode.ts";

export const BUCKETS = 65;
export const ONSET = 60;
export const SUBJECT = "payments/Deployment/card-api";
export const OLD_DIGEST = `sha256:${"a".repeat(64)}`;
export const NEW_DIGEST = `sha256:${"b".repeat(64)}`;

export const constant = (value: number) => new Array<number>(BUCKETS).fill(value);
/** `before` until the onset, `after` from it on. */
export const step = (before: number, after: number) => Array.from({ length: BUCKETS }, (_, b) => (b < ONSET ? before : after));
export const minute = (bucket: number) => bucket * BUCKET_MS;

export const ROLLOUT: CandidateChange = {
  id: "rollout",
  kind: "rollout",
  at: minute(ONSET),
  workload: SUBJECT,
  activation: 1,
  digest: NEW_DIGEST,
  previousDigest: OLD_DIGEST,
};

/** A quiet workload of ten old pods; nothing else. */
export function quietEpisode(): Episode {
  return {
    cluster: "test",
    policy: "pci-egress",
    workload: SUBJECT,
    startAt: 0,
    buckets: BUCKETS,
    onsetIndex: ONSET,
    alertedAt: minute(BUCKETS - 4),
    asOf: minute(BUCKETS) + 10_000,
    activations: [{ digest: OLD_DIGEST, pods: constant(10) }],
    counts: { known: [constant(1)], unknown: constant(0) },
    neighbours: [],
    siblings: [],
    otherPolicies: [],
    changes: [],
  };
}

/** Four of ten pods are replaced at the onset; the new ones make ten events a minute, the old ones go on as before. */
export function canaryEpisode(): Episode {
  return {
    ...quietEpisode(),
    activations: [
      { digest: OLD_DIGEST, pods: step(10, 6) },
      { digest: NEW_DIGEST, pods: step(0, 4) },
    ],
    counts: { known: [constant(1), step(0, 10)], unknown: constant(0) },
    changes: [ROLLOUT],
  };
}

/** The same events, none of which carries a version. */
export function anonymousCanaryEpisode(): Episode {
  return { ...canaryEpisode(), counts: { known: [constant(0), constant(0)], unknown: step(1, 11) } };
}

/** A neighbour under the same policy with a constant count a minute. */
export function neighbour(name: string, counts: readonly number[]) {
  return {
    workload: `payments/Deployment/${name}`,
    activations: [{ digest: OLD_DIGEST, pods: constant(3) }],
    counts: { known: [counts], unknown: constant(0) },
  };
}
