import { describe, expect, it } from "vitest";
import { UNKNOWN_DIGEST } from "../../../src/domain/violation.ts";
import type { Timeline } from "../../../src/identity/timeline.ts";
import { API, alias, change, digest, minute, owner, pod, timelineOf } from "./timeline-records.ts";

const A = digest("a");
const B = digest("b");

function share(timeline: Timeline, of: string, from: number, to: number): number | undefined {
  return timeline.share(API.cluster, API.namespace, API.workload, of, minute(from), minute(to));
}

function pods(count: number, prefix: string, options: Parameters<typeof pod>[1] = {}) {
  return Array.from({ length: count }, (_, index) => pod(`${prefix}${index}`, options));
}

describe("share from pods", () => {
  it("is pod-time of the digest over pod-time of the workload", () => {
    // Four old pods for 10 minutes; one new pod for the last 4 of them: 4 / (40 + 4).
    const timeline = timelineOf(...pods(4, "a"), pod("b", { hash: "8b8b", digest: B, ready: 6 }));
    expect(share(timeline, B, 0, 10)).toBeCloseTo(4 / 44, 12);
    expect(share(timeline, A, 0, 10)).toBeCloseTo(40 / 44, 12);
    expect(share(timeline, B, 0, 6)).toBe(0);
    expect(timeline.replicas(API, minute(0), minute(10))).toBeCloseTo(4.4, 12);
  });

  it("is undefined for a digest, a workload or a time nobody knows", () => {
    const timeline = timelineOf(...pods(2, "a", { ended: 10 }));
    expect(share(timeline, digest("f"), 0, 5)).toBeUndefined();
    expect(share(timeline, A, 20, 30)).toBeUndefined();
    expect(share(timelineOf(), A, 0, 5)).toBeUndefined();
    expect(timeline.replicas(API, minute(20), minute(30))).toBeUndefined();
  });

  it("follows aliases learned later", () => {
    const timeline = timelineOf(...pods(2, "a"));
    expect(share(timeline, B, 0, 5)).toBeUndefined();
    timeline.apply(alias(A, B));
    expect(share(timeline, B, 0, 5)).toBe(1);
  });

  it("counts no pod before it is ready, nor one whose image is never pulled", () => {
    const timeline = timelineOf(pod("p1", { started: 0, ready: 5 }), pod("p2", { digest: undefined, hash: "8b8b" }));
    expect(timeline.replicas(API, minute(0), minute(5))).toBeUndefined();
    expect(timeline.replicas(API, minute(5), minute(10))).toBe(1);
  });

  it("is right for a bucket in the middle of many steps, asked in any order", () => {
    // Pod i lives from minute i on, of digest A when i is even: at minute 10..11 eleven pods are ready, six of them A.
    const timeline = timelineOf(
      ...Array.from({ length: 60 }, (_, index) =>
        pod(`p${index}`, index % 2 === 0 ? { ready: index } : { ready: index, hash: "8b8b", digest: B }),
      ),
    );
    expect(share(timeline, A, 50, 51)).toBeCloseTo(26 / 51, 12);
    expect(share(timeline, A, 10, 11)).toBeCloseTo(6 / 11, 12);
    expect(share(timeline, A, 58, 59)).toBeCloseTo(30 / 59, 12);
  });
});

describe("share of the unknown digest", () => {
  it("is the part of the time in which two versions were in effect, with half a minute on both sides", () => {
    const timeline = timelineOf(pod("p1", { ended: 12 }), pod("p2", { hash: "8b8b", digest: B, ready: 10 }));
    expect(share(timeline, UNKNOWN_DIGEST, 5, 15)).toBeCloseTo(0.3, 12);
    expect(share(timeline, UNKNOWN_DIGEST, 0, 9)).toBe(0);
    expect(share(timeline, UNKNOWN_DIGEST, 10, 12)).toBe(1);
    expect(share(timeline, UNKNOWN_DIGEST, 13, 20)).toBe(0);
  });

  it("is that of announced rollouts where no pod is known: one of unknown course takes three minutes", () => {
    const timeline = timelineOf(change(10, { digest: B, previousDigest: A }));
    expect(share(timeline, UNKNOWN_DIGEST, 5, 15)).toBeCloseTo(0.4, 12);
  });

  it("is all of it while no version runs, and undefined where none is known", () => {
    expect(share(timelineOf(pod("p1", { ended: 12 })), UNKNOWN_DIGEST, 20, 30)).toBe(1);
    expect(share(timelineOf(pod("p1", { digest: undefined })), UNKNOWN_DIGEST, 20, 30)).toBeUndefined();
    expect(share(timelineOf(), UNKNOWN_DIGEST, 0, 5)).toBeUndefined();
  });
});

