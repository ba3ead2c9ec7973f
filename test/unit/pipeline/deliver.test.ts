import { describe, expect, it } from "vitest";
import type { Transition } from "../../../src/domain/alert.ts";
import { backoff } from "../../../src/pipeline/backoff.ts";
import { Deliverer, type DeliveryAttempt, type DeliveryEvent } from "../../../src/pipeline/deliver.ts";
import type { OutboxContext } from "../../../src/pipeline/dispatch.ts";
import type { OutboxEntry } from "../../../src/ports/alert-store.ts";
import { COORDINATOR_LEASE } from "../../../src/ports/leases.ts";
import type { Delivery, Notification, Notifier } from "../../../src/ports/notifier.ts";
import type { Store } from "../../../src/ports/store.ts";
import { createMemoryStore } from "../../../src/stores/memory/memory-store.ts";
import { life } from "../../harness/notifier-context.ts";
import { VirtualClock } from "../../harness/virtual-clock.ts";

interface Sent {
  readonly target: string;
  readonly at: number;
  readonly notification: Notification;
}

const OK: Delivery = { ok: true, reference: "r1" };
const DOWN: Delivery = { ok: false, reason: "network", retryable: true, detail: "could not be reached (ECONNREFUSED)" };
const HOUR = 3_600_000;

class Desk {
  readonly clock = new VirtualClock();
  readonly start = this.clock.now();
  readonly store: Store = createMemoryStore({ clock: this.clock });
  readonly sent: Sent[] = [];
  readonly events: DeliveryEvent[] = [];
  /** Every attempt, with the state its entry had in the store when it was reported. */
  readonly attempts: (DeliveryAttempt & { readonly state: string | undefined })[] = [];
  readonly #answers: Readonly<Record<string, (attempt: number, signal: AbortSignal) => Delivery | Promise<Delivery>>>;
  readonly #notifiers = new Map<string, Notifier>();
  readonly stop = new AbortController();
  running: Promise<void> | undefined;
  deliverer: Deliverer;

  constructor(answers: Readonly<Record<string, (attempt: number, signal: AbortSignal) => Delivery | Promise<Delivery>>>) {
    this.#answers = answers;
    this.deliverer = new Deliverer({
      store: this.store.alerts,
      notifier: (target) => this.#notifier(target),
      clock: this.clock,
      random: () => 0.5,
      owner: "test",
      horizon: 24 * HOUR,
      perTarget: 2,
      externalUrl: "https://tenfold.example",
      onEvent: (event) => this.events.push(event),
      onAttempt: async (attempt) => {
        const state = (await this.states())[attempt.notification];
        this.attempts.push({ ...attempt, state });
      },
    });
  }

  #notifier(target: string): Notifier | undefined {
    const answer = this.#answers[target];
    if (!answer) return undefined;
    let notifier = this.#notifiers.get(target);
    if (!notifier) {
      notifier = {
        kind: "test",
        send: async (notification, signal) => {
          this.sent.push({ target, at: this.clock.now() - this.start, notification });
          return answer(notification.attempt, signal);
        },
      };
      this.#notifiers.set(target, notifier);
    }
    return notifier;
  }

  async owe(...entries: readonly Partial<OutboxEntry>[]): Promise<void> {
    const [lease] = await this.store.leases.acquire([COORDINATOR_LEASE], "test", 10_000);
    const transition: Transition = life().fired;
    const context: OutboxContext = { receiver: "sec", groupKey: "g", groupLabels: {} };
    const outbox = entries.map((over, index) => ({
      id: `m${index}`,
      target: "a",
      key: `alert-${index}`,
      sequence: 1,
      createdAt: this.clock.now(),
      payload: JSON.stringify(transition),
      context: JSON.stringify(context),
      ...over,
    }));
    const token = lease?.token ?? 0;
    expect(await this.store.alerts.commitAlerts({ token, alerts: [], transitions: [], outbox })).toBe(true);
    this.deliverer.wake();
  }

  run(): void {
    this.running = this.deliverer.run(this.stop.signal);
  }

  async states(): Promise<Readonly<Record<string, string>>> {
    const items = await this.store.alerts.listOutbox({ limit: 1000 });
    return Object.fromEntries(items.map((item) => [item.id, item.state]));
  }

  async end(): Promise<void> {
    this.stop.abort();
    await this.running;
  }
}

