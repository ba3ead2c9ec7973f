import type { Clock } from "../ports/clock.ts";

/**
 * Paces calls to one channel: `burst` at once, then one per `interval` milliseconds. Waiting here costs nothing but
 * time; being told 429 may make the target pause or hide everything we send.
 */
export class TokenBucket {
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #burst: number;
  /** Time at which the bucket is (or was) full again. */
  #fullAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, interval: number, burst: number) {
    this.#clock = clock;
    this.#interval = interval;
    this.#burst = burst;
  }

  /** For what can wait: resolves when two calls may be made, and takes one, so that it holds up nobody who takes. */
  async takeSpare(signal: AbortSignal): Promise<void> {
    for (;;) {
      const now = this.#clock.now();
      const wait = Math.max(this.#fullAt, now) + 2 * this.#interval - now - this.#burst * this.#interval;
      if (wait <= 0) break;
      await this.#clock.sleep(wait, signal);
    }
    await this.take(signal);
  }

  /** Resolves when a call may be made; callers go in the order they came. Rejects when aborted, giving the turn back. */
  async take(signal: AbortSignal): Promise<void> {
    const now = this.#clock.now();
    this.#fullAt = Math.max(this.#fullAt, now) + this.#interval;
    const wait = this.#fullAt - now - this.#burst * this.#interval;
    if (wait <= 0) return;
    try {
      await this.#clock.sleep(wait, signal);
    } catch (error) {
      this.#fullAt -= this.#interval;
      throw error;
    }
  }
}
