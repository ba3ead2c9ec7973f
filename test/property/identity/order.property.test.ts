import fc from "fast-check";
import { expect, it } from "vitest";
import type { TimelineRecord } from "../../../src/domain/observation.ts";
import { createTimeline, type Timeline } from "../../../src/identity/timeline.ts";
import { API, change, digest, minute, owner, pod, violation } from "../../unit/identity/timeline-records.ts";

const DIGESTS = ["a", "b", "c", "d"].map(digest);
const HASHES = ["7d9f", "8b8b", "9c9c"];
const UIDS = Array.from({ length: 6 }, (_, index) => `p${index}`);
const WORKLOADS = ["Deployment/api", "Rollout/api", "StatefulSet/db"];
const LAST_MINUTE = 120;

const anyMinute = fc.integer({ min: 0, max: LAST_MINUTE });
const anyDigest = fc.constantFrom(...DIGESTS);

/** Several observations of a few pods: names, addresses and templates repeat; each may know more or less. */
const podRecord = fc
  .record({
    uid: fc.constantFrom(...UIDS),
    ready: anyMinute,
    life: fc.integer({ min: 1, max: 60 }),
    hasEnded: fc.boolean(),
    seen: anyMinute,
    digest: fc.option(anyDigest, { nil: undefined }),
    ip: fc.constantFrom("10.0.0.1", "10.0.0.2"),
    image: fc.constantFrom("registry.test/api:1", "registry.test/api:2"),
  })
  .map(({ uid, ready, life, hasEnded, seen, digest: ran, ip, image }) => {
    // What never changes in the life of a pod is decided by its uid.
    const index = UIDS.indexOf(uid);
    const isStateful = index % 3 === 0;
    return pod(uid, {
      ...(isStateful ? { name: `db-${index % 2}`, owner: "StatefulSet/db", hash: `db-${index}` } : { hash: HASHES[index % 3] }),
      ready,
      ...(hasEnded && { ended: ready + life }),
      seen,
      digest: ran,
      ip,
      image,
    });
  });

const ownerRecord = fc
  .record({ seen: anyMinute, replicas: fc.integer({ min: 1, max: 4 }), tag: fc.constantFrom("1", "2"), rollout: fc.boolean() })
  .map(({ seen, replicas, tag, rollout }) =>
    rollout
      ? owner("ReplicaSet", "api-8b8b", { ...(tag === "1" && { owner: "Rollout/api" }), seen, createdAt: minute(1) })
      : owner("Deployment", "api", { seen, replicas, images: [{ container: "app", image: `registry.test/api:${tag}` }] }),
  );

const changeRecord = fc
  .record({
    at: anyMinute,
    digest: fc.option(anyDigest, { nil: undefined }),
    phase: fc.constantFrom("started", "progressing", "finished"),
    replicas: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
    kind: fc.constantFrom("rollout", "rollback", "scale", "policy", "config"),
  })
  .map(({ at, digest: told, phase, replicas, kind }) =>
    change(at, {
      kind,
      phase,
      ...(told !== undefined && { digest: told }),
      ...((replicas !== undefined || kind === "scale") && { replicas: replicas ?? 1 }),
      ...(kind === "policy" && { policy: "deny-egress" }),
    }),
  );

const aliasRecord = fc
  .record({
    left: anyDigest,
    right: anyDigest,
    at: anyMinute,
    commit: fc.option(fc.constantFrom("9fceb02", "c0ffee1"), { nil: undefined }),
    source: fc.option(fc.constantFrom("https://git.test/api", "https://git.test/db"), { nil: undefined }),
  })
  .map(
    ({ left, right, at, commit, source }): TimelineRecord => ({
      type: "alias",
      digests: [left, right],
      observedAt: minute(at),
      ...(commit !== undefined && { revision: commit }),
      ...(source !== undefined && { sourceUrl: source }),
    }),
  );
