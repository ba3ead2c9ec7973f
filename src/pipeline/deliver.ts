/**
 * Deliver: takes what is owed from the outbox and hands it to notifiers, at least once. The only place that retries.
 * Each target has a lane of its own, so one that is dead or slow delays nobody else.
 */

import type { OutboxItem } from "../ports/alert-store.ts";
import { DeliveryLane, type LaneSettings } from "./delivery-lane.ts";
import type { DeliverOptions } from "./delivery-options.ts";

export type { AttemptReason, DeliverOptions, DeliveryAttempt, DeliveryEvent } from "./delivery-options.ts";

/** Claimed entries are ours for this long; nothing is sent near its end, because somebody else may have it then. */
const VISIBILITY = 5 * 60_000;
const CLAIM_LIMIT = 100;

export class Deliverer {
  readonly #options: DeliverOptions;
  readonly #lanes = new Map<string, DeliveryLane>();
  readonly #settings: LaneSettings;
  #wake: (() => void) | undefined;
  #woken = false;

  constructor(options: DeliverOptions) {
    this.#options = options;
    this.#settings = {
      options,
      perTarget: options.perTarget ?? 4,
      attemptTimeout: options.attemptTimeout ?? 60_000,
      holdFor: VISIBILITY - 2 * (options.attemptTimeout ?? 60_000),
    };
  }

  /** Call after the outbox was written: entries are then sent at once instead of at the next poll. */
  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  /** Call when daemons came or went: what one that is gone was about to send is sent by who is left. Rejects without a store. */
  async inherit(living: readonly string[]): Promise<void> {
    if ((await this.#options.store.freeClaims(living)) > 0) this.wake();
  }

  /**
   * Runs until `signal` is aborted, then waits for attempts under way (which are aborted too) and gives back what it
   * holds. Never rejects: an unreachable store is reported and tried again.
   */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#woken = false;
      const found = await this.#claim(signal);
      if (found < CLAIM_LIMIT) await this.#idle(signal);
    }
    await Promise.all([...this.#lanes.values()].map((lane) => lane.close()));
  }

  async #claim(signal: AbortSignal): Promise<number> {
    const { store, owner, clock } = this.#options;
    try {
      const items = await store.claim(owner, clock.now(), CLAIM_LIMIT, VISIBILITY);
      for (const item of items) this.#lane(item, signal).add(item);
      return items.length;
    } catch (error) {
      const detail = error instanceof Error ? error.message : "unknown";
      this.#options.onEvent?.({ kind: "store-unavailable", target: "", detail, attempt: 0, latency: 0, news: true });
      return 0;
    }
  }

  #lane(item: OutboxItem, signal: AbortSignal): DeliveryLane {
    let lane = this.#lanes.get(item.target);
    if (!lane) {
      lane = new DeliveryLane(this.#settings, signal, () => this.wake());
      this.#lanes.set(item.target, lane);
    }
    return lane;
  }

  async #idle(signal: AbortSignal): Promise<void> {
    if (this.#woken) return;
    const waker = new AbortController();
    const wake = () => waker.abort();
    this.#wake = wake;
    signal.addEventListener("abort", wake, { once: true });
    if (signal.aborted) wake();
    try {
      await this.#options.clock.sleep(this.#options.poll ?? 1_000, waker.signal);
    } catch {
      // Woken or stopped: the loop looks at the signal itself.
    } finally {
      signal.removeEventListener("abort", wake);
      this.#wake = undefined;
    }
  }
}
