import { describe, expect, it } from "vitest";
import { DEFAULT_LIFECYCLE_POLICY, type Finding, reconcile } from "../../../src/alerting/lifecycle/index.ts";
import { readMemory } from "../../../src/alerting/lifecycle/memory.ts";
import { compileRouting, type DeliveryTarget } from "../../../src/alerting/routing/index.ts";
import type { StormPolicy } from "../../../src/alerting/routing/storm.ts";
import type { Transition } from "../../../src/domain/alert.ts";
import { dispatchInStorms } from "../../../src/pipeline/dispatch-in-storms.ts";
import type { AlertRecord, OutboxEntry } from "../../../src/ports/alert-store.ts";
import { finding, imageCause, MINUTE, over, suspect, T0 } from "./alert-fixtures.ts";

const lifecycle = { ...DEFAULT_LIFECYCLE_POLICY, regimes: new Map([["pci", "critical" as const]]) };
const TARGET = "sec/console/0";
const SECOND = 1_000;

/** Lifecycle and dispatch as the coordinator runs them. */
class Desk {
  records = new Map<string, AlertRecord>();
  readonly outbox: OutboxEntry[] = [];
  readonly journal: Transition[] = [];
  readonly policy: StormPolicy;
  readonly #targets: readonly DeliveryTarget[];

  constructor(
    policy: StormPolicy = { above: 3, per: MINUTE, calm: 5 * MINUTE, top: 2 },
    targets: readonly DeliveryTarget[] = [{ target: TARGET, sendResolved: true }],
  ) {
    this.policy = policy;
    this.#targets = targets;
  }