describe("deliver", () => {
  it("reports every attempt and its answer before the store is told", async () => {
    const desk = new Desk({ a: (attempt) => (attempt === 1 ? DOWN : OK), b: () => ({ ...DOWN, retryable: false }) });
    await desk.owe({ id: "ok" }, { id: "no", target: "b" }, { id: "nowhere", target: "c" });
    desk.run();
    await desk.clock.advance(desk.start + HOUR);
    await desk.end();
    const { data, type } = life().fired;
    const common = { alert: data.id, receiver: "sec", transition: type, state: "pending" };
    const failure = { reason: "network", detail: "could not be reached (ECONNREFUSED)" };
    const of = (id: string) => desk.attempts.filter(({ notification }) => notification === id);
    expect(of("ok")).toEqual([
      { ...common, ...failure, notification: "ok", target: "a", attempt: 1, outcome: "retry" },
      { ...common, notification: "ok", target: "a", attempt: 2, outcome: "delivered" },
    ]);
    expect(of("no")).toEqual([{ ...common, ...failure, notification: "no", target: "b", attempt: 1, outcome: "dead" }]);
    expect(of("nowhere")).toMatchObject([{ target: "c", outcome: "dead", reason: "no-such-target" }]);
  });

  it("delivers at once when woken, with the message's own id and context", async () => {
    const desk = new Desk({ a: () => OK });
    desk.run();
    await desk.owe({});
    await desk.clock.advance(desk.start);
    expect(desk.sent).toMatchObject([
      { at: 0, notification: { id: "m0", attempt: 1, receiver: "sec", externalUrl: "https://tenfold.example" } },
    ]);
    expect(desk.sent[0]?.notification).not.toHaveProperty("delayedBy");
    expect(await desk.states()).toEqual({ m0: "delivered" });
    await desk.end();
  });

  it("retries with growing waits, keeps the id, says how late it is, and gives up after the horizon", async () => {
    const desk = new Desk({ a: () => DOWN });
    desk.run();
    await desk.owe({});
    await desk.clock.advance(desk.start + 25 * HOUR);
    const waits = desk.sent.slice(1, 9).map((one, index) => one.at - (desk.sent[index]?.at ?? 0));
    // 1 s + half of (5 s x 2^n - 1 s), at most 10 min, each rounded up to the next poll (1 s).
    expect(waits).toEqual([3000, 6000, 11000, 21000, 41000, 81000, 161000, 301000]);
    expect(new Set(desk.sent.map((one) => one.notification.id))).toEqual(new Set(["m0"]));
    expect(desk.sent[5]?.notification.delayedBy).toBe(desk.sent[5]?.at);
    expect(desk.sent.at(-1)?.at).toBeGreaterThan(23.9 * HOUR);
    expect(desk.sent.at(-1)?.at).toBeLessThanOrEqual(24 * HOUR);
    expect(await desk.states()).toEqual({ m0: "dead" });
    expect(desk.events.filter((event) => event.news)).toHaveLength(1);
    await desk.end();
  });

  it("does not retry what is not worth it", async () => {
    const desk = new Desk({ a: () => ({ ok: false, reason: "client-error", retryable: false, detail: "HTTP 400" }) });
    desk.run();
    await desk.owe({});
    await desk.clock.advance(desk.start + HOUR);
    expect(desk.sent).toHaveLength(1);
    expect(desk.events).toMatchObject([{ kind: "dead", reason: "client-error", attempt: 1 }]);
    await desk.end();
  });

  it("waits as long as the target asks, for all its messages", async () => {
    const desk = new Desk({
      a: (attempt) =>
        attempt === 1 ? { ok: false, reason: "rate-limited", retryable: true, retryAfter: 90_000, detail: "429" } : OK,
    });
    desk.run();
    await desk.owe({});
    await desk.clock.advance(desk.start + 10_000);
    await desk.owe({ id: "later", key: "other" });
    await desk.clock.advance(desk.start + 89_000);
    expect(desk.sent).toHaveLength(1);
    await desk.clock.advance(desk.start + 400_000);
    expect(desk.sent.slice(1).every((one) => one.at >= 90_000)).toBe(true);
    expect(await desk.states()).toEqual({ m0: "delivered", later: "delivered" });
    await desk.end();
  });

  it("lets a dead target delay nobody: 300 messages hang, another target gets its one at once", async () => {
    const desk = new Desk({ dead: () => new Promise(() => undefined), a: () => OK });
    desk.run();
    await desk.owe(...Array.from({ length: 300 }, (_, i) => ({ id: `d${i}`, target: "dead", key: `k${i}` })));
    await desk.clock.advance(desk.start + 30_000);
    await desk.owe({ id: "mine" });
    await desk.clock.advance(desk.start + 30_000);
    expect(desk.sent.filter((one) => one.target === "a").map((one) => one.at)).toEqual([30_000]);
    // Two at a time: the limit per target.
    expect(desk.sent.filter((one) => one.target === "dead")).toHaveLength(2);
    await desk.clock.advance(desk.start + 61_000);
    expect(desk.events.find((event) => event.target === "dead")).toMatchObject({ kind: "retry", reason: "timeout" });
    await desk.end();
  });

  it("keeps the order within target and alert, whatever fails", async () => {
    const desk = new Desk({ a: (attempt) => (attempt < 3 ? DOWN : OK) });
    desk.run();
    await desk.owe({ id: "s2", key: "k", sequence: 2 }, { id: "s1", key: "k", sequence: 1 }, { id: "s3", key: "k", sequence: 3 });
    await desk.clock.advance(desk.start + HOUR);
    const ids = desk.sent.map((one) => one.notification.id);
    expect(ids).toEqual(["s1", "s1", "s1", "s2", "s2", "s2", "s3", "s3", "s3"]);
    await desk.end();
  });

  it("stops sending to a target that is gone, and drops reminders that were overtaken", async () => {
    const gone: Delivery = { ok: false, reason: "gone", retryable: false, detail: "HTTP 410" };
    const desk = new Desk({ a: () => gone, b: () => OK });
    desk.run();
    await desk.owe({ id: "first" });
    await desk.clock.advance(desk.start + 1000);
    const stale: OutboxContext = { receiver: "sec", groupKey: "g", groupLabels: {}, expiresAt: desk.start - 1 };
    await desk.owe({ id: "second" }, { id: "stale", target: "b", context: JSON.stringify(stale) }, { id: "nobody", target: "c" });
    await desk.clock.advance(desk.start + 2000);
    expect(desk.sent.map((one) => one.notification.id)).toEqual(["first"]);
    expect(desk.events.map((event) => event.reason).sort()).toEqual(["gone", "gone", "no-such-target", "superseded"]);
    await desk.end();
  });

  it("gives back what it holds when it is stopped, so that the next one delivers it at once", async () => {
    let stuck = true;
    const desk = new Desk({
      a: (_attempt, signal) => (stuck ? new Promise((resolve) => signal.addEventListener("abort", () => resolve(DOWN))) : OK),
    });
    desk.run();
    await desk.owe({}, {}, {}, {});
    await desk.clock.advance(desk.start + 1000);
    expect(desk.sent).toHaveLength(2);
    await desk.end();
    stuck = false;
    const next = await desk.store.alerts.claim("next", desk.clock.now(), 10, 1000);
    expect(next.map((item) => item.id).sort()).toEqual(["m0", "m1", "m2", "m3"]);
  });

  it("notes what was delivered as soon as the store is back, and does not tell it again", async () => {
    const desk = new Desk({ a: () => OK });
    const settle = desk.store.alerts.settle.bind(desk.store.alerts);
    let away = true;
    desk.store.alerts.settle = async (...given) => {
      if (away) throw new Error("store_unavailable");
      return settle(...given);
    };
    desk.run();
    await desk.owe({});
    await desk.clock.advance(desk.start + 30_000);
    away = false;
    await desk.clock.advance(desk.start + HOUR);
    expect(desk.sent).toHaveLength(1);
    expect(desk.attempts).toHaveLength(1);
    expect(await desk.states()).toEqual({ m0: "delivered" });
    expect(desk.events.map(({ kind }) => kind)).toEqual(["store-unavailable", "delivered"]);
    await desk.end();
  });

  it("survives notifiers that throw and a store that is away, without repeating what they said", async () => {
    const desk = new Desk({
      a: (attempt) => {
        if (attempt === 1) throw new Error("token xoxb-secret");
        return OK;
      },
    });
    const claim = desk.store.alerts.claim.bind(desk.store.alerts);
    let away = true;
    desk.store.alerts.claim = async (...given) => {
      if (away) throw new Error("store_unavailable");
      return claim(...given);
    };
    desk.run();
    await desk.owe({});
    await desk.clock.advance(desk.start + 5000);
    away = false;
    await desk.clock.advance(desk.start + 60_000);
    expect(await desk.states()).toEqual({ m0: "delivered" });
    expect(desk.events.some((event) => event.kind === "store-unavailable")).toBe(true);
    expect(JSON.stringify(desk.events)).not.toContain("xoxb-secret");
    await desk.end();
  });
});

describe("backoff", () => {
  it("stays between one second and ten minutes, and honours Retry-After", () => {
    for (const random of [0, 0.3, 0.999]) {
      for (let attempts = 1; attempts < 200; attempts++) {
        const wait = backoff(attempts, undefined, () => random);
        expect(wait).toBeGreaterThanOrEqual(1000);
        expect(wait).toBeLessThanOrEqual(600_000);
      }
      expect(backoff(1, 3_000_000, () => random)).toBeGreaterThanOrEqual(3_000_000);
      expect(backoff(9, 0, () => random)).toBe(1000);
    }
  });
});
