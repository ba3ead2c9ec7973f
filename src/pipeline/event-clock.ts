/**
 * The clock of the events. Evaluation follows event time, so that a backlog posted today is judged as if it had been
 * seen when it happened; while events are current it is the wall clock.
 */
import type { Clock } from "../ports/clock.ts";

/** Events at most this much behind the wall clock are current. */
const CURRENT_WITHIN = 10 * 60_000;
/** A backlog that has been silent for this long is over: evaluation goes on with the wall clock. */
const BACKLOG_IDLE = 60_000;

export class EventClock {
  readonly #clock: Clock;
  #newest = Number.NEGATIVE_INFINITY;
  #newestArrival = 0;
  #first: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes the event times of a batch that was just stored. */
  observe(oldest: number, newest: number): void {
    this.#first = this.#first === undefined ? oldest : Math.min(this.#first, oldest);
    if (newest >= this.#newest) {
      this.#newest = newest;
      this.#newestArrival = this.#clock.now();
    }
  }

  /**
   * Call with the position a store was left at. Until the first events say otherwise, they are taken to go on from there:
   * a daemon that was restarted within a backlog must not judge the rest of it as if it had not come.
   */
  resume(position: number): void {
    if (this.#newest !== Number.NEGATIVE_INFINITY) return;
    this.#newest = position;
    this.#newestArrival = this.#clock.now();
  }

  /** Notes a batch that could not be stored: it comes again, so a backlog is not over, and no time passes in it meanwhile. */
  refuse(): void {
    if (this.behind) this.#newestArrival = this.#clock.now();
  }

  /** Oldest event time seen by this process: where a store without positions begins. */
  get first(): number | undefined {
    return this.#first;
  }

  /** True while a backlog is being read. */
  get behind(): boolean {
    const lag = this.#newestArrival - this.#newest;
    return lag > CURRENT_WITHIN && this.#clock.now() - this.#newestArrival < BACKLOG_IDLE;
  }

  /** Time up to which events are assumed to have been seen, milliseconds. */
  now(): number {
    const wall = this.#clock.now();
    if (!this.behind) return wall;
    return Math.min(wall, this.#newest + (wall - this.#newestArrival));
  }
}
