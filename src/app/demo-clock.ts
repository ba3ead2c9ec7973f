/** The demo's clock: set by hand while history is read, then fast until it has caught up with the wall, then with it. */
import type { Clock } from "../ports/clock.ts";
import type { SettableClock } from "./replay.ts";

export class DemoClock implements SettableClock {
  readonly #wall: Clock;
  readonly #speed: number;
  #set = 0;
  #started: { readonly wall: number; readonly time: number } | undefined;

  constructor(wall: Clock, speed: number) {
    this.#wall = wall;
    this.#speed = speed;
  }

  now(): number {
    if (!this.#started) return this.#set;
    const wall = this.#wall.now();
    return Math.min(wall, Math.floor(this.#started.time + (wall - this.#started.wall) * this.#speed));
  }

  /** Moves on while history is read; going back is ignored. */
  set(time: number): void {
    if (!this.#started && time > this.#set) this.#set = time;
  }

  /** From now on time passes by itself, beginning at `time`. */
  start(time: number): void {
    this.#started = { wall: this.#wall.now(), time };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const behind = this.now() < this.#wall.now();
    return this.#wall.sleep(behind ? Math.max(1, ms / this.#speed) : ms, signal);
  }
}
