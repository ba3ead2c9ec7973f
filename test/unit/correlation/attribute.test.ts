import { describe, expect, it } from "vitest";
import { attribute } from "../../../src/correlation/attribute.ts";
import type { CandidateChange, Episode } from "../../../src/correlation/episode.ts";
import { BASIC_MODEL } from "../../../src/correlation/model-options.ts";
import {
  anonymousCanaryEpisode,
  BUCKETS,
  canaryEpisode,
  constant,
  minute,
  NEW_DIGEST,
  neighbour,
  OLD_DIGEST,
  ONSET,
  quietEpisode,
  ROLLOUT,
  SUBJECT,
  step,
} from "./episodes.ts";

const textOf = (episode: Episode, kind: string) =>
  attribute(episode).ranking[0]?.evidence.find((entry) => entry.kind === kind)?.text ?? "";

describe("attribute", () => {
  it("asserts the rollout whose new pods make the events, with the counts", () => {
    const verdict = attribute(canaryEpisode());
    expect(verdict).toMatchObject({ verdict: "image", tier: "asserted" });
    expect(verdict.cause?.change?.digest).toBe(NEW_DIGEST);
    expect(verdict.probability).toBeGreaterThan(0.99);
    // The rate is full in the bucket of 01:00, so the effect most likely began in the one before: six buckets of 1 old
    // event, five of 10 new ones.
    expect(textOf(canaryEpisode(), "dose")).toMatch(
      /^50 of 56 events since 00:59 come from new pods, which were \d\d % of pod-minutes: 7\.1 to 48 times the others' rate per pod/,
    );
    expect(textOf(canaryEpisode(), "timing")).toContain("started within 30 s of the first new pod");
    expect(textOf(canaryEpisode(), "effect")).toContain("56 events in the 6 min since 00:59, 59 in the 59 min before");
  });

  it("names the rollout although no event carries a digest", () => {
    const verdict = attribute(anonymousCanaryEpisode());
    expect(verdict.verdict).toBe("image");
    expect(verdict.cause?.change?.digest).toBe(NEW_DIGEST);
    expect(textOf(anonymousCanaryEpisode(), "dose")).toContain("none of 56 events");
  });

  it("does not blame the rollout when the old pods make the events", () => {
    const counts = { known: [step(1, 11), constant(0)], unknown: constant(0) };
    const verdict = attribute({ ...canaryEpisode(), counts });
    expect(verdict.verdict).toBe("unexplained");
    expect(verdict.tier).toBe("unexplained");
    expect(verdict.cause).toBeNull();
    const rollout = verdict.ranking.find(({ kind }) => kind === "rollout");
    expect(rollout?.probability).toBeLessThan(0.01);
    expect(verdict.notes.join()).toContain("1 recorded change was examined");
  });

  it("blames no image for a proportional scale-up next to a harmless rollout", () => {
    const pods = step(2, 10);
    const resize: CandidateChange = { id: "resize", kind: "scale", at: minute(ONSET), workload: SUBJECT };
    const harmless = { ...ROLLOUT, id: "earlier", at: minute(30) };
    const verdict = attribute({
      ...quietEpisode(),
      activations: [
        { digest: OLD_DIGEST, pods: pods.map((value, b) => (b < 30 ? value : 0)) },
        { digest: NEW_DIGEST, pods: pods.map((value, b) => (b < 30 ? 0 : value)) },
      ],
      counts: {
        known: [step(4, 0).map((value, b) => (b < 30 ? value : 0)), step(4, 20).map((value, b) => (b < 30 ? 0 : value))],
        unknown: constant(0),
      },
      changes: [resize, harmless],
    });
    expect(verdict).toMatchObject({ verdict: "scale", tier: "asserted", rollbackTarget: null });
  });

  it("names the edit of the policy when its other workloads rise too", () => {
    const edit: CandidateChange = { id: "edit", kind: "policy", at: minute(ONSET), policy: "pci-egress", actor: "dana" };
    const verdict = attribute({
      ...quietEpisode(),
      counts: { known: [step(1, 12)], unknown: constant(0) },
      neighbours: ["a", "b", "c"].map((name) => neighbour(name, step(2, 15))),
      changes: [edit],
    });
    expect(verdict).toMatchObject({ verdict: "policy", tier: "asserted", rollbackTarget: null });
    expect(verdict.cause?.change?.actor).toBe("dana");
  });

  it("calls a rise of everything under the policy an environment, and asks for the unrecorded edit", () => {
    const verdict = attribute({
      ...quietEpisode(),
      counts: { known: [step(1, 12)], unknown: constant(0) },
      neighbours: ["a", "b", "c", "d"].map((name) => neighbour(name, step(2, 15))),
      otherPolicies: ["v", "w", "x", "y"].map((policy) => ({ policy, counts: constant(20) })),
    });
    expect(verdict).toMatchObject({ verdict: "environment", tier: "unexplained", cause: null });
    expect(verdict.unexplainedProbability).toBeGreaterThan(0.9);
    expect(verdict.notes.join()).toContain("unrecorded edit");
  });

  it("asserts a cluster-wide cause when other policies rise as well", () => {
    const verdict = attribute({
      ...quietEpisode(),
      counts: { known: [step(1, 12)], unknown: constant(0) },
      neighbours: ["a", "b", "c"].map((name) => neighbour(name, step(2, 15))),
      otherPolicies: ["x", "y", "z"].map((policy) => ({ policy, counts: step(20, 120) })),
    });
    expect(verdict).toMatchObject({ verdict: "environment", tier: "asserted" });
    expect(verdict.cause?.kind).toBe("cluster");
  });

  it("names the edit of another policy that used to block the events first", () => {
    const edit: CandidateChange = { id: "edit", kind: "policy", at: minute(ONSET), policy: "baseline-egress" };
    const verdict = attribute({
      ...quietEpisode(),
      counts: { known: [step(1, 12)], unknown: constant(0) },
      siblings: [{ policy: "baseline-egress", counts: { known: [step(12, 1)], unknown: constant(0) } }],
      changes: [edit],
    });
    expect(verdict.verdict).toBe("policy");
    expect(verdict.cause?.kind).toBe("other-policy");
    // 12 a minute before; five minutes since the onset.
    expect(verdict.notes).toContain(
      "Since the edit of baseline-egress, pci-egress blocks what baseline-egress blocked before (okay by accident): " +
        "baseline-egress went from 12.0 a minute to 1.0 a minute (5 events since), " +
        "pci-egress from 1.0 a minute to 12.0 a minute (60 events since).",
    );
  });

  it.each([
    ["when one falls as the other rises and no edit is on record", step(12, 1), true],
    ["not when the other policy goes on as before", step(12, 12), false],
    ["not when the sum of both changes", step(60, 1), false],
    ["not when the other policy had too few events to miss any", step(1, 0), false],
  ])("says that one policy blocks what another blocked before: %s", (_name, counts, told) => {
    const verdict = attribute({
      ...quietEpisode(),
      counts: { known: [step(1, 12)], unknown: constant(0) },
      siblings: [{ policy: "baseline-egress", counts: { known: [counts], unknown: constant(0) } }],
    });
    expect(verdict.cause).toBeNull();
    expect(verdict.notes.some((note) => note.includes("okay by accident"))).toBe(told);
  });

  it("names one pod that misbehaves alone", () => {
    const pods = [0, 1, 2, 3].map((i) => ({ name: `card-api-${i}`, node: `node-${i}`, activation: 0 }));
    const named = pods.flatMap((_, pod) =>
      Array.from({ length: BUCKETS }, (_unused, bucket) => ({
        pod,
        bucket,
        count: pod === 2 && bucket >= ONSET ? 8 : (bucket + pod) % 4 === 0 ? 1 : 0,
      })),
    );
    const total = constant(0).map((_, b) =>
      named.filter(({ bucket }) => bucket === b).reduce((sum, { count }) => sum + count, 0),
    );
    const verdict = attribute({ ...quietEpisode(), pods, counts: { known: [total], unknown: constant(0), named } });
    expect(verdict.ranking[0]?.kind).toBe("one-pod");
    expect(verdict.ranking[0]?.evidence.find(({ kind }) => kind === "pods")?.text).toContain("pod card-api-2 on node node-2");
    expect(verdict.verdict).toBe("unexplained");
  });

  it("joins the rollouts of one digest on several workloads", () => {
    const sister = { ...neighbour("web", step(1, 12)), activations: canaryEpisode().activations };
    const verdict = attribute({
      ...canaryEpisode(),
      neighbours: [{ ...sister, counts: { known: [constant(1), step(0, 10)], unknown: constant(0) } }],
      changes: [ROLLOUT, { ...ROLLOUT, id: "sister", workload: "payments/Deployment/web" }],
    });
    expect(verdict.cause?.changes.map(({ id }) => id)).toEqual(["rollout", "sister"]);
    expect(verdict.cause?.evidence.map(({ text }) => text).join()).toContain(
      "1 of 1 other workload that received the same digest also rose",
    );
  });

  it("says that a digest ran quietly elsewhere, and counts it", () => {
    const soaked = { ...ROLLOUT, elsewhere: { minutes: 4320, outcome: "quiet", where: "cluster b" } as const };
    const plain = attribute(canaryEpisode());
    const verdict = attribute({ ...canaryEpisode(), changes: [soaked] });
    const history = verdict.ranking.find(({ kind }) => kind === "rollout")?.evidence.find(({ kind }) => kind === "history");
    expect(history?.text).toContain("this digest ran 3 d on cluster b without it");
    // 1 - .7 F(4320 min) with F = 1: .3.
    expect(history?.ln).toBeCloseTo(Math.log(0.3), 6);
    const of = (ranking: typeof verdict.ranking) => ranking.find(({ kind }) => kind === "rollout")?.probability ?? 0;
    expect(of(verdict.ranking)).toBeLessThan(of(plain.ranking));
  });

  it("is inconclusive when nothing happened", () => {
    expect(attribute(quietEpisode())).toMatchObject({ verdict: "inconclusive", tier: "unexplained", cause: null });
  });

  it("is not asserted while too many events name unknown pods", () => {
    const quality = { events: 55, withDigest: 40, byIp: 11, late: 0, unresolved: 12 };
    const verdict = attribute({ ...canaryEpisode(), dataQuality: quality });
    expect(verdict.tier).toBe("likely");
    expect(verdict.notes.join()).toContain("20 %");
    expect(verdict.dataQuality.shareByIp).toBeCloseTo(0.2, 9);
  });

  it("needs more before the third minute", () => {
    const settled = attribute(canaryEpisode());
    const between = settled.probability;
    const early = { ...canaryEpisode(), alertedAt: canaryEpisode().asOf - minute(1) };
    const thresholds = { assertedAt: between - 1e-6, assertedEarlyAt: between + 1e-6, likelyAt: 0.5 };
    expect(attribute(canaryEpisode(), { thresholds }).tier).toBe("asserted");
    expect(attribute(early, { thresholds }).tier).toBe("likely");
  });

  it("says when a cap bites", () => {
    const many = Array.from(
      { length: 70 },
      (_, i): CandidateChange => ({ id: `c${i}`, kind: "config", at: minute(i / 2), workload: SUBJECT }),
    );
    const neighbours = Array.from({ length: 210 }, (_, i) => neighbour(`n${i}`, constant(i % 3)));
    const verdict = attribute({ ...canaryEpisode(), changes: [...many, ROLLOUT], neighbours });
    expect(verdict.notes).toContain("Only the 64 changes nearest to the onset were examined, of 71.");
    expect(verdict.notes).toContain("Only the 200 series with the most events were compared, of 211.");
    expect(verdict.cause?.change?.id).toBe("rollout");
  });

  it("ignores changes of other workloads, of policies without a series here, and outside of the hour", () => {
    const changes: CandidateChange[] = [
      { ...ROLLOUT, id: "elsewhere", workload: "payments/Deployment/other" },
      { id: "unrelated", kind: "policy", at: minute(ONSET), policy: "unrelated" },
      { ...ROLLOUT, id: "old", at: minute(-5) },
      { ...ROLLOUT, id: "future", at: minute(BUCKETS + 5) },
    ];
    const verdict = attribute({ ...canaryEpisode(), changes });
    expect(verdict.ranking.filter(({ change }) => change !== undefined)).toEqual([]);
  });

  it("keeps the basic model available", () => {
    const verdict = attribute(canaryEpisode(), { model: BASIC_MODEL });
    expect(verdict.verdict).toBe("image");
    expect(verdict.probability).not.toBe(attribute(canaryEpisode()).probability);
  });
});
