/** Answers why something fired or did not, for a series named by a person. */
import type { Config } from "../../config/schema.ts";
import { TenfoldError } from "../domain/errors.ts";
import { formatTime } from "../domain/time.ts";
import { type Explanation, explain } from "../pipeline/explain.ts";
import { findByPrefix } from "../pipeline/find-series.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import type { Engine } from "./engine.ts";

/** Clocks of machines differ; beyond this a time is in the future, milliseconds. */
const TOLERANCE = 60_000;

export class ExplainDesk {
  readonly #engine: Engine;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #retention: Config["buckets"]["retention"];

  constructor(engine: Engine, store: Store, clock: Clock, config: Config) {
    this.#engine = engine;
    this.#store = store;
    this.#clock = clock;
    this.#retention = config.buckets.retention;
  }

  /** Undefined when there is no such series. */
  async explain(text: string, at: number): Promise<Explanation | undefined> {
    const now = this.#clock.now();
    if (at > now + TOLERANCE) throw new TenfoldError("invalid_request", `at: ${formatTime(at)} is in the future`);
    const { windows, alerts } = this.#store;
    const series = await findByPrefix(windows, text);
    if (!series) return undefined;
    const { timeline } = this.#engine;
    return explain(series, at, {
      windows,
      alerts,
      panelFor: (one, time) => this.#engine.panelFor(one, time),
      shareOf: (...of) => timeline.share(...of),
      previousDigest: (...of) => timeline.previousDigest(...of),
      retention: this.#retention,
    });
  }
}
