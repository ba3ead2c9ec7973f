import { describe, expect, it } from "vitest";
import { defaultConfig } from "../../../config/load.ts";
import { type Config, configSchema } from "../../../config/schema.ts";
import { compileRouting } from "../../../src/alerting/routing/index.ts";
import { ReplayClock } from "../../../src/app/replay-clock.ts";
import { SelfWatch } from "../../../src/app/self-watch.ts";
import type { Transition } from "../../../src/domain/alert.ts";
import { dispatch } from "../../../src/pipeline/dispatch.ts";
import { COORDINATOR_LEASE, type Lease } from "../../../src/ports/leases.ts";
import { createMemoryStore } from "../../../src/stores/memory/memory-store.ts";

const MINUTE = 60_000;
const T0 = Date.UTC(2026, 10, 2, 12);

/** A self-watch on a real embedded store, with a clock set by hand. */
class Desk {
  readonly clock = new ReplayClock(T0);
  readonly store;
  readonly transitions: Transition[] = [];
  lag = 0;
  trouble: string | undefined;
  watch: SelfWatch;
  #lease: Lease | undefined;

  config: Config;

  constructor(config: Config = defaultConfig()) {
    this.config = config;
    const { width, retention } = config.buckets;
    this.store = createMemoryStore({ clock: this.clock, width, retention });
    this.watch = this.create();
  }

  /** Another daemon, or this one after a restart: only the store is left. */
  create(): SelfWatch {
    const targets = new Map([["sec", [{ target: "sec/console/0", sendResolved: true }]]]);
    const route = { receiver: "low", group_wait: 0, routes: [{ match: ['kind="blind"'], receiver: "sec" }] };
    const routing = compileRouting({ route, inhibit_rules: [], time_intervals: [] }, targets);
    return new SelfWatch({
      config: () => this.config,
      alerts: this.store.alerts,
      clock: this.clock,
      externalUrl: "https://tenfold.example",
      lease: () => this.#lease,
      lag: () => this.lag,
      watchTrouble: () => this.trouble,
      dispatch: (records, now) => dispatch({ now, sentAt: now, records, routing, silences: [] }),
      onTransitions: (transitions) => this.transitions.push(...transitions),
    });
  }

  /** Looks every ten seconds for so long; resolves with what was told. */
  async pass(ms: number, each: () => void = () => undefined): Promise<string[]> {
    const before = this.transitions.length;
    for (const end = this.clock.now() + ms; this.clock.now() < end; ) {
      this.clock.set(this.clock.now() + 10_000);
      each();
      [this.#lease] = await this.store.leases.acquire([COORDINATOR_LEASE], "test", 60_000);
      await this.watch.look();
    }
    return this.transitions.slice(before).map(({ type, data }) => `${type} ${data.notice?.name} ${data.notice?.subject}`);
  }

  async owed(): Promise<string[]> {
    const items = await this.store.alerts.listOutbox({ state: "pending", limit: 100 });
    return items.map(({ target, payload }) => `${target} ${(JSON.parse(payload) as Transition).type}`).sort();
  }
}

const sends = (desk: Desk, lost = 0) => desk.watch.noteSources(new Map([["falco", { clusters: new Set(["prod"]), lost }]]));

describe("the self-watch", () => {
  it("is silent in a quiet cluster, and in one where nothing ever came", async () => {
    const desk = new Desk();
    expect(await desk.pass(6 * 60 * MINUTE)).toEqual([]);
    sends(desk);
    expect(await desk.pass(6 * 60 * MINUTE)).toEqual([]);
    expect(await desk.owed()).toEqual([]);
  });

  it("tells of a silent source through the routes, once, and resolves it by itself", async () => {
    const config = configSchema.parse({ monitoring: { blind: { expect: [{ source: "falco", every: "5m" }] } } });
    const desk = new Desk(config);
    expect(await desk.pass(20 * MINUTE, () => sends(desk))).toEqual([]);
    expect(await desk.pass(5 * MINUTE)).toEqual([]);
    expect(await desk.pass(30 * MINUTE)).toEqual(["alert.fired TenfoldSourceQuiet falco"]);
    const alert = desk.transitions[0]?.data;
    expect(alert).toMatchObject({ state: "firing", severity: "error", series: [], onsetAt: "2026-11-02T12:20:00.000Z" });
    expect(alert?.notice?.summary).toBe("Source falco has sent nothing for 5 min; 5 min are allowed by monitoring.blind.expect.");
    desk.watch = desk.create();
    expect(await desk.pass(2 * MINUTE)).toEqual([]);
    expect(await desk.pass(MINUTE, () => sends(desk))).toEqual(["alert.resolved TenfoldSourceQuiet falco"]);
    expect(await desk.owed()).toEqual(["sec/console/0 alert.fired", "sec/console/0 alert.resolved"]);
  });

  it("tells that a source loses events for as long as it does", async () => {
    const desk = new Desk();
    sends(desk, 12);
    expect(await desk.pass(MINUTE)).toEqual(["alert.fired TenfoldEventsLost falco"]);
    expect(await desk.pass(8 * MINUTE)).toEqual([]);
    expect(await desk.pass(2 * MINUTE)).toEqual(["alert.resolved TenfoldEventsLost falco"]);
  });

  it("tells of evaluation that stays behind, not of a short delay", async () => {
    const desk = new Desk();
    desk.lag = 10 * MINUTE;
    expect(await desk.pass(MINUTE)).toEqual([]);
    desk.lag = 0;
    expect(await desk.pass(MINUTE)).toEqual([]);
    desk.lag = 10 * MINUTE;
    expect(await desk.pass(3 * MINUTE)).toEqual(["alert.fired TenfoldEvaluatorBehind evaluator"]);
    desk.lag = 1_000;
    expect(await desk.pass(MINUTE)).toEqual(["alert.resolved TenfoldEvaluatorBehind evaluator"]);
  });

  it("tells of a store that fails again and again, not of one failover", async () => {
    const desk = new Desk();
    for (let call = 0; call < 50; call++) desk.watch.storeFailed();
    expect(await desk.pass(10 * MINUTE)).toEqual([]);
    expect(await desk.pass(MINUTE, () => desk.watch.storeFailed())).toEqual(["alert.fired TenfoldStoreFailing store"]);
    expect(await desk.pass(6 * MINUTE)).toEqual(["alert.resolved TenfoldStoreFailing store"]);
  });

  it("tells of a Kubernetes watch that stays behind", async () => {
    const desk = new Desk();
    desk.trouble = "pods 400 s behind";
    expect(await desk.pass(6 * MINUTE)).toEqual(["alert.fired TenfoldWatchBehind kubernetes"]);
    desk.trouble = undefined;
    expect(await desk.pass(MINUTE)).toEqual(["alert.resolved TenfoldWatchBehind kubernetes"]);
  });

  it("says nothing when switched off, and ends what it had said", async () => {
    const desk = new Desk();
    sends(desk, 1);
    await desk.pass(MINUTE);
    desk.config = configSchema.parse({ monitoring: { blind: { enabled: false } } });
    expect(await desk.pass(MINUTE)).toEqual(["alert.resolved TenfoldEventsLost falco"]);
  });
});
