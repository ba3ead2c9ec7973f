/** A clock for tests of what takes hours. */
import type { Clock } from "../../src/ports/clock.ts";

/** Time that moves only when everybody waits: hours of retries run in milliseconds, and always the same. */
export class VirtualClock implements Clock {
  #now = Date.UTC(2026, 10, 23, 10);
  readonly #sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  readonly #busy: () => boolean;

  /** `busy`: true while something is under way that does not wait for this clock. */
  constructor(busy: () => boolean = () => false) {
    this.#busy = busy;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = () => {
        this.#sleepers.splice(this.#sleepers.indexOf(sleeper) >>> 0, 1);
        reject(signal?.reason);
      };
      const wake = () => {
        signal?.removeEventListener("abort", stop);
        resolve();
      };
      const sleeper = { at: this.#now + ms, wake };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", stop, { once: true });
    });
  }

  /** Advances to `until`, waking sleepers in order of time and letting their work finish in between. */
  async advance(until: number): Promise<void> {
    for (;;) {
      for (let i = 0; i < 20 || this.#busy(); i++) await new Promise((resolve) => setImmediate(resolve));
      this.#sleepers.sort((a, b) => a.at - b.at);
      const next = this.#sleepers[0];
      if (!next || next.at > until) break;
      this.#sleepers.shift();
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
    this.#now = until;
  }
}
