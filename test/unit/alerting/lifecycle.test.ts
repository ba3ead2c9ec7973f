import { describe, expect, it } from "vitest";
import {
  acknowledge,
  DEFAULT_LIFECYCLE_POLICY,
  type Finding,
  reconcile,
  resolveByHand,
} from "../../../src/alerting/lifecycle/index.ts";
import type { Cause, Transition } from "../../../src/domain/alert.ts";
import type { Change } from "../../../src/domain/change.ts";
import type { AlertRecord } from "../../../src/ports/alert-store.ts";
import { BAD, finding, GOOD, imageCause, MINUTE, over, suspect, T0, unexplainedCause } from "./alert-fixtures.ts";

const policy = {
  ...DEFAULT_LIFECYCLE_POLICY,
  regimes: new Map([["pci", "critical" as const]]),
  externalUrl: "https://tenfold.example",
};

/** A coordinator's memory: applies each reconciliation as the store would. */
class Desk {
  readonly records = new Map<string, AlertRecord>();

  tick(now: number, findings: readonly Finding[], changes: readonly Change[] = []): readonly Transition[] {
    const result = reconcile({ now, records: [...this.records.values()], findings, policy, changes });
    for (const record of result.records) this.records.set(record.alert.id, record);
    return result.transitions;
  }

  /** `fired:first` for each transition. */
  told(now: number, findings: readonly Finding[], changes: readonly Change[] = []): string[] {
    return this.tick(now, findings, changes).map(({ type, reason }) => `${type.replace("alert.", "")}:${reason}`);
  }

  only(): AlertRecord {
    const [record, ...others] = this.records.values();
    expect(others).toEqual([]);
    if (!record) throw new Error("no alert");
    return record;
  }
}

const otherPolicy = { policy: "pci-deny-exec" };
const edit = imageCause({ verdict: "policy", suspects: [suspect({ kind: "policy", policy: "pci-restrict-egress" })] });
const otherWorkload = { workload: "Deployment/ledger" };

