import { describe, expect, it } from "vitest";
import { attribute } from "../../../src/correlation/attribute.ts";
import type { Alert, Suspect, VerdictKind } from "../../../src/domain/alert.ts";
import type { TimelineRecord } from "../../../src/domain/observation.ts";
import type { Violation } from "../../../src/domain/violation.ts";
import { life } from "../../harness/notifier-context.ts";
import { finding, imageCause, suspect, unexplainedCause } from "../alerting/alert-fixtures.ts";
import { API, alias, change, digest, minute, owner, pod, violation } from "../identity/timeline-records.ts";
import { episodeOf, type Scene } from "./episode-scene.ts";

const OLD = ["old0", "old1", "old2", "old3"];
const NEW = ["new0", "new1", "new2"];
const replicaSet = (name: string) => owner("ReplicaSet", name, { owner: "Deployment/api" });

/** Four old pods; three new ones start at minutes 60, 66 and 72, and each turns loud six minutes after its own start. */
function byAge(): Scene {
  const startOf = (index: number) => 60 + index * 6;
  return {
    timeline: [
      replicaSet("api-7d9f"),
      replicaSet("api-8c1b"),
      ...OLD.map((uid) => pod(uid, { ready: -500 })),
      ...NEW.map((uid, index) => pod(uid, { hash: "8c1b", digest: digest("b"), ready: startOf(index) })),
    ],
    events: [
      ...OLD.flatMap((uid) => Array.from({ length: 16 }, (_, i) => violation(5 + i * 5, { podUid: uid }))),
      ...NEW.flatMap((uid, index) => {
        const loudFrom = startOf(index) + 6;
        return Array.from({ length: 4 * (84 - loudFrom) }, (_, i) => violation(loudFrom + i / 4, { podUid: uid }));
      }),
    ],
    onset: 66,
    asOf: 84,
  };
}

describe("counts before an episode", () => {
  it("do not reach into the incident before it, which would make this one look like nothing new", async () => {
    const one = (at: number) => violation(at, { podUid: "old0" });
    const calm = [50, 55, 61].map(one);
    const scene: Scene = {
      timeline: [replicaSet("api-7d9f"), ...OLD.map((uid) => pod(uid, { ready: -500 }))],
      events: [
        ...Array.from({ length: 120 }, (_, i) => violation(10 + i / 4, { podUid: OLD[i % 4] ?? "" })),
        ...calm,
        ...Array.from({ length: 24 }, (_, i) => violation(66 + i / 6, { podUid: OLD[i % 4] ?? "" })),
      ],
      onset: 66,
      asOf: 70,
    };
    expect(attribute(await episodeOf(scene)).verdict).toBe("inconclusive");
    const short = await episodeOf({ ...scene, calmSince: 45 });
    expect(short.startAt).toBe(minute(45));
    expect(attribute(short).verdict).toBe("unexplained");
    // However short the calm was, there is something to compare with.
    expect((await episodeOf({ ...scene, calmSince: 65 })).startAt).toBe(minute(51));
  });
});

describe("versions that only events name", () => {
  const named = (from: number) =>
    [from, 30, 40, 50, 61, 62].map((at) => violation(at, { workload: "Deployment/api", digest: digest("a") }));
  const appearedIn = async (from: number) => {
    const { changes } = await episodeOf({ timeline: [], events: named(from), onset: 60, asOf: 64 });
    return changes.filter(({ announced }) => announced === false).length;
  };

  it("appear with their first event, but not where the window merely begins between two of them", async () => {
    expect(await appearedIn(25)).toBe(1);
    expect(await appearedIn(9)).toBe(0);
  });
});

