import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attribute } from "../../../src/correlation/attribute.ts";
import type { CandidateChange, Counts, Episode } from "../../../src/correlation/episode.ts";
import { BUCKET_MS } from "../../../src/correlation/episode.ts";
import { canaryEpisode, constant, neighbour } from "../../unit/correlation/episodes.ts";

const WORKLOADS = ["ns/Deployment/w", "ns/Deployment/n0", "ns/Deployment/n1"] as const;

/** Rows may be shorter or longer than the window, and hold nothing but small counts. */
const row = fc.array(fc.nat({ max: 40 }), { maxLength: 70 });
const counts = (activations: number): fc.Arbitrary<Counts> =>
  fc.record({
    known: fc.array(row, { maxLength: activations }),
    unknown: row,
    named: fc.array(
      fc.record({ pod: fc.integer({ min: -1, max: 12 }), bucket: fc.integer({ min: -2, max: 80 }), count: fc.nat({ max: 9 }) }),
      { maxLength: 20 },
    ),
  });
const activation = fc.record({
  digest: fc.constantFrom("sha256:a", "sha256:b", "tag:x@y"),
  pods: fc.array(fc.oneof(fc.nat({ max: 30 }), fc.constant(0), fc.constant(Number.NaN)), { maxLength: 70 }),
});
const change: fc.Arbitrary<CandidateChange> = fc
  .record({
    id: fc.uuid(),
    kind: fc.constantFrom("rollout", "rollback", "scale", "policy", "config"),
    at: fc.integer({ min: -10, max: 80 }).map((minute) => minute * BUCKET_MS),
    workload: fc.constantFrom(...WORKLOADS),
    activation: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
    digest: fc.option(fc.constantFrom("sha256:a", "sha256:b"), { nil: undefined }),
    policy: fc.constantFrom("p", "q", "r"),
  })
  .map(({ activation: index, digest, ...rest }) => ({
    ...rest,
    ...(index === undefined ? {} : { activation: index }),
    ...(digest === undefined ? {} : { digest }),
  }));
const pod = fc
  .record({ activation: fc.integer({ min: -1, max: 5 }), start: fc.integer({ min: -20, max: 80 }), life: fc.nat({ max: 90 }) })
  .map(({ activation: index, start, life }) => ({
    name: `pod-${start}`,
    activation: index,
    ...(start < -10 ? {} : { startedAt: start * BUCKET_MS }),
    ...(life > 60 ? {} : { endedAt: (start + life) * BUCKET_MS }),
  }));
const episode: fc.Arbitrary<Episode> = fc.record({
  cluster: fc.constant("c"),
  policy: fc.constant("p"),
  workload: fc.constant(WORKLOADS[0]),
  startAt: fc.constant(0),
  buckets: fc.integer({ min: 0, max: 66 }),
  onsetIndex: fc.integer({ min: -3, max: 70 }),
  alertedAt: fc.constant(62 * BUCKET_MS),
  asOf: fc.constant(65 * BUCKET_MS),
  activations: fc.array(activation, { maxLength: 4 }),
  counts: counts(4),
  pods: fc.array(pod, { maxLength: 12 }),
  neighbours: fc.array(
    fc.record({
      workload: fc.constantFrom(...WORKLOADS.slice(1)),
      activations: fc.array(activation, { maxLength: 2 }),
      counts: counts(2),
      policies: fc.array(fc.constantFrom("q", "r")),
    }),
    { maxLength: 2 },
  ),
  siblings: fc.array(fc.record({ policy: fc.constantFrom("q", "r"), counts: counts(4) }), { maxLength: 2 }),
  otherPolicies: fc.array(fc.record({ policy: fc.constantFrom("q", "r"), counts: row }), { maxLength: 2 }),
  changes: fc.array(change, { maxLength: 6 }),
});

/** Of one version a pod ran before the window, and another began in it. */
const podsOfBothTimes: Episode = {
  cluster: "c",
  policy: "p",
  workload: WORKLOADS[0],
  startAt: 0,
  buckets: 1,
  onsetIndex: 0,
  alertedAt: 62 * BUCKET_MS,
  asOf: 65 * BUCKET_MS,
  activations: [
    { digest: "sha256:a", pods: [] },
    { digest: "sha256:a", pods: [] },
  ],
  counts: { known: [[], [1]], unknown: [], named: [{ pod: 0, bucket: 0, count: 1 }] },
  pods: [
    { name: "before", activation: 1, startedAt: -BUCKET_MS, endedAt: -BUCKET_MS },
    { name: "now", activation: 1, startedAt: 0, endedAt: 0 },
  ],
  neighbours: [],
  siblings: [],
  otherPolicies: [],
  changes: [{ id: "c1", kind: "rollout", at: 0, workload: WORKLOADS[0], policy: "p", activation: 1 }],
};

describe("attribute", () => {
  it("gives probabilities that sum to 1, and no number that is none, for any episode", () => {
    fc.assert(
      fc.property(episode, (input) => {
        const verdict = attribute(input);
        const sum = verdict.ranking.reduce((total, { probability }) => total + probability, 0);
        expect(sum).toBeCloseTo(1, 9);
        for (const { probability, evidence } of verdict.ranking) {
          expect(probability).toBeGreaterThanOrEqual(0);
          for (const { ln, text } of evidence) {
            expect(ln).not.toBeNaN();
            expect(text).not.toMatch(/NaN|undefined|Infinity/);
          }
        }
        expect(verdict.ranking.map(({ probability }) => probability)).toEqual(
          verdict.ranking.map(({ probability }) => probability).sort((a, b) => b - a),
        );
        expect(verdict.unexplainedProbability).toBeGreaterThanOrEqual(0);
        expect(verdict.unexplainedProbability).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300, examples: [[podsOfBothTimes]] },
    );
  });

  it("does not depend on the order of changes and neighbours", () => {
    fc.assert(
      fc.property(episode, (input) => {
        const reversed = {
          ...input,
          changes: [...input.changes].reverse(),
          otherPolicies: [...input.otherPolicies].reverse(),
        };
        const byChange = (value: Episode) =>
          new Map(
            attribute(value).ranking.map(({ kind, change: blamed, probability }) => [
              `${kind} ${kind === "scale" ? "" : (blamed?.id ?? "")}`,
              probability,
            ]),
          );
        const expected = byChange(input);
        for (const [key, probability] of byChange(reversed)) expect(probability).toBeCloseTo(expected.get(key) ?? Number.NaN, 9);
      }),
      { numRuns: 60 },
    );
  });

  it("hardly changes when an idle neighbour is added", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6 }), (idle) => {
        const neighbours = Array.from({ length: idle }, (_, i) => neighbour(`idle-${i}`, constant(0)));
        const alone = attribute(canaryEpisode()).probability;
        expect(Math.abs(attribute({ ...canaryEpisode(), neighbours }).probability - alone)).toBeLessThan(0.01);
      }),
    );
  });

  it("does not depend on when the clock starts", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30_000_000 }), (minutes) => {
        const shift = minutes * BUCKET_MS;
        const base = canaryEpisode();
        const moved: Episode = {
          ...base,
          startAt: base.startAt + shift,
          alertedAt: base.alertedAt + shift,
          asOf: base.asOf + shift,
          changes: base.changes.map((entry) => ({ ...entry, at: entry.at + shift })),
        };
        expect(attribute(moved).probability).toBeCloseTo(attribute(base).probability, 9);
      }),
    );
  });
});
