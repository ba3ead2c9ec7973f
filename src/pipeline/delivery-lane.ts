/** The queue of one target: bounded concurrency, pauses the target asked for, and what an answer means for the entry. */
import type { Transition } from "../domain/alert.ts";
import type { AlertStore, OutboxItem } from "../ports/alert-store.ts";
import type { Delivery, Notification, Notifier } from "../ports/notifier.ts";
import { backoff } from "./backoff.ts";
import type { AttemptReason, DeliverOptions, DeliveryAttempt, DeliveryEvent } from "./delivery-options.ts";
import type { OutboxContext } from "./dispatch.ts";

export interface LaneSettings {
  readonly options: DeliverOptions;
  readonly perTarget: number;
  readonly attemptTimeout: number;
  /** An entry held longer than this is left to whoever claims it next. */
  readonly holdFor: number;
}

interface Held {
  readonly item: OutboxItem;
  readonly claimedAt: number;
}

type Outcome = { readonly delivery: Delivery } | { readonly dead: AttemptReason; readonly detail: string };

type Settlement = readonly [attempt: Parameters<AlertStore["settle"]>[1], next: Parameters<AlertStore["settle"]>[2]];

/** Pause before the store is told again what became of an entry, milliseconds. */
const KEEP_AGAIN = 1_000;
const TOO_LONG: Delivery = { ok: false, reason: "timeout", retryable: true, detail: "the attempt took too long" };
/** Later than this a message says that it is late. */
const LATE = 60_000;

export class DeliveryLane {
  readonly #settings: LaneSettings;
  readonly #signal: AbortSignal;
  readonly #onRoom: () => void;
  readonly #queue: Held[] = [];
  readonly #running = new Set<Promise<void>>();
  /** The target asked for silence until then (429 with Retry-After). */
  #pausedUntil = 0;
  /** The notifier whose target is gone for good (410): nothing is sent until configuration makes a new one. */
  #gone: Notifier | undefined;
  #lastFailure: string | undefined;

  constructor(settings: LaneSettings, signal: AbortSignal, onRoom: () => void) {
    this.#settings = settings;
    this.#signal = signal;
    this.#onRoom = onRoom;
  }

  add(item: OutboxItem): void {
    this.#queue.push({ item, claimedAt: this.#now() });
    this.#pump();
  }