describe("reconcile: one alert", () => {
  it("fires with every number rounded once", () => {
    const desk = new Desk();
    const [fired] = desk.tick(T0, [finding()]);
    expect(fired).toMatchObject({
      type: "alert.fired",
      reason: "first",
      timestamp: "2026-11-23T10:05:00.000Z",
      data: {
        state: "firing",
        severity: "critical",
        version: 1,
        title: "PCI violations 10.9x on payments/card-api since sha256:ab12cd34 (1.4.3)",
        cluster: "prod-eu",
        onsetAt: "2026-11-23T10:02:00.000Z",
        resolvedAt: null,
        series: [{ observed: 131, expected: 12, ratio: 10.9, ratioInterval: [8.9, 13.3], evidence: 42.7 }],
        cause: { revision: 1, probability: 0.971, suspects: [{ probability: 0.971, evidence: [{ ln: 8.9 }, { ln: 2.1 }] }] },
      },
    });
    expect(fired?.data.links.self).toBe(`https://tenfold.example/v1/alerts/${fired?.data.id}`);
    expect(fired?.data.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  it("is silent while nothing changes, and writes nothing", () => {
    const desk = new Desk();
    desk.tick(T0, [finding()]);
    const records = [...desk.records.values()];
    expect(reconcile({ now: T0 + 10 * MINUTE, records, findings: [finding()], policy })).toEqual({
      records: [],
      transitions: [],
    });
  });

  it("refreshes the numbers without telling anybody", () => {
    const desk = new Desk();
    desk.tick(T0, [finding()]);
    expect(desk.told(T0 + 5 * MINUTE, [finding({ ratio: 12.04, observed: 150, updatedAt: T0 + 5 * MINUTE })])).toEqual([]);
    expect(desk.only().alert).toMatchObject({ version: 1, updatedAt: "2026-11-23T10:10:00.000Z", series: [{ ratio: 12 }] });
  });

  it("gives the same ids in every run, and the cluster is part of them", () => {
    const [a] = new Desk().tick(T0, [finding()]);
    const [b] = new Desk().tick(T0, [finding()]);
    const [c] = new Desk().tick(T0, [
      finding({}, { cluster: "prod-us" }, imageCause({ suspects: [suspect({ cluster: "prod-us" })] })),
    ]);
    expect(b).toEqual(a);
    expect(c?.data.fingerprint).not.toBe(a?.data.fingerprint);
  });

  it("resolves with the detector's reason, once", () => {
    const desk = new Desk();
    desk.tick(T0, [finding()]);
    const after = [over(finding(), T0 + 5 * MINUTE)];
    expect(desk.told(T0 + 5 * MINUTE, after)).toEqual(["resolved:rate-fell"]);
    expect(desk.told(T0 + 6 * MINUTE, after)).toEqual([]);
    expect(desk.only().alert).toMatchObject({ state: "resolved", version: 2, resolvedAt: "2026-11-23T10:10:00.000Z" });
  });

  it("says when the new rate was accepted as normal", () => {
    const desk = new Desk();
    desk.tick(T0, [finding()]);
    expect(desk.told(T0 + MINUTE, [over(finding(), T0 + MINUTE, "became-normal")])).toEqual(["resolved:became-normal"]);
  });

  it("tells of an anomaly that came and went between two ticks", () => {
    const desk = new Desk();
    const missed = [over(finding(), T0 - MINUTE)];
    expect(desk.told(T0, missed)).toEqual(["fired:first", "resolved:rate-fell"]);
    expect(desk.told(T0 + MINUTE, missed)).toEqual([]);
    expect(new Desk().told(T0 + 40 * MINUTE, missed)).toEqual([]);
  });

  it("ends a series that nobody reports any more", () => {
    const desk = new Desk();
    desk.tick(T0, [finding()]);
    expect(desk.told(T0 + 59 * MINUTE, [])).toEqual([]);
    expect(desk.told(T0 + 61 * MINUTE, [])).toEqual(["resolved:no-longer-reported"]);
  });
});

describe("reconcile: news", () => {
  it("tells a doubling, and damps what follows within a minute", () => {
    const desk = new Desk();
    desk.tick(T0, [finding({ ratio: 4 })]);
    expect(desk.told(T0 + 30_000, [finding({ ratio: 9 })])).toEqual([]);
    expect(desk.told(T0 + MINUTE, [finding({ ratio: 9 })])).toEqual(["updated:worse"]);
    expect(desk.told(T0 + 3 * MINUTE, [finding({ ratio: 17 })])).toEqual([]);
    expect(desk.told(T0 + 4 * MINUTE, [finding({ ratio: 18 })])).toEqual(["updated:worse"]);
  });

  it("revises the cause, keeps the identity and says what it was", () => {
    const desk = new Desk();
    const [fired] = desk.tick(T0, [finding({}, {}, unexplainedCause({ verdict: "inconclusive" }))]);
    expect(fired?.data.title).toBe("PCI violations 10.9x on payments/card-api since 10:02 UTC");
    const [revised] = desk.tick(T0 + 2 * MINUTE, [finding({}, {}, imageCause({ tier: "likely", probability: 0.62 }))]);
    expect(revised).toMatchObject({ type: "alert.updated", reason: "cause-revised", data: { version: 2 } });
    expect(revised?.data.id).toBe(fired?.data.id);
    expect(revised?.data.fingerprint).toBe(fired?.data.fingerprint);
    expect(revised?.data.cause).toMatchObject({ verdict: "image", revision: 2, was: "inconclusive" });
    const [again] = desk.tick(T0 + 4 * MINUTE, [finding()]);
    expect(again?.data.cause).toMatchObject({ tier: "asserted", revision: 3, was: "image sha256:ab12cd34 (1.4.3), likely 0.62" });
    desk.tick(T0 + 6 * MINUTE, [finding({ observed: 140 })]);
    expect(desk.only().alert.cause).toMatchObject({ revision: 3, was: "image sha256:ab12cd34 (1.4.3), likely 0.62" });
  });

  it("does not call a new probability news", () => {
    const desk = new Desk();
    desk.tick(T0, [finding()]);
    expect(desk.told(T0 + 5 * MINUTE, [finding({}, {}, imageCause({ probability: 0.91 }))])).toEqual([]);
  });
});

describe("reconcile: one alert per cause", () => {
  it("puts several series of one cause into one alert, whenever they come", () => {
    const desk = new Desk();
    expect(desk.told(T0, [finding(), finding({}, otherPolicy)])).toEqual(["fired:first"]);
    const third = finding({ openedAt: T0 + MINUTE, onsetAt: T0 + MINUTE }, { policy: "sox-audit", regimes: ["sox"] });
    expect(desk.told(T0 + 2 * MINUTE, [finding(), finding({}, otherPolicy), third])).toEqual(["updated:series-joined"]);
    expect(desk.only().alert.series).toHaveLength(3);
    expect(desk.only().alert.regimes).toEqual(["pci", "sox"]);
  });

  it("resolves only when its last series did, and marks those that ended before", () => {
    const desk = new Desk();
    desk.tick(T0, [finding(), finding({}, otherPolicy)]);
    expect(desk.told(T0 + MINUTE, [over(finding(), T0 + MINUTE), finding({}, otherPolicy)])).toEqual([]);
    expect(
      desk
        .only()
        .alert.series.map((one) => one.resolvedAt ?? "open")
        .sort(),
    ).toEqual(["2026-11-23T10:06:00.000Z", "open"]);
    const ended = [over(finding(), T0 + MINUTE), over(finding({}, otherPolicy), T0 + 2 * MINUTE)];
    expect(desk.told(T0 + 2 * MINUTE, ended)).toEqual(["resolved:rate-fell"]);
  });

  it("keeps different causes apart", () => {
    const desk = new Desk();
    const ledger = finding(
      {},
      otherWorkload,
      imageCause({ suspects: [suspect({ workload: "Deployment/ledger", digest: GOOD })] }),
    );
    expect(desk.told(T0, [finding(), ledger])).toEqual(["fired:first", "fired:first"]);
    expect(desk.records.size).toBe(2);
  });

  it("merges alerts that turn out to have one cause", () => {
    const desk = new Desk();
    desk.tick(T0, [finding()]);
    desk.tick(T0 + MINUTE, [finding(), finding({}, otherPolicy, unexplainedCause())]);
    expect(desk.records.size).toBe(2);
    expect(desk.told(T0 + 3 * MINUTE, [finding(), finding({}, otherPolicy)])).toEqual([
      "updated:series-joined",
      "resolved:merged",
    ]);
    const [first, second] = [...desk.records.values()];
    expect(first?.alert.series).toHaveLength(2);
    expect(second?.alert).toMatchObject({ state: "resolved", series: [{ policy: "pci-deny-exec" }] });
  });

  it("lets an explained workload leave the others, which stay unexplained", () => {
    const desk = new Desk();
    const ledger = finding({}, otherWorkload, unexplainedCause());
    expect(desk.told(T0, [finding({}, {}, unexplainedCause()), ledger])).toEqual(["fired:first"]);
    expect(desk.told(T0 + 2 * MINUTE, [finding(), ledger])).toEqual(["fired:first"]);
    const [first, second] = [...desk.records.values()];
    expect(first?.alert.series.map((one) => one.workload)).toEqual(["Deployment/ledger"]);
    expect(second?.alert.series.map((one) => one.workload)).toEqual(["Deployment/card-api"]);
    expect(second?.alert.fingerprint).not.toBe(first?.alert.fingerprint);
  });

  it("says what is known of one series rather than that nothing is known of another", () => {
    const desk = new Desk();
    const unknown = finding({ evidence: 90 }, otherWorkload, unexplainedCause({ verdict: "inconclusive", probability: 1 }));
    desk.tick(T0, [unknown, finding({}, {}, unexplainedCause({ verdict: "environment", probability: 0.6 }))]);
    expect(desk.only().alert.cause.verdict).toBe("environment");
  });

  it("takes unexplained series of one policy for one spike only when they began together", () => {
    const desk = new Desk();
    const first = finding({}, {}, unexplainedCause());
    const began = (minutes: number, workload: string) =>
      finding({ onsetAt: T0 + minutes * MINUTE, openedAt: T0 + (minutes + 2) * MINUTE }, { workload }, unexplainedCause());
    const soon = began(20, "Deployment/ledger");
    const later = began(90, "Deployment/refund");
    desk.tick(T0, [first]);
    expect(desk.told(T0 + 22 * MINUTE, [first, soon])).toEqual(["updated:series-joined"]);
    expect(desk.told(T0 + 92 * MINUTE, [first, soon, later])).toEqual(["fired:first"]);
    const [old, fresh] = [...desk.records.values()];
    expect(old?.alert.series).toHaveLength(2);
    expect(fresh?.alert.series.map((one) => one.workload)).toEqual(["Deployment/refund"]);
    expect(fresh?.alert.fingerprint).not.toBe(old?.alert.fingerprint);
  });

  it("does not break up an alert when one series' verdict falls into doubt", () => {
    const desk = new Desk();
    desk.tick(T0, [finding(), finding({}, otherPolicy)]);
    expect(desk.told(T0 + 2 * MINUTE, [finding(), finding({}, otherPolicy, unexplainedCause())])).toEqual([]);
    expect(desk.only().alert.series).toHaveLength(2);
  });

  it("never has two live alerts of one fingerprint", () => {
    const desk = new Desk();
    desk.tick(T0, [finding({}, {}, unexplainedCause())]);
    desk.tick(T0 + 2 * MINUTE, [finding()]);
    desk.tick(T0 + 4 * MINUTE, [finding(), finding({}, otherWorkload, unexplainedCause())]);
    const [first, second] = [...desk.records.values()];
    expect(second?.alert.fingerprint).toBeDefined();
    expect(second?.alert.fingerprint).not.toBe(first?.alert.fingerprint);
  });
});

describe("reconcile: coming back", () => {
  const ended = [over(finding(), T0 + 5 * MINUTE)];
  const back = (at: number) => [finding({ openedAt: at, updatedAt: at, onsetAt: at })];

  it("tells what came back, and since when, not what had ended with it", () => {
    const desk = new Desk();
    const both = [finding(), finding({}, otherWorkload)];
    desk.tick(T0, both);
    desk.tick(
      T0 + 5 * MINUTE,
      both.map((one) => over(one, T0 + 5 * MINUTE)),
    );
    const [again] = desk.tick(T0 + 20 * MINUTE, back(T0 + 20 * MINUTE));
    expect(again).toMatchObject({ reason: "reopened", data: { onsetAt: new Date(T0 + 20 * MINUTE).toISOString() } });
    expect(again?.data.series.map(({ workload }) => workload)).toEqual(["Deployment/card-api"]);
    expect(again?.data.title).not.toContain("more");
  });

  it("re-opens within half an hour", () => {
    const desk = new Desk();
    const [fired] = desk.tick(T0, [finding()]);
    desk.tick(T0 + 5 * MINUTE, ended);
    const [again] = desk.tick(T0 + 35 * MINUTE, back(T0 + 35 * MINUTE));
    expect(again).toMatchObject({
      type: "alert.fired",
      reason: "reopened",
      data: { id: fired?.data.id, version: 3, resolvedAt: null },
    });
  });

  it("is a new alert of the same fingerprint later", () => {
    const desk = new Desk();
    const [fired] = desk.tick(T0, [finding()]);
    desk.tick(T0 + 5 * MINUTE, ended);
    const [again] = desk.tick(T0 + 36 * MINUTE, back(T0 + 36 * MINUTE));
    expect(again?.reason).toBe("first");
    expect(again?.data.id).not.toBe(fired?.data.id);
    expect(again?.data.fingerprint).toBe(fired?.data.fingerprint);
  });

  it("is a new alert when something else is known to have raised it this time", () => {
    const desk = new Desk();
    desk.tick(T0, [finding()]);
    desk.tick(T0 + 5 * MINUTE, ended);
    const at = T0 + 15 * MINUTE;
    const [again] = desk.tick(at, [finding({ openedAt: at, updatedAt: at, onsetAt: at }, {}, edit)]);
    expect(again).toMatchObject({ type: "alert.fired", reason: "first", data: { cause: { verdict: "policy" } } });
    expect(desk.records.size).toBe(2);
  });
});

describe("reconcile: a series that rises again while others hold its alert", () => {
  const other = finding({}, otherWorkload);
  const again = (at: number, cause: Cause) => finding({ openedAt: at, updatedAt: at, onsetAt: at }, {}, cause);

  function heldOpen(): Desk {
    const desk = new Desk();
    desk.tick(T0, [finding(), other]);
    desk.tick(T0 + 5 * MINUTE, [over(finding(), T0 + 5 * MINUTE), other]);
    return desk;
  }

  it("gets an alert of its own, and leaves the verdict of the others alone", () => {
    const desk = heldOpen();
    const at = T0 + 15 * MINUTE;
    expect(desk.told(at, [again(at, unexplainedCause()), other])).toEqual(["fired:first"]);
    expect(desk.told(at + MINUTE, [again(at, edit), other])).toEqual(["updated:cause-revised"]);
    const [first, second] = [...desk.records.values()].map(({ alert }) => alert);
    expect(first).toMatchObject({ state: "firing", cause: { verdict: "image" } });
    const open = first?.series.filter(({ resolvedAt }) => resolvedAt === undefined);
    expect(open?.map(({ workload }) => workload)).toEqual(["Deployment/ledger"]);
    expect(second).toMatchObject({ cause: { verdict: "policy" }, series: [{ workload: "Deployment/card-api" }] });
  });

  it("ends its first rise in the old alert also when nobody saw the end", () => {
    const desk = new Desk();
    desk.tick(T0, [finding()]);
    const at = T0 + 15 * MINUTE;
    expect(desk.told(at, [again(at, edit)])).toEqual(["resolved:rate-fell", "fired:first"]);
  });

  it("goes on with it for the same cause", () => {
    const desk = heldOpen();
    const at = T0 + 15 * MINUTE;
    expect(desk.told(at, [again(at, imageCause()), other])).toEqual([]);
    expect(desk.only().alert.series.map(({ resolvedAt }) => resolvedAt)).toEqual([undefined, undefined]);
  });

  it("does not turn an unexplained alert into one about what raised it the second time", () => {
    const desk = new Desk();
    const unknown = finding({}, {}, unexplainedCause());
    desk.tick(T0, [unknown]);
    desk.tick(T0 + 5 * MINUTE, [over(unknown, T0 + 5 * MINUTE)]);
    const at = T0 + 15 * MINUTE;
    expect(desk.told(at, [again(at, unexplainedCause())])).toEqual(["fired:reopened"]);
    expect(desk.told(at + 3 * MINUTE, [again(at, edit)])).toEqual(["resolved:merged", "fired:first"]);
  });
});

describe("people", () => {
  it("acknowledges until it gets worse", () => {
    const desk = new Desk();
    desk.tick(T0, [finding({ ratio: 4 })]);
    const result = acknowledge(desk.only(), { now: T0 + MINUTE, by: "ada", comment: "looking" });
    if (!result.ok) throw new Error(result.reason);
    expect(result.transition).toMatchObject({
      type: "alert.acknowledged",
      data: { state: "acknowledged", acknowledgedBy: "ada", version: 2 },
    });
    desk.records.set(result.record.alert.id, result.record);
    expect(desk.told(T0 + 5 * MINUTE, [finding({ ratio: 7 })])).toEqual([]);
    expect(desk.told(T0 + 6 * MINUTE, [finding({ ratio: 8 })])).toEqual(["updated:worse"]);
    expect(desk.only().alert.state).toBe("firing");
    expect(desk.only().alert.acknowledgedBy).toBeUndefined();
  });

  it("lets an acknowledgement end at its time", () => {
    const desk = new Desk();
    desk.tick(T0, [finding()]);
    const result = acknowledge(desk.only(), { now: T0 + MINUTE, by: "ada", until: T0 + 10 * MINUTE });
    if (!result.ok) throw new Error(result.reason);
    desk.records.set(result.record.alert.id, result.record);
    expect(desk.told(T0 + 9 * MINUTE, [finding()])).toEqual([]);
    expect(desk.told(T0 + 10 * MINUTE, [finding()])).toEqual(["updated:acknowledgement-expired"]);
    expect(acknowledge(desk.only(), { now: T0, by: "ada", until: T0 })).toEqual({ ok: false, reason: "until-in-the-past" });
  });

  it("keeps closed what a person closed, unless it gets worse or comes anew", () => {
    const desk = new Desk();
    desk.tick(T0, [finding({ ratio: 4 })]);
    const result = resolveByHand(desk.only(), { now: T0 + MINUTE, by: "ada" });
    if (!result.ok) throw new Error(result.reason);
    expect(result.transition).toMatchObject({ type: "alert.resolved", reason: "resolved-by-hand" });
    desk.records.set(result.record.alert.id, result.record);
    expect(resolveByHand(desk.only(), { now: T0 + MINUTE, by: "ada" })).toEqual({ ok: false, reason: "already-resolved" });
    expect(desk.told(T0 + 50 * MINUTE, [finding({ ratio: 7.9 })])).toEqual([]);
    expect(desk.told(T0 + 51 * MINUTE, [finding({ ratio: 8 })])).toEqual(["fired:worse"]);
  });

  it("stays resolved by hand when the rate is beyond every ratio that can be told", () => {
    const desk = new Desk();
    desk.tick(T0, [finding({ ratio: 250_000 })]);
    const result = resolveByHand(desk.only(), { now: T0 + MINUTE, by: "ada" });
    if (!result.ok) throw new Error(result.reason);
    desk.records.set(result.record.alert.id, result.record);
    expect(desk.told(T0 + 2 * MINUTE, [finding({ ratio: 250_000 })])).toEqual([]);
    expect(desk.told(T0 + 3 * MINUTE, [finding({ ratio: Number.POSITIVE_INFINITY })])).toEqual([]);
  });
});

describe("mitigation", () => {
  const change = (over: Partial<Change>): Change => ({
    id: "c1",
    time: T0 + MINUTE,
    receivedAt: T0 + MINUTE,
    kind: "rollback",
    phase: "finished",
    cluster: "prod-eu",
    namespace: "payments",
    workload: "Deployment/card-api",
    digest: GOOD,
    source: "native",
    ...over,
  });

  it.each([
    ["a finished rollback", change({}), ["mitigated:rolled-back"]],
    ["no pods of it left", change({ kind: "rollout", phase: "progressing", previousReplicas: 0 }), ["mitigated:rolled-back"]],
    ["scaling to zero", change({ kind: "scale", replicas: 0 }), ["mitigated:scaled-to-zero"]],
    ["a rollback under way", change({ phase: "started" }), []],
    ["the guilty digest again", change({ digest: BAD }), []],
    ["another workload's", change({ workload: "Deployment/ledger" }), []],
    ["one before the guilty change", change({ time: T0 - 10 * MINUTE }), []],
  ])("understands %s", (_name, given, expected) => {
    const desk = new Desk();
    desk.tick(T0, [finding()]);
    expect(desk.told(T0 + 2 * MINUTE, [finding()], [given])).toEqual(expected);
    expect(desk.told(T0 + 3 * MINUTE, [finding()], [given])).toEqual([]);
  });

  it("says at once when the blamed version is brought back, once, and when it is taken out again", () => {
    const desk = new Desk();
    desk.tick(T0, [finding()]);
    const out = change({});
    expect(desk.told(T0 + 2 * MINUTE, [finding()], [out])).toEqual(["mitigated:rolled-back"]);
    const back = change({ id: "c2", kind: "rollout", phase: "started", digest: BAD, time: T0 + 2.5 * MINUTE });
    // Within the time that updates otherwise keep from each other.
    expect(desk.told(T0 + 2.6 * MINUTE, [finding()], [out, back])).toEqual(["updated:suspect-returned"]);
    expect(desk.only().alert.state).toBe("firing");
    expect(desk.told(T0 + 5 * MINUTE, [finding()], [out, back])).toEqual([]);
    const again = change({ id: "c3", time: T0 + 6 * MINUTE });
    expect(desk.told(T0 + 7 * MINUTE, [finding()], [again, back, out])).toEqual(["mitigated:rolled-back"]);
  });

  it("does not take more pods of the version rolled back to for its return", () => {
    const desk = new Desk();
    desk.tick(T0, [finding()]);
    const out = change({});
    const more = change({ id: "c2", kind: "scale", replicas: 9, time: T0 + 3 * MINUTE });
    expect(desk.told(T0 + 2 * MINUTE, [finding()], [out])).toEqual(["mitigated:rolled-back"]);
    expect(desk.told(T0 + 4 * MINUTE, [finding()], [out, more])).toEqual([]);
    expect(desk.only().alert.state).toBe("mitigated");
  });

  it("fires again when it gets worse all the same, and does not repeat the rollback", () => {
    const desk = new Desk();
    desk.tick(T0, [finding({ ratio: 4 })]);
    desk.tick(T0 + MINUTE, [finding({ ratio: 4 })], [change({})]);
    expect(desk.told(T0 + 3 * MINUTE, [finding({ ratio: 9 })], [change({})])).toEqual(["updated:worse"]);
    expect(desk.only().alert.state).toBe("firing");
    expect(desk.told(T0 + 5 * MINUTE, [finding({ ratio: 9 })], [change({})])).toEqual([]);
  });
});
