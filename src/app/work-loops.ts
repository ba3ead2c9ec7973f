/** Work that a daemon repeats until it is stopped. */
import { type ErrorCode, TenfoldError } from "../domain/errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import type { Logger } from "../telemetry/logger.ts";

export interface WorkLoopsOptions {
  readonly clock: Clock;
  readonly store: Pick<Store, "ping">;
  readonly log: Logger;
  /** Told of every failure, by its code. */
  readonly onFailure: (code: ErrorCode) => void;
}

export class WorkLoops {
  readonly #options: WorkLoopsOptions;
  /** When a round of each loop last succeeded, and when the loop began before the first did. */
  readonly #succeededAt = new Map<string, number>();
  #storeDown = false;

  constructor(options: WorkLoopsOptions) {
    this.#options = options;
  }

  /** Milliseconds since a round of a loop last succeeded, or since it began; 0 before. Grows while a round fails or hangs. */
  sinceSuccess(name: string): number {
    const { clock } = this.#options;
    return Math.max(0, clock.now() - (this.#succeededAt.get(name) ?? clock.now()));
  }

  /**
   * Repeats `work` with a pause (milliseconds) between until `signal` is aborted; never rejects. An unreachable store is told
   * once, and once more when it is back, which the loop called `evaluate` finds out.
   */
  async run(name: string, work: () => Promise<void>, pause: number, signal: AbortSignal): Promise<void> {
    const { clock, log, store, onFailure } = this.#options;
    this.#succeededAt.set(name, clock.now());
    while (!signal.aborted) {
      try {
        await work();
        this.#succeededAt.set(name, clock.now());
        if (this.#storeDown && name === "evaluate") {
          // A round without a due tick asks nothing of the store, so its success proves nothing.
          await store.ping();
          this.#storeDown = false;
          log.info("store is back");
        }
      } catch (error) {
        const code = error instanceof TenfoldError ? error.code : "internal";
        onFailure(code);
        if (code !== "store_unavailable") log.error({ work: name, err: error }, "work failed; it will be tried again");
        else if (!this.#storeDown) {
          this.#storeDown = true;
          log.error({ work: name, err: error }, "store is not reachable");
        }
      }
      await clock.sleep(pause, signal).catch(() => undefined);
    }
  }
}
