import { describe, expect, it } from "vitest";
import { escalate } from "../../../src/alerting/escalate.ts";
import {
  acknowledge,
  DEFAULT_LIFECYCLE_POLICY,
  type Finding,
  reconcile,
  resolveByHand,
} from "../../../src/alerting/lifecycle/index.ts";
import { compileRouting, type RoutingConfig } from "../../../src/alerting/routing/index.ts";
import { type Silence, silenceAlert } from "../../../src/alerting/routing/silences.ts";
import type { Alert, Transition } from "../../../src/domain/alert.ts";
import { dispatch } from "../../../src/pipeline/dispatch.ts";
import type { AlertRecord } from "../../../src/ports/alert-store.ts";
import { finding, MINUTE, over, T0 } from "./alert-fixtures.ts";

const CRITICAL = ["critical"] as const;
const NIGHT = [{ name: "night", time_intervals: [{ times: [{ start_time: "10:00", end_time: "10:30" }] }] }];

/** Lifecycle, escalation and dispatch in a row, as the coordinator runs them. Everything it keeps is text, as in a store. */
class Desk {
  records = new Map<string, AlertRecord>();
  transitions: readonly Transition[] = [];
  silences: readonly Silence[] = [];
  readonly #routing: ReturnType<typeof compileRouting>;
  readonly #severity: "critical" | "error";

  constructor(route: RoutingConfig["route"], severity: "critical" | "error" = "critical") {
    const receivers = new Map(
      ["sec", "duty", "head"].map((name) => [name, [{ target: `${name}/console/0`, sendResolved: true }]]),
    );
    this.#routing = compileRouting({ route, inhibit_rules: [], time_intervals: NIGHT }, receivers);
    this.#severity = severity;
  }