describe("share from announced rollouts", () => {
  const report = (at: number, phase: "started" | "progressing" | "finished", replicas?: number, previousReplicas?: number) =>
    change(at, {
      digest: B,
      previousDigest: A,
      phase,
      ...(replicas !== undefined && { replicas }),
      ...(previousReplicas !== undefined && { previousReplicas }),
    });

  it("moves in a straight line between reports", () => {
    const timeline = timelineOf(report(10, "started", 0, 4), report(14, "progressing", 2, 2), report(16, "finished", 4, 0));
    expect(share(timeline, B, 0, 10)).toBe(0);
    // Half way to 2 of 4 on average over the first stretch; then from 2 to 4.
    expect(share(timeline, B, 10, 14)).toBeCloseTo(1 / 4, 12);
    expect(share(timeline, B, 14, 16)).toBeCloseTo(3 / 4, 12);
    expect(share(timeline, A, 14, 16)).toBeCloseTo(1 / 4, 12);
    expect(share(timeline, B, 16, 60)).toBe(1);
    expect(timeline.replicas(API, minute(12), minute(13))).toBeCloseTo(4, 12);
  });

  it("takes three minutes after a start nobody follows up", () => {
    const timeline = timelineOf(report(10, "started"));
    // A ramp from 0 to 1 over three minutes has mean 1/2.
    expect(share(timeline, B, 10, 13)).toBeCloseTo(1 / 2, 12);
    expect(share(timeline, A, 10, 13)).toBeCloseTo(1 / 2, 12);
    expect(share(timeline, B, 13, 60)).toBe(1);
    expect(share(timeline, A, 13, 60)).toBe(0);
  });

  it("takes the three minutes before an end nobody announced", () => {
    const timeline = timelineOf(report(10, "finished"));
    expect(share(timeline, B, 0, 7)).toBe(0);
    expect(share(timeline, B, 7, 10)).toBeCloseTo(1 / 2, 12);
    expect(share(timeline, B, 10, 20)).toBe(1);
  });

  it("leaves a canary where it was reported last", () => {
    const timeline = timelineOf(report(10, "started", 1, 9));
    expect(share(timeline, B, 11, 120)).toBeCloseTo(1 / 10, 12);
  });

  it("treats a start with only a target as a rollout to that size", () => {
    const timeline = timelineOf(change(10, { digest: B, previousDigest: A, replicas: 5 }));
    expect(timeline.replicas(API, minute(20), minute(21))).toBeCloseTo(5, 12);
    expect(share(timeline, B, 20, 21)).toBe(1);
    expect(share(timeline, A, 0, 10)).toBe(1);
  });

  it("gives the time before to a digest that no notice named", () => {
    const timeline = timelineOf(change(10, { digest: B }));
    expect(share(timeline, A, 0, 10)).toBe(1);
    expect(share(timeline, A, 20, 30)).toBe(0);
  });

  it("keeps shares through a resize", () => {
    const timeline = timelineOf(report(10, "started", 1, 3), change(20, { kind: "scale", replicas: 8, previousReplicas: 4 }));
    expect(share(timeline, B, 21, 30)).toBeCloseTo(1 / 4, 12);
    expect(timeline.replicas(API, minute(21), minute(30))).toBeCloseTo(8, 12);
    expect(timeline.replicas(API, minute(11), minute(19))).toBeCloseTo(4, 12);
  });

  it("stops an unfinished rollout where another begins", () => {
    const C = digest("c");
    // After 1.5 of 3 minutes half the pods are new.
    const timeline = timelineOf(report(10, "started"), change(11.5, { digest: C, previousDigest: B }));
    expect(share(timeline, B, 11.499, 11.5)).toBeCloseTo(1 / 2, 3);
    expect(share(timeline, C, 14.5, 20)).toBe(1);
  });

  it("gives way to pods as soon as they are known", () => {
    const timeline = timelineOf(report(10, "finished"), ...pods(3, "a"), pod("b", { hash: "8b8b", digest: B, ready: 12 }));
    expect(share(timeline, B, 12, 20)).toBeCloseTo(1 / 4, 12);
  });
});