describe("pods of an episode", () => {
  it("gives every pod its version, start and events", async () => {
    const episode = await episodeOf(byAge());
    expect(episode.pods?.map(({ name, activation }) => [name, activation])).toEqual([
      ...OLD.map((uid) => [`api-7d9f-${uid}`, 0]),
      ...NEW.map((uid) => [`api-8c1b-${uid}`, 1]),
    ]);
    // Pods older than the window have no start in it.
    expect(episode.pods?.filter(({ startedAt }) => startedAt !== undefined)).toHaveLength(3);
    const events = (name: string) => {
      const index = episode.pods?.findIndex((one) => one.name === name);
      return episode.counts.named?.reduce((sum, one) => (one.pod === index ? sum + one.count : sum), 0);
    };
    // Four a minute for 18, 12 and 6 minutes.
    expect(NEW.map((uid) => events(`api-8c1b-${uid}`))).toEqual([72, 48, 24]);
  });

  it("never names more events of a version than were counted of it", async () => {
    const { counts, pods } = await episodeOf(byAge());
    const named = (counts.named ?? []).map((one) => ({ ...one, activation: pods?.[one.pod]?.activation ?? -1 }));
    for (const [activation, row] of counts.known.entries()) {
      row.forEach((count, bucket) => {
        const sum = named.reduce(
          (total, one) => (one.activation === activation && one.bucket === bucket ? total + one.count : total),
          0,
        );
        expect(sum).toBeLessThanOrEqual(count);
      });
    }
  });

  it("lets the verdict say that each pod began by its own age", async () => {
    const verdict = attribute(await episodeOf(byAge()));
    expect(verdict.cause).toMatchObject({ kind: "rollout", change: { digest: digest("b") } });
    const sentence = verdict.cause?.evidence.find(({ kind }) => kind === "pods")?.text;
    expect(sentence).toMatch(/each began about \d+ min after its own start/);
  });

  it("counts events by address, late ones and those of pods nobody knows yet", async () => {
    const scene = byAge();
    const strangers = Array.from({ length: 10 }, (_, i) => violation(70 + i, { podUid: "stranger", workload: "Deployment/api" }));
    const timeline = scene.timeline.map((record) =>
      record.type === "pod" && record.uid === "old0" ? { ...record, ips: ["10.1.1.1"] } : record,
    );
    const byIp = Array.from({ length: 5 }, (_, i) => violation(70 + i, { podIp: "10.1.1.1" }));
    const late = [violation(75, { podUid: "old1", receivedAt: violation(80).time })];
    const episode = await episodeOf({ ...scene, timeline, events: [...scene.events, ...strangers, ...byIp, ...late] });
    expect(episode.dataQuality).toMatchObject({ byIp: 5, late: 1, unresolved: 10 });
  });

  it("gives events the version of their pods when these become known after them, and changes no total", async () => {
    const { timeline, events, ...rest } = byAge();
    const scene = { ...rest, events: events.map((one) => ({ ...one, workload: "Deployment/api" })) };
    const isNew = (record: TimelineRecord) => record.type === "pod" && NEW.includes(record.uid);
    const early = timeline.filter((record) => !isNew(record));
    const atOnce = await episodeOf({ ...scene, timeline });
    const late = await episodeOf({ ...scene, timeline: early, late: timeline.filter(isNew) });
    const never = await episodeOf({ ...scene, timeline: early });
    expect(late.counts).toEqual(atOnce.counts);
    expect(never.counts.known).toHaveLength(1);
    const totals = ({ counts }: typeof late) =>
      counts.unknown.map((count, bucket) => counts.known.reduce((sum, row) => sum + (row[bucket] ?? 0), count));
    expect(totals(late)).toEqual(totals(never));
    expect(late.dataQuality).toMatchObject({ unresolved: 0 });
  });

  it("holds nothing against events that name pods where no pods are watched", async () => {
    const events = Array.from({ length: 20 }, (_, i) => violation(70 + i / 2, { podUid: `p${i}`, workload: "Deployment/api" }));
    const episode = await episodeOf({ timeline: [], events, onset: 66, asOf: 84 });
    expect(episode.dataQuality).toMatchObject({ events: 20, unresolved: 0 });
    expect(episode.pods).toEqual([]);
  });
});

describe("the version a change brought", () => {
  const scene = byAge();

  it("is found by any container's digest, under any of its names", async () => {
    const containers = [
      { name: "app", role: "app", image: "registry.test/api:1", digest: digest("a") },
      { name: "proxy", role: "sidecar", image: "registry.test/proxy:2", digest: digest("c") },
    ] as const;
    const timeline = [
      replicaSet("api-7d9f"),
      replicaSet("api-8c1b"),
      ...OLD.map((uid) => pod(uid, { ready: -500 })),
      ...NEW.map((uid) => pod(uid, { hash: "8c1b", ready: 60, containers })),
      alias(digest("c"), digest("d")),
      change(60, { digest: digest("d"), source: "argocd" }),
    ];
    const { changes } = await episodeOf({ ...scene, timeline });
    const told = changes.find((one) => one.kind === "rollout" && one.digest !== digest("a"));
    expect(told?.activation).toBe(1);
  });

  it("is the opening nearest to the change when a version comes back", async () => {
    const timeline = [
      replicaSet("api-7d9f"),
      replicaSet("api-8c1b"),
      ...OLD.map((uid) => pod(uid, { ready: -500, ended: 20 })),
      ...NEW.map((uid) => pod(uid, { hash: "8c1b", digest: digest("b"), ready: 20, ended: 64 })),
      ...OLD.map((uid) => pod(`${uid}-again`, { ready: 64 })),
      change(20, { digest: digest("b"), phase: "finished" }),
      change(64, { kind: "rollback", digest: digest("a"), phase: "finished" }),
    ];
    const { activations, changes } = await episodeOf({ ...scene, timeline });
    expect(activations.map((one) => one.digest)).toEqual([digest("a"), digest("b"), digest("a")]);
    const back = changes.find((one) => one.digest === digest("a"));
    expect(back?.activation).toBe(2);
  });
});