const record: fc.Arbitrary<TimelineRecord> = fc.oneof(
  { weight: 6, arbitrary: podRecord },
  { weight: 2, arbitrary: ownerRecord },
  { weight: 3, arbitrary: changeRecord },
  { weight: 1, arbitrary: aliasRecord },
);

/** Every kind of answer, at many times. */
function answersOf(timeline: Timeline): unknown {
  const times = Array.from({ length: 13 }, (_, index) => index * 10 + 5);
  return {
    identities: times.flatMap((at) => [
      ...UIDS.map((podUid) => timeline.identify(violation(at, { podUid }))),
      ...["db-0", "db-1"].map((name) => timeline.identify(violation(at, { pod: name }))),
      ...["10.0.0.1", "10.0.0.2"].map((podIp) => timeline.identify(violation(at, { podIp }))),
      ...HASHES.map((templateHash) => timeline.identify(violation(at, { templateHash }))),
      ...WORKLOADS.map((workload) => timeline.identify(violation(at, { workload }))),
    ]),
    workloads: WORKLOADS.map((workload) => {
      const ref = { ...API, workload };
      return {
        shares: times.flatMap((at) =>
          DIGESTS.map((of) => timeline.share(ref.cluster, ref.namespace, workload, of, minute(at), minute(at + 10))),
        ),
        exposure: timeline.exposure(ref, minute(0), minute(LAST_MINUTE), 600_000).activations.map((version) => ({
          ...version,
          ready: [...version.ready],
        })),
        history: timeline.history(ref, minute(LAST_MINUTE)),
        pods: timeline.pods(ref, minute(0), minute(LAST_MINUTE)),
        digests: timeline.digestsOf(ref, minute(0), minute(LAST_MINUTE)),
        previous: DIGESTS.map((of) => timeline.previousDigest(ref.cluster, ref.namespace, workload, of, minute(60))),
      };
    }),
    changes: timeline.changes({ from: 0, to: Number.MAX_SAFE_INTEGER }),
  };
}

function answersAfter(records: readonly TimelineRecord[], betweenTimes: boolean): unknown {
  const timeline = createTimeline();
  for (const entry of records) {
    timeline.apply(entry);
    // Asking in between fills every cache; none of them may outlive what it was made of.
    if (betweenTimes) answersOf(timeline);
  }
  return answersOf(timeline);
}

it("answers the same whatever the order, repetition and lateness of its records", () => {
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 1, maxLength: 14 }).chain((records) =>
        fc.record({
          records: fc.constant(records),
          // Every record once, in any order, and some of them again at the end.
          order: fc.shuffledSubarray([...records.keys()], { minLength: records.length }),
          again: fc.subarray([...records.keys()]),
        }),
      ),
      ({ records, order, again }) => {
        const shuffled = [...order, ...again].flatMap((index) => records[index] ?? []);
        expect(answersAfter(shuffled, true)).toEqual(answersAfter(records, false));
      },
    ),
    { numRuns: 150 },
  );
});

it("gives shares that add up to one whenever all digests are known", () => {
  fc.assert(
    fc.property(fc.array(podRecord, { minLength: 1, maxLength: 14 }), anyMinute, (records, at) => {
      const known = records.map((entry) => (entry.containers[0]?.digest === undefined ? { ...entry, containers: [] } : entry));
      const timeline = createTimeline();
      for (const entry of known) timeline.apply(entry);
      for (const workload of WORKLOADS) {
        const ref = { ...API, workload };
        const replicas = timeline.replicas(ref, minute(at), minute(at + 10));
        const shares = DIGESTS.map((of) => timeline.share(ref.cluster, ref.namespace, workload, of, minute(at), minute(at + 10)));
        const sum = shares.reduce<number>((total, share) => total + (share ?? 0), 0);
        const unlearned = timeline
          .exposure(ref, minute(at), minute(at + 10), 600_000)
          .activations.some((one) => one.digest === undefined);
        if (replicas !== undefined && !unlearned) expect(sum).toBeCloseTo(1, 9);
        else expect(sum).toBeLessThanOrEqual(1 + 1e-9);
      }
    }),
    { numRuns: 150 },
  );
});
