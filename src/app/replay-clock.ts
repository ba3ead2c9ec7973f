/** The clock of the events: it stands still until told, and a sleeper wakes when its time has been reached. */
import type { Clock } from "../ports/clock.ts";

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

export class ReplayClock implements Clock {
  #now: number;
  #sleepers: Sleeper[] = [];

  constructor(start = 0) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  /** Moves on to `time`; going back is ignored. */
  set(time: number): void {
    if (time <= this.#now) return;
    this.#now = time;
    const due = this.#sleepers.filter((sleeper) => sleeper.at <= time);
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.at > time);
    for (const sleeper of due) sleeper.wake();
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (ms <= 0) return;
    await new Promise<void>((resolve, reject) => {
      const sleeper = { at: this.#now + ms, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  }
}
