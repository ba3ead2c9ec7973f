import { describe, expect, it } from "vitest";
import { acknowledge, DEFAULT_LIFECYCLE_POLICY, type Finding, reconcile } from "../../../src/alerting/lifecycle/index.ts";
import { compileRouting, type DeliveryTarget, type RoutingConfig } from "../../../src/alerting/routing/index.ts";
import { type Silence, silenceAlert } from "../../../src/alerting/routing/silences.ts";
import type { Transition } from "../../../src/domain/alert.ts";
import { dispatch, type OutboxContext } from "../../../src/pipeline/dispatch.ts";
import type { AlertRecord, OutboxEntry } from "../../../src/ports/alert-store.ts";
import { finding, MINUTE, over, T0 } from "./alert-fixtures.ts";

const HOUR = 60 * MINUTE;
const policy = { ...DEFAULT_LIFECYCLE_POLICY, regimes: new Map([["pci", "critical" as const]]) };
const otherPolicy = { policy: "pci-deny-exec" };

/** Lifecycle and dispatch in a row, as the coordinator runs them; keeps every record and message. */
class Desk {
  readonly records = new Map<string, AlertRecord>();
  readonly entries: OutboxEntry[] = [];
  silences: readonly Silence[] = [];
  routing: ReturnType<typeof compileRouting>;

  constructor(
    route: RoutingConfig["route"],
    targets: readonly DeliveryTarget[] = [{ target: "sec/console/0", sendResolved: true }],
    silenceNotice = 15 * MINUTE,
  ) {
    const receivers = new Map([
      ["sec", targets],
      ["low", [{ target: "low/console/0", sendResolved: true }]],
    ]);
    const alerts = { silence_notice: silenceNotice };
    this.routing = compileRouting({ route, inhibit_rules: [], time_intervals: INTERVALS, alerts }, receivers);
  }

  /** `target type:reason` of each message of this step. */
  step(now: number, findings: readonly Finding[]): string[] {
    const changed = reconcile({ now, records: [...this.records.values()], findings, policy });
    for (const record of changed.records) this.records.set(record.alert.id, record);
    const outcome = dispatch({
      now,
      sentAt: now + this.behind,
      records: [...this.records.values()],
      routing: this.routing,
      silences: this.silences,
    });
    for (const record of outcome.records) this.records.set(record.alert.id, record);
    this.entries.push(...outcome.outbox);
    this.reasons = outcome.decisions.map((decision) => decision.reason);
    return outcome.outbox.map((entry) => {
      const { type, reason } = JSON.parse(entry.payload) as Transition;
      return `${entry.target.split("/")[0]} ${type.replace("alert.", "")}:${reason}`;
    });
  }

  reasons: readonly string[] = [];
  /** How far the time of the events is behind the wall clock, milliseconds. */
  behind = 0;

  first(): AlertRecord {
    const [record] = this.records.values();
    if (!record) throw new Error("no alert");
    return record;
  }
}

// Hours of 2026-11-23 (T0 is 10:05) in which the tests look.
const INTERVALS = [
  { name: "lunch", time_intervals: [{ times: [{ start_time: "10:00", end_time: "10:30" }] }] },
  { name: "late", time_intervals: [{ times: [{ start_time: "10:40", end_time: "11:00" }] }] },
];
const at = { receiver: "sec", group_wait: 0 };
const ended = (when: number, open = finding()) => [over(open, when)];