  /** `type:reason subject` of each message of this step. */
  step(now: number, findings: readonly Finding[]): string[] {
    const before = [...this.records.values()].filter(({ alert }) => alert.notice === undefined);
    const changed = reconcile({ now, records: before, findings, policy: lifecycle });
    for (const record of changed.records) this.records.set(record.alert.id, record);
    const route = { receiver: "sec", group_wait: 0 };
    const outcome = dispatchInStorms({
      now,
      sentAt: now,
      records: [...this.records.values()],
      routing: compileRouting({ route, inhibit_rules: [], time_intervals: [] }, new Map([["sec", this.#targets]])),
      silences: [],
      storm: this.policy,
      externalUrl: "https://tenfold.example",
    });
    for (const record of outcome.records) this.records.set(record.alert.id, record);
    this.outbox.push(...outcome.outbox);
    this.journal.push(...changed.transitions, ...outcome.transitions);
    return outcome.outbox.map((entry) => {
      const { type, reason, data } = JSON.parse(entry.payload) as Transition;
      return `${type.replace("alert.", "")}:${reason} ${data.notice?.kind ?? data.series[0]?.workload.split("/")[1]}`;
    });
  }

  /** What a restart leaves: the stored records and nothing else. */
  restart(): void {
    this.records = new Map(JSON.parse(JSON.stringify([...this.records])) as [string, AlertRecord][]);
  }

  storm() {
    const found = [...this.records.values()].filter(({ alert }) => alert.notice?.kind === "storm").at(-1);
    if (!found) throw new Error("no storm");
    return found.alert;
  }
}

/** The spike of one workload of its own, by its own digest. */
function spike(index: number, ratio = 12): Finding {
  const digest = `sha256:${String(index).padStart(64, "0")}`;
  const workload = `Deployment/app-${index}`;
  const cause = imageCause({ suspects: [suspect({ digest, workload })] });
  return finding({ ratio }, { digest, workload }, cause);
}

const spikes = (count: number) => Array.from({ length: count }, (_, index) => spike(index));

describe("alert storms", () => {
  it("tells alerts by themselves up to the rate", () => {
    const desk = new Desk();
    expect(desk.step(T0, spikes(3))).toEqual(["fired:first app-0", "fired:first app-1", "fired:first app-2"]);
    expect(desk.step(T0 + 2 * MINUTE, spikes(6))).toEqual(["fired:first app-3", "fired:first app-4", "fired:first app-5"]);
  });

  it("sums what comes faster in one message that says how many, names the worst and links to them", () => {
    const desk = new Desk();
    desk.step(T0, spikes(3));
    expect(desk.step(T0 + 10 * SECOND, [...spikes(9), spike(9, 80)])).toEqual(["fired:storm-began storm"]);
    const { notice, severity, regimes, series, links } = desk.storm();
    expect(notice).toMatchObject({ kind: "storm", name: "TenfoldAlertStorm", subject: TARGET });
    expect(notice?.summary).toBe("7 alerts since 10:05 UTC on 2026-11-23 (more than 3 in 1m): 7 not resolved, 0 resolved.");
    expect(notice?.details).toHaveLength(3);
    expect(notice?.details[0]).toMatch(/^CRITICAL PCI violations 80x on payments\/app-9 .*\/v1\/alerts\/[0-9A-Z]{26}$/);
    expect(notice?.details[2]).toBe("and 5 more: https://tenfold.example/v1/alerts");
    expect({ severity, regimes, series, self: links.self }).toMatchObject({ severity: "critical", regimes: ["pci"], series: [] });
  });

  it("tells of it again only when it has doubled", () => {
    const desk = new Desk();
    desk.step(T0, spikes(10));
    expect(desk.step(T0 + 70 * SECOND, spikes(19))).toEqual([]);
    expect(desk.step(T0 + 80 * SECOND, spikes(20))).toEqual(["updated:storm-grew storm"]);
    expect(desk.step(T0 + 90 * SECOND, spikes(60))).toEqual([]);
    expect(desk.step(T0 + 141 * SECOND, spikes(60))).toEqual(["updated:storm-grew storm"]);
    expect(desk.storm().notice?.summary).toMatch(/^60 alerts since /);
  });

  it("ends by itself with a summary, and then tells one by one what still fires when that is little", () => {
    const desk = new Desk({ above: 6, per: MINUTE, calm: 5 * MINUTE, top: 2 });
    desk.step(T0, spikes(10));
    const later = spikes(10).map((open, index) => (index < 8 ? over(open, T0 + 2 * MINUTE) : open));
    expect(desk.step(T0 + 2 * MINUTE, later)).toEqual([]);
    expect(desk.step(T0 + 4 * MINUTE, later)).toEqual([]);
    const end = desk.step(T0 + 5 * MINUTE, later);
    expect([...end].sort()).toEqual(["fired:first app-8", "fired:first app-9", "resolved:storm-over storm"]);
    expect(desk.storm().notice?.summary).toBe("10 alerts in 5 min (more than 6 in 1m): 2 not resolved, 8 resolved.");
    expect(desk.storm().notice?.meaning).toBe("Those that still fire are told one by one now.");
    const ended = later.map((one, index) => (index < 8 ? one : over(spike(index), T0 + 9 * MINUTE)));
    expect(desk.step(T0 + 9 * MINUTE, ended).sort()).toEqual(["resolved:rate-fell app-8", "resolved:rate-fell app-9"]);
  });

  it("leaves many that still fire to their reminders; their ends were told in sum", () => {
    const desk = new Desk();
    desk.step(T0, spikes(10));
    expect(desk.step(T0 + 5 * MINUTE, spikes(10))).toEqual(["resolved:storm-over storm"]);
    expect(desk.storm().notice?.meaning).toContain("with their next reminder");
    const worse = [spike(0, 50), ...spikes(10).slice(1)];
    expect(desk.step(T0 + 7 * MINUTE, worse)).toEqual(["fired:worse app-0"]);
    const ended = spikes(10).map((open) => over(open, T0 + 9 * MINUTE));
    expect(desk.step(T0 + 9 * MINUTE, ended)).toEqual(["resolved:rate-fell app-0"]);
  });

  it("reminds of what still fires in one message as well", () => {
    const desk = new Desk();
    desk.step(T0, spikes(10));
    for (let minute = 1; minute < 240; minute++) desk.step(T0 + minute * MINUTE, spikes(10));
    expect(desk.step(T0 + 240 * MINUTE, spikes(10))).toEqual(["fired:storm-began storm"]);
  });

  it("lets what follows on alerts told before wait its turn, and loses none of it", () => {
    const desk = new Desk();
    desk.step(T0, spikes(3));
    desk.step(T0 + 2 * MINUTE, spikes(6));
    const ended = spikes(6).map((open) => over(open, T0 + 5 * MINUTE));
    expect(desk.step(T0 + 5 * MINUTE, ended)).toHaveLength(3);
    expect(desk.step(T0 + 5 * MINUTE + 10 * SECOND, ended)).toEqual([]);
    expect(desk.step(T0 + 6 * MINUTE + 10 * SECOND, ended)).toHaveLength(3);
    const resolved = desk.outbox.filter((entry) => (JSON.parse(entry.payload) as Transition).type === "alert.resolved");
    expect(new Set(resolved.map((entry) => entry.key)).size).toBe(6);
  });

  it("survives a restart in the middle", () => {
    const straight = new Desk();
    const restarted = new Desk();
    const steps: [number, Finding[]][] = [
      [T0, spikes(10)],
      [T0 + 10 * SECOND, spikes(14)],
      [T0 + 70 * SECOND, spikes(30)],
      [T0 + 3 * MINUTE, spikes(30).map((open) => over(open, T0 + 3 * MINUTE))],
      [T0 + 10 * MINUTE, spikes(30).map((open) => over(open, T0 + 3 * MINUTE))],
    ];
    for (const [now, findings] of steps) {
      restarted.restart();
      expect(restarted.step(now, findings)).toEqual(straight.step(now, findings));
    }
    expect(restarted.outbox).toEqual(straight.outbox);
    expect(restarted.storm().state).toBe("resolved");
  });

  it("does not sum for targets that must hear the same again and again, nor when switched off", () => {
    const alertmanager = new Desk(undefined, [{ target: "sec/alertmanager/0", sendResolved: true, resendEvery: MINUTE }]);
    expect(alertmanager.step(T0, spikes(10))).toHaveLength(10);
    const off = new Desk({ above: Number.POSITIVE_INFINITY, per: MINUTE, calm: MINUTE, top: 2 });
    expect(off.step(T0, spikes(100))).toHaveLength(100);
  });

  it("keeps the outbox of each target small while 10 000 alerts come in a minute, and journals every one", () => {
    const policy = { above: 30, per: MINUTE, calm: 5 * MINUTE, top: 5 };
    const targets = [
      { target: TARGET, sendResolved: true },
      { target: "sec/webhook/0", sendResolved: true },
    ];
    const desk = new Desk(policy, targets);
    const all = spikes(10_000);
    const share = Math.ceil(all.length / 6);
    for (let step = 0; step < 6; step++) desk.step(T0 + step * 10 * SECOND, all.slice(step * share, (step + 1) * share));
    const ended = all.map((open) => over(open, T0 + 3 * MINUTE));
    for (let minute = 3; minute <= 8; minute++) desk.step(T0 + minute * MINUTE, ended);
    for (const { target } of targets) {
      const owed = desk.outbox.filter((entry) => entry.target === target).map((entry) => JSON.parse(entry.payload) as Transition);
      expect(owed.map(({ type, reason }) => `${type} ${reason}`)).toEqual([
        "alert.fired storm-began",
        "alert.updated storm-grew",
        "alert.resolved storm-over",
      ]);
      expect(owed.at(-1)?.data.notice?.summary).toContain("10000 alerts in ");
    }
    const of = (type: Transition["type"]) => desk.journal.filter((one) => one.type === type && !one.data.notice).length;
    expect([of("alert.fired"), of("alert.resolved")]).toEqual([10_000, 10_000]);
    const told = [...desk.records.values()]
      .filter(({ alert }) => !alert.notice)
      .map((record) => readMemory(record).targets[TARGET]);
    expect(told.filter((one) => one?.storm !== undefined && one.resolved)).toHaveLength(10_000);
  });
});
