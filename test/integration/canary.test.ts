/** The canary on a whole engine with the embedded store, in time set by hand: what arrives, what fails, and who says so. */
import { describe, expect, it } from "vitest";
import { type Config, configSchema } from "../../config/schema.ts";
import { parseMatchers } from "../../src/alerting/matcher-syntax.ts";
import { compileRouting } from "../../src/alerting/routing/index.ts";
import type { Silence } from "../../src/alerting/routing/silences.ts";
import { AlertDesk } from "../../src/app/alert-desk.ts";
import { CanaryDesk } from "../../src/app/canary-desk.ts";
import { Engine } from "../../src/app/engine.ts";
import { openStore } from "../../src/app/open-store.ts";
import { deliveryTargets } from "../../src/app/receivers.ts";
import { ReplayClock } from "../../src/app/replay-clock.ts";
import type { Transition } from "../../src/domain/alert.ts";
import { formatTime } from "../../src/domain/time.ts";
import { noteTold } from "../../src/pipeline/canary.ts";
import { dispatch } from "../../src/pipeline/dispatch.ts";

const TICK = 10_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.parse("2026-03-02T08:00:00Z");
const RECEIVERS = [
  { name: "a", console: [{}] },
  { name: "b", console: [{}] },
];

async function installation(over: object = {}, canary: object = {}) {
  const monitoring = { canary: { every: "1h", within: "3m", ...canary } };
  const config: Config = configSchema.parse({
    receivers: RECEIVERS,
    route: { receiver: "a", group_wait: "0s" },
    monitoring,
    ...over,
  });
  const clock = new ReplayClock(START);
  const store = await openStore("memory:", config, clock);
  const targets = deliveryTargets(config);
  const routing = compileRouting(config, targets);
  const silences: Silence[] = [];
  const told: string[] = [];
  const broken = new Set<string>();
  const engine = new Engine({
    ...{ config, store, clock, owner: "test", leaseTtl: 1_000 * HOUR, settle: 0, flushPatience: 0 },
    externalUrl: "https://tenfold.example",
    dispatch: (records, now) => dispatch({ now, sentAt: now, records, routing, silences }),
    onTransitions: () => undefined,
    onTrouble: (what, error) => {
      throw new Error(what, { cause: error });
    },
  });
  const alerts = new AlertDesk({
    ...{ alerts: store.alerts, clock, lease: () => engine.leases.coordinator },
    onChange: () => engine.coordinator.refresh(),
  });
  const resolve = (id: string) => alerts.resolve(id, { by: "Tenfold", comment: "the canary's run is over" });
  const createDesk = () => new CanaryDesk({ engine, alerts: store.alerts, clock, targets: () => targets, resolve });
  const place = { engine, store, clock, silences, told, broken, desk: createDesk(), createDesk, pass };

  /** Delivers what is owed to targets that work; broken ones try again and again. */
  async function deliver(): Promise<void> {
    for (const { id, target, payload } of await store.alerts.claim("test", clock.now(), 100, TICK)) {
      const { type, data } = JSON.parse(payload) as Transition;
      if (broken.has(target)) {
        await store.alerts.settle(id, { at: clock.now(), ok: false, reason: "network" }, clock.now() + TICK);
        continue;
      }
      told.push(`${target} ${type}`);
      await store.alerts.settle(id, { at: clock.now(), ok: true }, "delivered");
      if (data.canary) await noteTold(store.alerts, target, data.id);
    }
  }

  /** Resolves with what failed at the end, as `name subject`. */
  async function pass(ms: number): Promise<string[]> {
    let failing: readonly { readonly name: string; readonly subject: string }[] = [];
    for (const end = clock.now() + ms; clock.now() < end; ) {
      clock.set(clock.now() + TICK);
      await engine.advance();
      failing = await place.desk.look();
      await deliver();
    }
    return failing.map(({ name, subject }) => `${name} ${subject}`);
  }
  return place;
}

