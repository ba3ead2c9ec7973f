import type { TimedChange } from "./change-records.ts";
import type { TimedViolation } from "./event-stream.ts";
import type { FleetRun } from "./simulate-fleet.ts";

/** What happened since the last batch. */
export interface LiveBatch {
  readonly events: readonly TimedViolation[];
  readonly changes: readonly TimedChange[];
  /** True when the run has no more to give. */
  readonly done: boolean;
}

/** Hands a simulated run out bit by bit, as time goes on. Calls must not go back in time. */
export class LiveFleet {
  readonly #run: FleetRun;
  #pending: IteratorResult<TimedViolation, unknown>;
  #changesGiven = 0;

  constructor(run: FleetRun) {
    this.#run = run;
    this.#pending = run.events.next();
  }

  /** Everything with a time before `untilMs` (of the simulated time) that was not given yet. */
  next(untilMs: number): LiveBatch {
    const events: TimedViolation[] = [];
    while (!this.#pending.done && this.#pending.value.at < untilMs) {
      events.push(this.#pending.value);
      this.#pending = this.#run.events.next();
    }
    const changes: TimedChange[] = [];
    for (let change = this.#run.changes[this.#changesGiven]; change && change.at < untilMs; ) {
      changes.push(change);
      change = this.#run.changes[++this.#changesGiven];
    }
    return { events, changes, done: this.#pending.done === true && this.#changesGiven === this.#run.changes.length };
  }
}