describe("dispatch", () => {
  it("tells the beginning, news and the end, in one sequence per target and alert", () => {
    const desk = new Desk(at);
    expect(desk.step(T0, [finding()])).toEqual(["sec fired:first"]);
    expect(desk.step(T0 + 10_000, [finding()])).toEqual([]);
    expect(desk.reasons).toEqual(["up-to-date"]);
    expect(desk.step(T0 + 2 * MINUTE, [finding({ ratio: 30 })])).toEqual(["sec updated:worse"]);
    expect(desk.step(T0 + 5 * MINUTE, ended(T0 + 5 * MINUTE))).toEqual(["sec resolved:rate-fell"]);
    expect(desk.step(T0 + 6 * MINUTE, ended(T0 + 5 * MINUTE))).toEqual([]);
    expect(desk.entries.map((entry) => entry.sequence)).toEqual([1, 2, 3]);
    expect(new Set(desk.entries.map((entry) => entry.id)).size).toBe(3);
    expect(desk.entries.every((entry) => /^[a-zA-Z0-9_-]+$/.test(entry.id) && entry.key === desk.first().alert.id)).toBe(true);
  });

  it("waits group_wait, and then tells the present state once", () => {
    const desk = new Desk({ receiver: "sec", group_wait: 30_000 });
    expect(desk.step(T0, [finding()])).toEqual([]);
    expect(desk.reasons).toEqual(["group-wait"]);
    expect(desk.step(T0 + 30_000, [finding({ observed: 200 })])).toEqual(["sec fired:first"]);
    const told = JSON.parse(desk.entries[0]?.payload ?? "") as Transition;
    expect(told.data.series[0]?.observed).toBe(200);
  });

  it("tells both at once when it was over before group_wait", () => {
    const desk = new Desk({ receiver: "sec", group_wait: 30_000 });
    desk.step(T0, [finding()]);
    expect(desk.step(T0 + 20_000, ended(T0 + 20_000))).toEqual(["sec fired:first", "sec resolved:rate-fell"]);
    expect(desk.entries.map((entry) => (JSON.parse(entry.payload) as Transition).data.state)).toEqual(["firing", "resolved"]);
  });

  it("holds further series back for group_interval, not what is urgent", () => {
    const desk = new Desk({ ...at, group_interval: 5 * MINUTE });
    desk.step(T0, [finding()]);
    const both = [finding(), finding({}, otherPolicy)];
    expect(desk.step(T0 + 2 * MINUTE, both)).toEqual([]);
    expect(desk.reasons).toEqual(["group-interval"]);
    expect(desk.step(T0 + 5 * MINUTE, both)).toEqual(["sec updated:series-joined"]);
    expect(desk.step(T0 + 7 * MINUTE, [finding({ ratio: 30 }), finding({}, otherPolicy)])).toEqual(["sec updated:worse"]);
  });

  it("reminds every repeat_interval while it fires, for weeks, and not once acknowledged", () => {
    const desk = new Desk({ ...at, repeat_interval: 4 * HOUR });
    const open = (now: number) => [finding({ updatedAt: now })];
    let reminders = 0;
    for (let now = T0; now <= T0 + 14 * 24 * HOUR; now += HOUR / 2)
      reminders += desk.step(now, open(now)).filter((one) => one === "sec updated:repeat").length;
    // 14 days of 24 h in steps of 4 h.
    expect(reminders).toBe(84);
    const now = T0 + 14 * 24 * HOUR + MINUTE;
    const result = acknowledge(desk.first(), { now, by: "ada" });
    if (!result.ok) throw new Error(result.reason);
    desk.records.set(result.record.alert.id, result.record);
    expect(desk.step(now + MINUTE, open(now))).toEqual(["sec acknowledged:acknowledged"]);
    expect(desk.step(now + 9 * HOUR, open(now + 9 * HOUR))).toEqual([]);
    expect(desk.reasons).toEqual(["acknowledged"]);
  });

  it("is silent while silenced and says by which; then tells what is still true", () => {
    const desk = new Desk({ receiver: "sec", group_wait: 10_000 });
    desk.step(T0, [finding()]);
    const made = silenceAlert(desk.first().alert, "ada", "known", T0 + HOUR, T0);
    if (!made.ok) throw new Error(made.reason);
    desk.silences = [made.silence];
    expect(desk.step(T0 + MINUTE, [finding()])).toEqual([]);
    expect(desk.reasons).toEqual([`silenced-by:${made.silence.id}`]);
    expect(desk.step(T0 + HOUR, [finding({ updatedAt: T0 + HOUR })])).toEqual(["sec fired:first"]);
  });

  describe("before a silence ends", () => {
    function silenced(desk: Desk, until: number): Silence {
      const made = silenceAlert(desk.first().alert, "ada", "known", until, T0);
      if (!made.ok) throw new Error(made.reason);
      desk.silences = [made.silence];
      return made.silence;
    }
    const open = (minute: number) => [finding({ updatedAt: T0 + minute * MINUTE })];
    const step = (desk: Desk, minute: number) => desk.step(T0 + minute * MINUTE, open(minute));

    it("says once that the alert still fires, to those who know of it", () => {
      const desk = new Desk(at);
      step(desk, 0);
      const { id } = silenced(desk, T0 + HOUR);
      expect(step(desk, 44)).toEqual([]);
      expect(step(desk, 45)).toEqual(["sec updated:silence-ending"]);
      const context = JSON.parse(desk.entries.at(-1)?.context ?? "") as OutboxContext;
      expect(context.silence).toEqual({ id, createdBy: "ada", comment: "known", endsAt: new Date(T0 + HOUR).toISOString() });
      // Worthless when the silence is over.
      expect(context.expiresAt).toBe(T0 + HOUR);
      expect(step(desk, 46)).toEqual([]);
      expect(step(desk, 60)).toEqual([]);
      expect(desk.reasons).toEqual(["up-to-date"]);
      expect(desk.entries.map((entry) => entry.sequence)).toEqual([1, 2]);
    });

    it("says so also to those who never heard of it; to them the alert is new when the silence is over", () => {
      const desk = new Desk({ receiver: "sec", group_wait: 10_000 });
      step(desk, 0);
      silenced(desk, T0 + HOUR);
      expect(step(desk, 45)).toEqual(["sec updated:silence-ending"]);
      expect(step(desk, 60)).toEqual(["sec fired:first"]);
    });

    it("says so again when the silence was prolonged, and nothing while another one lasts", () => {
      const desk = new Desk(at);
      step(desk, 0);
      const short = silenced(desk, T0 + HOUR);
      const long = silenced(desk, T0 + 3 * HOUR);
      desk.silences = [short, long];
      expect(step(desk, 50)).toEqual([]);
      expect(desk.reasons).toEqual([`silenced-by:${long.id}`]);
      expect(step(desk, 165)).toEqual(["sec updated:silence-ending"]);
      desk.silences = [short, silenced(desk, T0 + 5 * HOUR)];
      expect(step(desk, 170)).toEqual([]);
      expect(step(desk, 285)).toEqual(["sec updated:silence-ending"]);
    });

    it("says nothing about what is acknowledged or over, to incident services, in mute intervals, or without a lead", () => {
      const acknowledged = new Desk(at);
      step(acknowledged, 0);
      const result = acknowledge(acknowledged.first(), { now: T0 + MINUTE, by: "ada" });
      if (result.ok) acknowledged.records.set(result.record.alert.id, result.record);
      const paging = new Desk(at, [{ target: "sec/webhook/0", sendResolved: true, incidentsOnly: true }]);
      const lunch = new Desk({ ...at, mute_time_intervals: ["late"] });
      const never = new Desk(at, undefined, 0);
      for (const desk of [acknowledged, paging, lunch, never]) {
        step(desk, 0);
        silenced(desk, T0 + HOUR);
        expect(step(desk, 50)).toEqual([]);
      }
      const over = new Desk(at);
      step(over, 0);
      silenced(over, T0 + HOUR);
      expect(over.step(T0 + 30 * MINUTE, ended(T0 + 30 * MINUTE))).toEqual(["sec resolved:rate-fell"]);
      expect(over.step(T0 + 50 * MINUTE, ended(T0 + 30 * MINUTE))).toEqual([]);
    });

    it("tells the end to who heard only that", () => {
      const desk = new Desk({ receiver: "sec", group_wait: 10_000 });
      step(desk, 0);
      silenced(desk, T0 + HOUR);
      step(desk, 45);
      expect(desk.step(T0 + 50 * MINUTE, ended(T0 + 50 * MINUTE))).toEqual(["sec resolved:rate-fell"]);
    });
  });

  it("lets the end through a silence, because the beginning was told", () => {
    const desk = new Desk(at);
    desk.step(T0, [finding()]);
    const made = silenceAlert(desk.first().alert, "ada", "known", T0 + HOUR, T0);
    desk.silences = made.ok ? [made.silence] : [];
    expect(desk.step(T0 + MINUTE, [finding({ ratio: 90 })])).toEqual([]);
    expect(desk.step(T0 + 2 * MINUTE, ended(T0 + 2 * MINUTE))).toEqual(["sec resolved:rate-fell"]);
  });

  it("honours mute and active time intervals", () => {
    const muted = new Desk({ ...at, mute_time_intervals: ["lunch"] });
    expect(muted.step(T0, [finding()])).toEqual([]);
    expect(muted.reasons).toEqual(["muted-by:lunch"]);
    expect(muted.step(T0 + 25 * MINUTE, [finding()])).toEqual(["sec fired:first"]);
    const active = new Desk({ ...at, active_time_intervals: ["lunch"] });
    expect(active.step(T0 + 25 * MINUTE, [finding()])).toEqual([]);
    expect(active.reasons).toEqual(["outside-of:lunch"]);
  });

  it("does not tell the end with send_resolved off, but a return", () => {
    const desk = new Desk(at, [{ target: "sec/slack/0", sendResolved: false }]);
    desk.step(T0, [finding()]);
    expect(desk.step(T0 + MINUTE, ended(T0 + MINUTE))).toEqual([]);
    const again = finding({ openedAt: T0 + 9 * MINUTE, updatedAt: T0 + 9 * MINUTE });
    expect(desk.step(T0 + 9 * MINUTE, [again])).toEqual(["sec fired:reopened"]);
  });

  it("tells the end to those who heard of the beginning, though routes have changed", () => {
    const desk = new Desk({
      receiver: "low",
      group_wait: 0,
      routes: [{ receiver: "sec", match: ['policy="pci-restrict-egress"'] }],
    });
    expect(desk.step(T0, [finding()])).toEqual(["sec fired:first"]);
    desk.routing = new Desk({ receiver: "low", group_wait: 0 }).routing;
    expect(desk.step(T0 + MINUTE, ended(T0 + MINUTE)).sort()).toEqual(["sec resolved:rate-fell"]);
  });

  it("repeats for targets that forget, also the end for five minutes, and lets repetitions expire", () => {
    const desk = new Desk(at, [{ target: "sec/alertmanager/0", sendResolved: true, resendEvery: MINUTE }]);
    desk.step(T0, [finding()]);
    expect(desk.step(T0 + MINUTE, [finding()])).toEqual(["sec updated:repeat"]);
    const context = JSON.parse(desk.entries[1]?.context ?? "") as { expiresAt: number };
    expect(context.expiresAt).toBe(T0 + 2 * MINUTE);
    const over = ended(T0 + 2 * MINUTE);
    const sent = [2, 3, 4, 5, 6, 7, 8, 9].map((minute) => desk.step(T0 + minute * MINUTE, over).length);
    // The end at minute 2, and again up to five minutes after it.
    expect(sent).toEqual([1, 1, 1, 1, 1, 1, 0, 0]);
  });

  it("writes the same messages when a step is done again, as after a crash", () => {
    const [a, b] = [new Desk(at), new Desk(at)];
    a.step(T0, [finding()]);
    b.step(T0, [finding()]);
    expect(b.entries).toEqual(a.entries);
  });

  it("lets messages of a backlog wait from when they are written, not from the time of its events", () => {
    const desk = new Desk(at, [{ target: "am/alertmanager/0", sendResolved: true, resendEvery: 60_000 }]);
    desk.behind = 3_600_000;
    desk.step(T0, [finding()]);
    const [entry] = desk.entries;
    expect(entry?.createdAt).toBe(T0 + desk.behind);
    expect(JSON.parse(entry?.context ?? "{}")).toMatchObject({ expiresAt: T0 + desk.behind + 60_000 });
  });
});