  /** Resolves when nothing is under way any more and what was not tried has been given back. */
  async close(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    for (const { item } of this.#queue.splice(0)) await this.#giveBack(item);
  }

  #pump(): void {
    while (!this.#signal.aborted && this.#running.size < this.#settings.perTarget) {
      const held = this.#queue.shift();
      if (!held) return;
      const work = this.#process(held).finally(() => {
        this.#running.delete(work);
        this.#pump();
      });
      this.#running.add(work);
    }
  }

  async #process(held: Held): Promise<void> {
    const { item, claimedAt } = held;
    const { clock } = this.#settings.options;
    try {
      const wait = this.#pausedUntil - clock.now();
      if (clock.now() + Math.max(0, wait) - claimedAt > this.#settings.holdFor) return;
      if (wait > 0) await clock.sleep(wait, this.#signal);
      await this.#settle(held, await this.#attempt(item));
      // The next message of the same alert became claimable.
      this.#onRoom();
    } catch (error) {
      if (this.#signal.aborted) return this.#giveBack(item);
      // The entry stays claimed and comes back when its time is over: at least once.
      this.#storeFailed(item, error);
    }
  }

  async #attempt(item: OutboxItem): Promise<Outcome> {
    const { notifier: find, clock } = this.#settings.options;
    const context = JSON.parse(item.context) as OutboxContext;
    const notifier = find(item.target);
    if (!notifier) return { dead: "no-such-target", detail: "the configuration has no such target" };
    if (this.#gone === notifier) return { dead: "gone", detail: "the target said that it is gone for good" };
    if (context.expiresAt !== undefined && clock.now() > context.expiresAt)
      return { dead: "superseded", detail: "a newer message says the same" };
    const delivery = await this.#send(notifier, this.#notification(item, context));
    if (!delivery.ok && delivery.reason === "gone") this.#gone = notifier;
    return { delivery };
  }

  /** Bounds the attempt, whatever the notifier does with its signal. */
  async #send(notifier: Notifier, notification: Notification): Promise<Delivery> {
    const { clock } = this.#settings.options;
    // Linked by hand: what AbortSignal.any returns may be collected in Node 20 while it is still waited for.
    const limit = new AbortController();
    const stop = () => limit.abort(this.#signal.reason);
    const cutOff = new Promise<Delivery>((resolve) => {
      limit.signal.addEventListener("abort", () => resolve(TOO_LONG), { once: true });
    });
    this.#signal.addEventListener("abort", stop, { once: true });
    const done = new AbortController();
    const timer = clock.sleep(this.#settings.attemptTimeout, done.signal).then(
      () => limit.abort(),
      () => undefined,
    );
    try {
      const delivery = await Promise.race([notifier.send(notification, limit.signal), cutOff]);
      // The notifier only sees that it was stopped; why is known here.
      return !delivery.ok && limit.signal.aborted ? TOO_LONG : delivery;
    } catch {
      // A notifier answers with values; what it throws may hold secrets and is not repeated.
      return { ok: false, reason: "client-error", retryable: true, detail: "the notifier failed unexpectedly" };
    } finally {
      this.#signal.removeEventListener("abort", stop);
      done.abort();
      await timer;
    }
  }

  #notification(item: OutboxItem, context: OutboxContext): Notification {
    const late = this.#now() - item.createdAt;
    return {
      id: item.id,
      transition: JSON.parse(item.payload) as Transition,
      receiver: context.receiver,
      groupLabels: context.groupLabels,
      groupKey: context.groupKey,
      attempt: item.attempts.length + 1,
      ...(late > LATE ? { delayedBy: late } : {}),
      ...(context.silence === undefined ? {} : { silence: context.silence }),
      externalUrl: this.#settings.options.externalUrl,
    };
  }

  async #settle(held: Held, outcome: Outcome): Promise<void> {
    const { item } = held;
    const { random, horizon } = this.#settings.options;
    const at = this.#now();
    const attempt = item.attempts.length + 1;
    if ("dead" in outcome) {
      await this.#note(item, { outcome: "dead", reason: outcome.dead, detail: outcome.detail });
      await this.#keep(held, { at, ok: false, reason: outcome.dead, detail: outcome.detail }, "dead");
      return this.#tell({ kind: "dead", reason: outcome.dead, detail: outcome.detail }, item, attempt);
    }
    const { delivery } = outcome;
    if (delivery.ok) {
      const { reference } = delivery;
      await this.#note(item, { outcome: "delivered" });
      await this.#keep(held, { at, ok: true, ...(reference === undefined ? {} : { reference }) }, "delivered");
      return this.#tell({ kind: "delivered" }, item, attempt);
    }
    const { reason, detail, retryAfter } = delivery;
    if (this.#signal.aborted) {
      await this.#note(item, { outcome: "aborted", reason, detail });
      return this.#giveBack(item);
    }
    if (reason === "rate-limited" && retryAfter !== undefined) this.#pausedUntil = Math.max(this.#pausedUntil, at + retryAfter);
    const next = at + backoff(attempt, retryAfter, random);
    const retry = delivery.retryable && next <= item.createdAt + horizon;
    await this.#note(item, { outcome: retry ? "retry" : "dead", reason, detail });
    await this.#keep(held, { at, ok: false, reason, detail }, retry ? next : "dead");
    this.#tell({ kind: retry ? "retry" : "dead", reason, detail }, item, attempt);
  }

  /**
   * Tells the store what became of an entry, again and again while it is late or away, as long as nobody else can claim the
   * entry: what was delivered and is not noted would be told a second time.
   */
  async #keep({ item, claimedAt }: Held, ...[attempt, next]: Settlement): Promise<void> {
    const { store, clock } = this.#settings.options;
    for (let failures = 0; ; failures++) {
      try {
        return await store.settle(item.id, attempt, next);
      } catch (error) {
        const isOver = clock.now() - claimedAt > this.#settings.holdFor + this.#settings.attemptTimeout;
        if (isOver || this.#signal.aborted) throw error;
        if (failures === 0) this.#storeFailed(item, error);
      }
      // When the daemon stops meanwhile, the store is told once more.
      await clock.sleep(KEEP_AGAIN, this.#signal).catch(() => undefined);
    }
  }

  #storeFailed({ target }: OutboxItem, error: unknown): void {
    const detail = error instanceof Error ? error.message : "unknown";
    this.#settings.options.onEvent?.({ kind: "store-unavailable", target, detail, attempt: 0, latency: 0, news: true });
  }

  async #note(item: OutboxItem, answer: Pick<DeliveryAttempt, "outcome" | "reason" | "detail">): Promise<void> {
    const { onAttempt } = this.#settings.options;
    if (!onAttempt) return;
    const { receiver } = JSON.parse(item.context) as OutboxContext;
    const { type, data } = JSON.parse(item.payload) as Transition;
    const { id: notification, target } = item;
    await onAttempt({
      alert: data.id,
      notification,
      receiver,
      target,
      transition: type,
      attempt: item.attempts.length + 1,
      ...(data.canary ? { canary: true } : {}),
      ...answer,
    });
  }

  /** Due again at once, for whoever runs next. */
  async #giveBack(item: OutboxItem): Promise<void> {
    const { store } = this.#settings.options;
    const attempt = { at: this.#now(), ok: false, reason: "aborted", detail: "stopped before it was delivered" };
    // When the store is away too, the entry becomes due by itself once its claim has run out.
    await store.settle(item.id, attempt, this.#now()).catch(() => undefined);
  }

  #tell(event: Pick<DeliveryEvent, "kind" | "reason" | "detail">, item: OutboxItem, attempt: number): void {
    const failure = event.kind === "delivered" ? undefined : `${event.reason}: ${event.detail}`;
    const news = failure !== this.#lastFailure;
    this.#lastFailure = failure;
    const latency = this.#now() - item.createdAt;
    this.#settings.options.onEvent?.({ ...event, target: item.target, attempt, latency, news });
  }

  #now(): number {
    return this.#settings.options.clock.now();
  }
}
