import { describe, expect, it } from "vitest";
import { attribute } from "../../../src/correlation/attribute.ts";
import { blamedParts, lnRise } from "../../../src/correlation/container-blame.ts";
import type { CandidateChange, Episode } from "../../../src/correlation/episode.ts";
import { BUCKETS, canaryEpisode, constant, minute, NEW_DIGEST, OLD_DIGEST, ONSET, ROLLOUT, SUBJECT } from "./episodes.ts";

const DIGITS = 6;
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

/** Events in the first and in the last bucket. */
const events = (before: number, after: number) =>
  Array.from({ length: BUCKETS }, (_, b) => (b === 0 ? before : b === BUCKETS - 1 ? after : 0));

/** `app` and `proxy` both changed; `agent` did not. */
function episode(counts: Readonly<Record<string, readonly number[]>>, changes: readonly CandidateChange[] = []): Episode {
  const base = canaryEpisode();
  const agent = { name: "agent", digest: digest("9") };
  return {
    ...base,
    activations: [
      {
        digest: OLD_DIGEST,
        pods: base.activations[0]?.pods ?? [],
        containers: [{ name: "app", digest: OLD_DIGEST }, { name: "proxy", digest: digest("1") }, agent],
      },
      {
        digest: NEW_DIGEST,
        pods: base.activations[1]?.pods ?? [],
        containers: [{ name: "app", digest: NEW_DIGEST }, { name: "proxy", digest: digest("2") }, agent],
      },
    ],
    containerEvents: Object.entries(counts).map(([name, row]) => ({ name, counts: row })),
    changes: [ROLLOUT, ...changes],
  };
}

const CONFIG: CandidateChange = { id: "config", kind: "config", at: minute(ONSET - 3), workload: SUBJECT };

describe("a rise of two counts", () => {
  it("is weighed over its unknown size", () => {
    // Gamma-Poisson marginal likelihood with dispersion 2, 60 min before and 5 after, computed independently.
    expect(lnRise({ before: 1, after: 40 }, 60, 5)).toBeCloseTo(57.476038, DIGITS);
    expect(lnRise({ before: 20, after: 2 }, 60, 5)).toBeCloseTo(-0.785951, DIGITS);
    expect(lnRise({ before: 0, after: 0 }, 60, 5)).toBeCloseTo(-0.236327, DIGITS);
  });
});

describe("parts of a blamed rollout", () => {
  const shares = (counts: Readonly<Record<string, readonly number[]>>, ...changes: CandidateChange[]) =>
    blamedParts(episode(counts, changes), ROLLOUT).map(({ kind, container, probability }) => [
      container?.name ?? kind,
      probability,
    ]);
  const some = { app: events(3, 6), proxy: events(4, 2) };

  it("are the images that changed, by their own events", () => {
    const found = new Map(shares(some) as [string, number][]);
    expect([...found.keys()]).toEqual(["app", "proxy"]);
    expect(found.get("app")).toBeCloseTo(0.989559, DIGITS);
  });

  it("are known as before when no event names a container", () => {
    expect(shares({}).map(([name, share]) => [name, Number(share).toFixed(9)])).toEqual([
      ["app", "0.500000000"],
      ["proxy", "0.500000000"],
    ]);
  });

  it("are the configuration as well when it changed with them", () => {
    const found = new Map(shares(some, CONFIG) as [string, number][]);
    // The agent did not change, and has no events; its part of the configuration counts.
    expect([...found.keys()].sort()).toEqual(["app", "config", "proxy"]);
    expect([...found.values()].reduce((sum, value) => sum + value)).toBeCloseTo(1, 12);
    expect(found.get("config")).toBeCloseTo(0.211088, DIGITS);
    const earlier = { ...CONFIG, at: minute(ONSET - 30) };
    expect(shares(some, earlier).map(([name]) => name)).toEqual(["app", "proxy"]);
  });

  it("are none when only one thing changed", () => {
    const base = episode(some);
    const [old, young] = base.activations;
    const onlyApp = {
      ...base,
      activations: [
        { ...old, containers: young?.containers?.map((one) => (one.name === "app" ? { name: "app", digest: OLD_DIGEST } : one)) },
        young,
      ],
    } as Episode;
    expect(blamedParts(onlyApp, ROLLOUT)).toEqual([]);
    expect(blamedParts(canaryEpisode(), ROLLOUT)).toEqual([]);
  });
});

describe("the words of it", () => {
  const textOf = (one: Episode) => attribute(one).cause?.evidence.find(({ kind }) => kind === "container")?.text;

  it("name one image, two things, or say that nobody knows", () => {
    const loud = { app: events(2, 1), proxy: events(2, 40) };
    expect(textOf(episode(loud))).toBe(
      "of the image of container app and the image of container proxy, which changed at once, it is the image of container proxy: proxy is named by 40 events since, 2 before; app is named by 1 event since, 2 before (very strong)",
    );
    expect(textOf(episode(loud, [CONFIG]))).toContain("the image of container proxy or the configuration");
    expect(textOf(episode({ app: constant(0) }))).toContain("no event names its container");
    expect(textOf(canaryEpisode())).toBeUndefined();
  });
});