describe("the canary", () => {
  it("goes to every receiver whatever the routes say, once in its interval, and ends by itself", async () => {
    const place = await installation();
    expect(await place.pass(2 * MINUTE)).toEqual([]);
    expect(place.told.sort()).toEqual(["a/console/0 alert.fired", "b/console/0 alert.fired"]);
    expect(await place.pass(53 * MINUTE)).toEqual([]);
    expect(place.told.filter((one) => one.endsWith("fired"))).toHaveLength(2);
    expect(place.told.filter((one) => one.endsWith("resolved")).sort()).toEqual([
      "a/console/0 alert.resolved",
      "b/console/0 alert.resolved",
    ]);
    expect(await place.pass(10 * MINUTE)).toEqual([]);
    expect(place.told.filter((one) => one.endsWith("fired"))).toHaveLength(4);
    const alerts = await place.store.alerts.listAlerts({ includeResolved: true, limit: 10 });
    expect(alerts.map(({ alert }) => [alert.canary, alert.severity])).toEqual([
      [true, "info"],
      [true, "info"],
    ]);
  });

  it("fails for the receiver that is not told in time, until one arrives there", async () => {
    const place = await installation();
    place.broken.add("b/console/0");
    expect(await place.pass(2 * MINUTE)).toEqual([]);
    expect(await place.pass(3 * MINUTE)).toEqual(["TenfoldCanaryFailed b/console/0"]);
    expect(await place.pass(10 * MINUTE)).toEqual(["TenfoldCanaryFailed b/console/0"]);
    place.broken.clear();
    expect(await place.pass(2 * MINUTE)).toEqual([]);
  });

  it("fails as detection when nothing was raised", async () => {
    const place = await installation({ detection: { min_events: 100_000 } });
    expect(await place.pass(2 * MINUTE)).toEqual([]);
    expect(await place.pass(3 * MINUTE)).toEqual(["TenfoldCanaryFailed detection"]);
    expect(place.told).toEqual([]);
  });

  it("goes only to the receivers it is for", async () => {
    const place = await installation({}, { receivers: ["b"] });
    expect(await place.pass(5 * MINUTE)).toEqual([]);
    expect(place.told).toEqual(["b/console/0 alert.fired", "b/console/0 alert.resolved"]);
  });

  it("is kept back by no silence and no mute time", async () => {
    const always = { name: "always", time_intervals: [{ times: [{ start_time: "00:00", end_time: "24:00" }] }] };
    const route = { receiver: "a", group_wait: "0s", mute_time_intervals: ["always"] };
    const place = await installation({ time_intervals: [always], route });
    place.silences.push({
      ...{
        id: "s1",
        createdBy: "ada",
        comment: "all of it",
        startsAt: formatTime(START - HOUR),
        endsAt: formatTime(START + 24 * HOUR),
      },
      matchers: [...parseMatchers(`cluster=~".+"`)],
    });
    expect(await place.pass(2 * MINUTE)).toEqual([]);
    expect(place.told.sort()).toEqual(["a/console/0 alert.fired", "b/console/0 alert.fired"]);
  });

  it("is one run over a change of the daemon that coordinates", async () => {
    const place = await installation();
    place.broken.add("b/console/0");
    await place.pass(MINUTE);
    place.desk = place.createDesk();
    expect(await place.pass(4 * MINUTE)).toEqual(["TenfoldCanaryFailed b/console/0"]);
    place.desk = place.createDesk();
    place.broken.clear();
    expect(await place.pass(MINUTE)).toEqual([]);
    expect(place.told.filter((one) => one.endsWith("fired")).sort()).toEqual([
      "a/console/0 alert.fired",
      "b/console/0 alert.fired",
    ]);
  });

  it("is not sent while it is not configured", async () => {
    const place = await installation({ monitoring: {} });
    expect(await place.pass(10 * MINUTE)).toEqual([]);
    expect(place.told).toEqual([]);
    expect(await place.store.windows.findSeries({}, 10)).toEqual([]);
  });
});