describe("the past of an episode", () => {
  const scene = byAge();
  /** Twenty days ago the same digest was rolled out, blamed and taken back. */
  const DAYS = 24 * 60;
  const bad = change(-20 * DAYS, { digest: digest("b"), phase: "finished" });
  const good = change(-20 * DAYS + 60, { kind: "rollback", digest: digest("a"), phase: "finished" });
  const again = change(60, { digest: digest("b"), phase: "finished" });
  const past = (verdict: VerdictKind, over: Partial<Suspect> = {}): Alert => {
    const { fired } = life(
      finding({}, {}, imageCause({ verdict, suspects: [suspect({ ...API, digest: digest("b"), ...over })] })),
    );
    return { ...fired.data, cluster: API.cluster, firedAt: at(-20 * DAYS + 5), resolvedAt: at(-20 * DAYS + 90) };
  };
  const at = (minutes: number) => new Date(minute(minutes)).toISOString();

  it("remembers who blamed a digest that comes back, and says so", async () => {
    const alert = past("image", { changedAt: at(-20 * DAYS) });
    const episode = await episodeOf({ ...scene, timeline: [...scene.timeline, bad, good, again], alerts: [alert] });
    const back = episode.changes.find((one) => one.digest === digest("b"));
    expect(back?.here).toMatchObject({ outcome: "loud" });
    expect(episode.history?.rollouts).toMatchObject({ hits: 1 });
    const [note] = attribute(episode).notes;
    expect(note).toContain("sha256:bbbbbbbb");
    expect(note).toContain(`alert ${alert.id}, fired ${at(-20 * DAYS + 5)}, blamed it before`);
  });

  it("does not take the alert about this very roll-out for an earlier one", async () => {
    const alert = { ...past("image", { changedAt: at(60) }), firedAt: at(67), resolvedAt: null };
    const episode = await episodeOf({ ...scene, timeline: [...scene.timeline, again], alerts: [alert] });
    expect(episode.remarks).toEqual([]);
    expect(episode.changes.find((one) => one.digest === digest("b"))?.here).toBeUndefined();
    expect(episode.history?.rollouts).toMatchObject({ hits: 0 });
  });

  it("counts edits of the policy, and alerts of this series without a cause", async () => {
    const edit = (minutes: number): TimelineRecord => {
      const record = change(minutes, { kind: "policy", policy: "deny-egress" });
      if (record.type !== "change") return record;
      const { workload: _workload, ...rest } = record.change;
      return { ...record, change: rest };
    };
    const edits = [-3, -2, -1].map((day) => edit(day * DAYS));
    const blamedEdit = past("policy", { kind: "policy", policy: "deny-egress", changedAt: at(-2 * DAYS) });
    const { fired } = life(finding({}, { ...API, policy: "deny-egress" }, unexplainedCause()));
    const spike = { ...fired.data, cluster: API.cluster, resolvedAt: at(-5 * DAYS) };
    const episode = await episodeOf({ ...scene, timeline: [...scene.timeline, ...edits], alerts: [blamedEdit, spike] });
    expect(episode.history?.edits).toEqual({ "deny-egress": { hits: 1, changes: 3 } });
    expect(episode.history?.spikes?.count).toBe(1);
  });

  it("knows that a version ran quietly before it came back", async () => {
    const quiet = change(-20 * DAYS, { digest: digest("c"), phase: "finished" });
    const next = change(-19 * DAYS, { digest: digest("d"), phase: "finished" });
    const back = change(62, { kind: "rollback", digest: digest("c"), phase: "finished" });
    const events = scene.events.map(({ podUid: _pod, ...event }) => ({ ...event, workload: "Deployment/api" }));
    const { changes } = await episodeOf({ ...scene, events, timeline: [quiet, next, back] });
    const here = changes.find((one) => one.digest === digest("c"))?.here;
    expect(here?.outcome).toBe("quiet");
    // One day between the two roll-outs, and the minutes in which the second replaced its pods.
    expect(here?.minutes).toBeGreaterThanOrEqual(DAYS);
    expect(here?.minutes).toBeLessThanOrEqual(DAYS + 10);
  });
});

describe("who decided", () => {
  const scene = byAge();
  const decided = (count: number, fields: Partial<Violation>) =>
    Array.from({ length: count }, (_, i) =>
      violation(70 + i, { podUid: "old0", decidedBy: "default-deny", regimes: ["pci"], ...fields }),
    );
  const remarksOf = async (events: readonly Violation[]) =>
    (await episodeOf({ ...scene, events: [...scene.events, ...events] })).remarks;

  it("is a finding of its own where another policy than the regime's decided", async () => {
    expect(await remarksOf(decided(5, {}))).toEqual([
      "5 events since the onset were decided by default-deny, not by deny-egress as pci expects: okay only while default-deny stays as it is.",
    ]);
  });

  it.each([
    ["without a regime", decided(5, { regimes: [] })],
    ["where the policy decided itself", decided(5, { decidedBy: "deny-egress" })],
    ["for fewer than three events", decided(2, {})],
    ["before the onset", decided(5, {}).map((one) => ({ ...one, time: minute(20) }))],
  ])("is none %s", async (_name, events) => {
    expect(await remarksOf(events)).toEqual([]);
  });
});
