/** An hour in which one receiver is down, with real notifiers and servers, on a clock that does not wait. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Transition } from "../../src/domain/alert.ts";
import { formatTime } from "../../src/domain/time.ts";
import { notifierKinds } from "../../src/notifiers/index.ts";
import { Deliverer } from "../../src/pipeline/deliver.ts";
import type { OutboxEntry } from "../../src/ports/alert-store.ts";
import { COORDINATOR_LEASE } from "../../src/ports/leases.ts";
import type { Notifier } from "../../src/ports/notifier.ts";
import type { Store } from "../../src/ports/store.ts";
import { RandomStream } from "../../src/simulation/random.ts";
import { createMemoryStore } from "../../src/stores/memory/memory-store.ts";
import { life, testContext } from "../harness/notifier-context.ts";
import { VirtualClock } from "../harness/virtual-clock.ts";
import { type Received, type Reply, startWebhookServer, type WebhookServer } from "../harness/webhook-server.ts";

const MINUTE = 60_000;
const OUTAGE = 60 * MINUTE;
const SEED = 20261125;
const ALERTS = ["01AAAA", "01BBBB", "01CCCC"];
const { webhook } = notifierKinds;

interface Told {
  readonly path: string;
  readonly id: string;
  readonly alert: string;
  readonly version: number;
  readonly at: number;
  /** What PagerDuty is told besides. */
  readonly notes: readonly string[];
}

describe("a receiver that is down for an hour", () => {
  let sending = 0;
  let clock: VirtualClock;
  let store: Store;
  let server: WebhookServer;
  let down: Reply | undefined;
  let told: Told[];
  let tries: number;
  let start: number;

  beforeEach(async () => {
    clock = new VirtualClock(() => sending > 0);
    start = clock.now();
    store = createMemoryStore({ clock });
    told = [];
    tries = 0;
    server = await startWebhookServer(async (request) => {
      const isUp = down === undefined || request.path === "/well";
      if (isUp) told.push(read(request));
      else tries++;
      return (isUp ? undefined : down) ?? { status: 202 };
    });
  });
  afterEach(() => server.close());

  function read({ path, headers, body }: Received): Told {
    const { data, payload, dedup_key } = JSON.parse(body);
    const [alert, version] = data
      ? [data.id, data.version]
      : [dedup_key, Number(/\((\d+)\)$/.exec(payload?.summary ?? "(0)")?.[1])];
    return {
      path,
      id: String(headers["webhook-id"]),
      alert,
      version,
      at: clock.now(),
      notes: payload?.custom_details.notes ?? [],
    };
  }

  function deliverer(): Deliverer {
    const make = (path: string, format: string) => {
      const secret = format === "pagerduty" ? "k".repeat(32) : "";
      const real = webhook.create(webhook.schema.parse({ url: `${server.url}/${path}`, format, secret }), testContext({ clock }));
      const counted: Notifier["send"] = async (notification, signal) => {
        sending++;
        return real.send(notification, signal).finally(() => sending--);
      };
      return { kind: "webhook", send: counted };
    };
    const targets = new Map([
      ["well/webhook/0", make("well", "tenfold")],
      ["ill/webhook/0", make("ill", "tenfold")],
      ["ill/webhook/1", make("pager", "pagerduty")],
    ]);
    const random = new RandomStream(["backoff", SEED]);
    return new Deliverer({
      store: store.alerts,
      notifier: (target) => targets.get(target),
      clock,
      random: () => random.uniform(),
      owner: "test",
      horizon: 24 * 60 * MINUTE,
      externalUrl: "",
    });
  }

  /** One more transition of an alert, owed to everybody. */
  async function happen(id: string, version: number): Promise<void> {
    const { fired, worse } = life();
    const base = version === 1 ? fired : worse;
    const title = `Something happened (${version})`;
    const now = formatTime(clock.now());
    const transition: Transition = { ...base, timestamp: now, data: { ...base.data, id, version, title } };
    const outbox = ["well/webhook/0", "ill/webhook/0", "ill/webhook/1"].map(
      (target): OutboxEntry => ({
        id: `${id}-${version}-${target.replaceAll("/", "-")}`,
        target,
        key: id,
        sequence: version,
        createdAt: clock.now(),
        payload: JSON.stringify(transition),
        context: JSON.stringify({ receiver: "r", groupKey: "g", groupLabels: {} }),
      }),
    );
    const [lease] = await store.leases.acquire([COORDINATOR_LEASE], "test", MINUTE);
    const step = { token: lease?.token ?? 0, alerts: [], transitions: [transition], outbox };
    expect(await store.alerts.commitAlerts(step)).toBe(true);
  }

  it.each([
    ["answers 503", { status: 503 }],
    ["asks to come again in half an hour", { status: 429, headers: { "retry-after": "1800" } }],
  ])("and %s hears everything afterwards, in order, once, marked as delayed; nobody else waits", async (_, reply) => {
    down = reply;
    const stop = new AbortController();
    const running = deliverer();
    const done = running.run(stop.signal);
    const happened: { readonly alert: string; readonly version: number; readonly at: number }[] = [];
    for (let minute = 0; minute < 60; minute += 5) {
      const alert = ALERTS[(minute / 5) % ALERTS.length] ?? "";
      const version = 1 + happened.filter((one) => one.alert === alert).length;
      happened.push({ alert, version, at: clock.now() });
      await happen(alert, version);
      running.wake();
      await clock.advance(start + (minute + 5) * MINUTE);
    }
    expect(told.filter(({ path }) => path !== "/well")).toEqual([]);
    expect(tries).toBeGreaterThan(2);
    expect(clock.now()).toBe(start + OUTAGE);
    down = undefined;
    // Waits grow up to ten minutes; messages of one alert follow each other. Who asked for half an hour gets it, and a tenth.
    await clock.advance(start + OUTAGE + 45 * MINUTE);
    stop.abort();
    await done;
    const of = (path: string) => told.filter((one) => one.path === path);
    expect(of("/well").map(({ alert, version, at }) => ({ alert, version, at }))).toEqual(happened);
    for (const path of ["/ill", "/pager"]) {
      expect(of(path)).toHaveLength(happened.length);
      expect(new Set(of(path).map(({ id, alert, version }) => `${id} ${alert} ${version}`)).size).toBe(happened.length);
      for (const id of ALERTS) {
        const versions = of(path).filter(({ alert }) => alert === id);
        expect(versions.map(({ version }) => version)).toEqual(
          happened.filter(({ alert }) => alert === id).map((one) => one.version),
        );
      }
    }
    for (const { alert, version, at, notes } of of("/pager")) {
      const when = happened.find((one) => one.alert === alert && one.version === version)?.at ?? 0;
      const late = notes.some((note) => /^Delayed by \d+ /.test(note));
      expect([alert, version, late]).toEqual([alert, version, at - when > MINUTE]);
    }
    expect(await store.alerts.measureOutbox()).toEqual({ pending: 0, oldest: undefined });
  });
});