  /** `receiver type:reason` of each message of this step. */
  step(now: number, findings: readonly Finding[] = [finding({ updatedAt: now })]): string[] {
    const policy = { ...DEFAULT_LIFECYCLE_POLICY, regimes: new Map([["pci", this.#severity]]) };
    const changed = reconcile({ now, records: [...this.records.values()], findings, policy });
    this.#keep(changed.records);
    const context = { now, routing: this.#routing, silences: this.silences };
    const escalated = escalate({ ...context, records: [...this.records.values()] });
    this.#keep(escalated.records);
    const outcome = dispatch({ ...context, sentAt: now, records: [...this.records.values()] });
    this.#keep(outcome.records);
    this.transitions = [...changed.transitions, ...escalated.transitions];
    this.written = changed.records.length + escalated.records.length + outcome.records.length;
    return outcome.outbox.map((entry) => {
      const { type, reason } = JSON.parse(entry.payload) as Transition;
      return `${entry.target.split("/")[0]} ${type.replace("alert.", "")}:${reason}`;
    });
  }

  /** Records changed by the last step. */
  written = 0;

  get alert(): Alert {
    return this.#record.alert;
  }

  acknowledge(now: number, until?: number): void {
    const result = acknowledge(this.#record, { now, by: "ada", ...(until === undefined ? {} : { until }) });
    if (result.ok) this.#keep([result.record]);
  }

  resolve(now: number): void {
    const result = resolveByHand(this.#record, { now, by: "ada" });
    if (result.ok) this.#keep([result.record]);
  }

  /** Another process with what is stored. */
  restart(): void {
    this.records = new Map(JSON.parse(JSON.stringify([...this.records])) as [string, AlertRecord][]);
  }

  get #record(): AlertRecord {
    const [record] = this.records.values();
    if (!record) throw new Error("no alert");
    return record;
  }

  #keep(records: readonly AlertRecord[]): void {
    for (const record of records) this.records.set(record.alert.id, record);
  }
}

const toDuty = { after: 15 * MINUTE, receiver: "duty", severity: CRITICAL };
const toHead = { after: 45 * MINUTE, receiver: "head", severity: CRITICAL };
const plain = { receiver: "sec", group_wait: 0, escalate: [toHead, toDuty] };

describe("escalation", () => {
  it("tells the next receiver when nobody acknowledges in time, and the others that it was", () => {
    const desk = new Desk(plain);
    expect(desk.step(T0)).toEqual(["sec fired:first"]);
    expect(desk.step(T0 + 15 * MINUTE - 1)).toEqual([]);
    expect(desk.step(T0 + 15 * MINUTE)).toEqual(["sec updated:escalated", "duty fired:escalated"]);
    expect(desk.transitions.map(({ type, reason }) => `${type} ${reason}`)).toEqual(["alert.updated escalated"]);
    expect(desk.alert.escalations).toEqual([{ receiver: "duty", at: new Date(T0 + 15 * MINUTE).toISOString() }]);
    expect(desk.step(T0 + 16 * MINUTE)).toEqual([]);
    expect(desk.step(T0 + 45 * MINUTE)).toEqual(["sec updated:escalated", "duty updated:escalated", "head fired:escalated"]);
    expect(desk.step(T0 + 3 * 60 * MINUTE)).toEqual([]);
  });

  it("tells those it escalated to of what follows, and of the end", () => {
    const desk = new Desk(plain);
    desk.step(T0);
    desk.step(T0 + 15 * MINUTE);
    desk.acknowledge(T0 + 16 * MINUTE);
    expect(desk.step(T0 + 17 * MINUTE)).toEqual(["sec acknowledged:acknowledged", "duty acknowledged:acknowledged"]);
    const end = T0 + 20 * MINUTE;
    expect(desk.step(end, [over(finding(), end)])).toEqual(["sec resolved:rate-fell", "duty resolved:rate-fell"]);
  });

  it("goes on where it was after a restart, and is done at once when its time came meanwhile", () => {
    const desk = new Desk(plain);
    desk.step(T0);
    desk.restart();
    expect(desk.step(T0 + 14 * MINUTE)).toEqual([]);
    desk.restart();
    expect(desk.step(T0 + 60 * MINUTE)).toEqual(["sec updated:escalated", "duty fired:escalated", "head fired:escalated"]);
    desk.restart();
    expect(desk.step(T0 + 61 * MINUTE)).toEqual([]);
  });

  it("is stopped by an acknowledgement, and begins anew when that lapses", () => {
    const desk = new Desk(plain);
    desk.step(T0);
    desk.acknowledge(T0 + 14 * MINUTE, T0 + 60 * MINUTE);
    desk.step(T0 + 15 * MINUTE);
    expect(desk.step(T0 + 50 * MINUTE)).toEqual([]);
    expect(desk.step(T0 + 60 * MINUTE)).toEqual(["sec updated:acknowledgement-expired"]);
    expect(desk.step(T0 + 74 * MINUTE)).toEqual([]);
    expect(desk.step(T0 + 75 * MINUTE)).toEqual(["sec updated:escalated", "duty fired:escalated"]);
  });

  it("begins anew also when the acknowledgement came and lapsed between two steps", () => {
    const desk = new Desk(plain);
    desk.step(T0);
    desk.acknowledge(T0 + 14 * MINUTE, T0 + 14 * MINUTE + 1);
    expect(desk.step(T0 + 15 * MINUTE)).toEqual(["sec updated:acknowledgement-expired"]);
  });

  it("is stopped by the end, and a return waits its own time", () => {
    const desk = new Desk(plain);
    desk.step(T0);
    desk.step(T0 + 15 * MINUTE);
    desk.resolve(T0 + 16 * MINUTE);
    expect(desk.step(T0 + 17 * MINUTE)).toEqual(["sec resolved:resolved-by-hand", "duty resolved:resolved-by-hand"]);
    const back = T0 + 20 * MINUTE;
    expect(desk.step(back, [finding({ openedAt: back, updatedAt: back, ratio: 40 })])).toEqual(["sec fired:reopened"]);
    expect(desk.alert.escalations).toBeUndefined();
    const open = [finding({ openedAt: back, updatedAt: back, ratio: 40 })];
    expect(desk.step(back + 14 * MINUTE, open)).toEqual([]);
    expect(desk.step(back + 15 * MINUTE, open)).toEqual(["sec updated:escalated", "duty fired:escalated"]);
  });

  it("does not run while a silence or a time interval mutes the alert", () => {
    const silenced = new Desk(plain);
    silenced.step(T0);
    const made = silenceAlert(silenced.alert, "ada", "known", T0 + 40 * MINUTE, T0 + MINUTE);
    silenced.silences = made.ok ? [made.silence] : [];
    silenced.step(T0 + MINUTE);
    expect(silenced.step(T0 + 39 * MINUTE)).toEqual([]);
    silenced.step(T0 + 40 * MINUTE);
    expect(silenced.step(T0 + 54 * MINUTE)).toEqual([]);
    expect(silenced.step(T0 + 55 * MINUTE)).toEqual(["sec updated:escalated", "duty fired:escalated"]);
    // T0 is 10:05, and the interval ends at 10:30.
    const night = new Desk({ ...plain, mute_time_intervals: ["night"] });
    night.step(T0);
    expect(night.step(T0 + 25 * MINUTE)).toEqual(["sec fired:first"]);
    expect(night.step(T0 + 39 * MINUTE)).toEqual([]);
    expect(night.step(T0 + 40 * MINUTE)).toEqual(["sec updated:escalated", "duty fired:escalated"]);
  });

  it("is for the severities it names", () => {
    const desk = new Desk(plain, "error");
    desk.step(T0);
    expect(desk.step(T0 + 60 * MINUTE)).toEqual([]);
    const named = new Desk({ ...plain, escalate: [{ ...toDuty, severity: ["error"] }] }, "error");
    named.step(T0);
    expect(named.step(T0 + 15 * MINUTE)).toEqual(["sec updated:escalated", "duty fired:escalated"]);
  });

  it("leaves out who is told already, and is inherited by routes unless they have their own", () => {
    const desk = new Desk({
      ...plain,
      routes: [
        { receiver: "duty", match: ['regime="pci"'], continue: true },
        { receiver: "sec", match: ['severity="critical"'] },
      ],
    });
    expect(desk.step(T0)).toEqual(["duty fired:first", "sec fired:first"]);
    expect(desk.step(T0 + 15 * MINUTE)).toEqual([]);
    expect(desk.step(T0 + 45 * MINUTE)).toEqual(["duty updated:escalated", "sec updated:escalated", "head fired:escalated"]);
    const own = new Desk({ ...plain, routes: [{ match: ['regime="pci"'], escalate: [] }] });
    own.step(T0);
    expect(own.step(T0 + 60 * MINUTE)).toEqual([]);
  });

  it("writes nothing while nothing happens", () => {
    const desk = new Desk(plain);
    desk.step(T0, [finding()]);
    desk.step(T0 + 10_000, [finding()]);
    expect([desk.step(T0 + 20_000, [finding()]), desk.written]).toEqual([[], 0]);
  });
});