describe("exposure, history and pods", () => {
  it("gives mean ready pods per version and step", () => {
    const timeline = timelineOf(...pods(2, "a", { ended: 7 }), pod("b", { hash: "8b8b", digest: B, ready: 5.5 }));
    const { activations } = timeline.exposure(API, minute(4), minute(8), 60_000);
    expect(activations.map((entry) => [entry.digest, [...entry.ready]])).toEqual([
      [A, [2, 2, 2, 0]],
      [B, [0, 0.5, 1, 1]],
    ]);
  });

  it("has one entry per opening of a version that was undone and returns", () => {
    const timeline = timelineOf(
      pod("a1", { ready: 0, ended: 20 }),
      pod("b1", { hash: "8b8b", digest: B, ready: 19, ended: 40 }),
      pod("a2", { ready: 39 }),
    );
    const { activations } = timeline.exposure(API, minute(0), minute(60), 60_000);
    expect(activations.map((entry) => [entry.digest, entry.openedAt, entry.closedAt])).toEqual([
      [A, minute(0), minute(20)],
      [B, minute(19), minute(40)],
      [A, minute(39), Number.POSITIVE_INFINITY],
    ]);
    const runs = timeline.history(API, minute(60));
    expect(runs.map((run) => [run.digest, run.podMinutes])).toEqual([
      [A, 21],
      [B, 21],
      [A, 20],
    ]);
  });

  it("knows which digest another replaced, by pods and by notices", () => {
    const byPods = timelineOf(pod("a", { ended: 20 }), pod("b", { hash: "8b8b", digest: B, ready: 19 }));
    expect(byPods.previousDigest("east", "shop", "Deployment/api", B, minute(30))).toBe(A);
    expect(byPods.previousDigest("east", "shop", "Deployment/api", B, minute(10))).toBeUndefined();
    expect(byPods.previousDigest("east", "shop", "Deployment/api", A, minute(30))).toBeUndefined();
    const byNotice = timelineOf(change(10, { digest: B, previousDigest: A }));
    expect(byNotice.previousDigest("east", "shop", "Deployment/api", B, minute(11))).toBe(A);
  });

  it("lists digests and pods of an interval", () => {
    const timeline = timelineOf(pod("a", { ended: 20 }), pod("b", { hash: "8b8b", digest: B, ready: 19 }));
    expect(timeline.digestsOf(API, minute(0), minute(10))).toEqual([A]);
    expect(timeline.digestsOf(API, minute(0), minute(30))).toEqual([A, B]);
    expect(timeline.pods(API, minute(19), minute(30)).map((run) => [run.uid, run.digest, run.readyAt, run.endedAt])).toEqual([
      ["a", A, minute(0), minute(20)],
      ["b", B, minute(19), Number.POSITIVE_INFINITY],
    ]);
  });
});

describe("retention", () => {
  const HOUR = 60;

  it("forgets pods 26 hours after they end but remembers for 30 days that their version ran", () => {
    const timeline = timelineOf(pod("a", { ended: 60 }), pod("b", { hash: "8b8b", digest: B, ready: 59 }));
    timeline.prune(minute(26 * HOUR));
    expect(timeline.stats().pods).toBe(2);
    timeline.prune(minute(60 + 26 * HOUR + 1));
    expect(timeline.stats().pods).toBe(1);
    expect(timeline.history(API, minute(40 * HOUR)).map((run) => [run.digest, run.openedAt, run.podMinutes])).toEqual([
      [B, minute(59), 40 * HOUR - 59],
      [A, minute(0), 60],
    ]);
    expect(timeline.previousDigest("east", "shop", "Deployment/api", B, minute(30 * HOUR))).toBe(A);
    timeline.prune(minute(31 * 24 * HOUR));
    expect(timeline.history(API, minute(31 * 24 * HOUR)).map((run) => run.digest)).not.toContain(A);
  });

  it("is not fooled by a repetition of a forgotten pod", () => {
    const ended = pod("a", { ended: 60 });
    const timeline = timelineOf(ended, pod("b", { hash: "8b8b", digest: B, ready: 59 }));
    timeline.prune(minute(30 * HOUR));
    timeline.apply(ended);
    expect(timeline.stats().pods).toBe(1);
    expect(timeline.history(API, minute(30 * HOUR)).find((run) => run.digest === A)?.podMinutes).toBe(60);
  });

  it("forgets owners, announcements and empty workloads in the end", () => {
    const timeline = timelineOf(owner("Deployment", "api"), change(0, { digest: B }), change(0, { kind: "policy", policy: "p" }));
    expect(timeline.stats()).toMatchObject({ owners: 1, workloads: 1 });
    timeline.prune(minute(31 * 24 * HOUR));
    timeline.prune(minute(31 * 24 * HOUR));
    expect(timeline.stats()).toEqual({ pods: 0, owners: 0, workloads: 0, refused: 0 });
    expect(timeline.changes({ from: 0, to: minute(1) })).toEqual([]);
  });

  it("takes in 20 000 pods of 500 workloads and still answers exactly", () => {
    const timeline = timelineOf();
    for (let index = 0; index < 20_000; index++) {
      const app = `w${index % 500}`;
      timeline.apply(
        pod(`u${index}`, {
          name: `${app}-7d9f-${index}`,
          owner: `ReplicaSet/${app}-7d9f`,
          ip: `10.${index >> 8}.${index & 255}.1`,
        }),
      );
    }
    expect(timeline.stats()).toMatchObject({ pods: 20_000, workloads: 500 });
    expect(timeline.replicas({ ...API, workload: "Deployment/w7" }, minute(1), minute(2))).toBe(40);
    expect(timeline.knowsPod({ cluster: "east", namespace: "shop", time: minute(1), podIp: "10.3.9.1" })).toBe(true);
  });
});
