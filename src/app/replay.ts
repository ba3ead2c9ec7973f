/** Replay: the pipeline over recorded events, on the clock of the events. Deterministic; sends nothing. */
import type { Config } from "../../config/schema.ts";
import { escalate } from "../alerting/escalate.ts";
import { compileRouting } from "../alerting/routing/index.ts";
import type { Transition } from "../domain/alert.ts";
import { addIgnored, type Ignored } from "../pipeline/ignored.ts";
import type { Normalized } from "../pipeline/normalize.ts";
import type { ReceivedRecord } from "../pipeline/receive.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import { Engine } from "./engine.ts";
import { mergeByTime } from "./merge-by-time.ts";
import { deliveryTargets } from "./receivers.ts";
import type { ReplayItem } from "./replay-items.ts";

/** A clock that stands still until it is told the time. */
export interface SettableClock extends Clock {
  set(time: number): void;
}

export interface ReplayOptions {
  readonly config: Config;
  readonly store: Store;
  readonly clock: SettableClock;
  /** Recorded streams, each roughly in the order of its times (replay-items.ts). */
  readonly streams: readonly AsyncIterator<ReplayItem>[];
  readonly onTransitions: (transitions: readonly Transition[]) => void;
  /** A record that was not understood. */
  readonly onRejected: (where: string, code: string, message: string) => void;
  /** Called now and then with the number of records read and the time reached. */
  readonly onProgress?: (records: number, time: number) => void;
}

export interface ReplaySummary {
  readonly records: number;
  readonly violations: number;
  readonly duplicates: number;
  readonly changes: number;
  readonly ignored: Ignored;
  readonly rejected: number;
}

/** One process on its own clock: nobody competes for the leases, however far the clock jumps. */
const LEASE_TTL = 10 * 365 * 86_400_000;
const PROGRESS_EVERY = 20_000;
/** Records stored at once, so that a storm within one bucket needs no more memory than that. */
const BATCH = 5_000;

export async function replay(options: ReplayOptions): Promise<ReplaySummary> {
  const { config, store, clock } = options;
  const routing = compileRouting(config, deliveryTargets(config));
  const engine = new Engine({
    config,
    store,
    clock,
    owner: "replay",
    leaseTtl: LEASE_TTL,
    settle: 0,
    flushPatience: 0,
    externalUrl: config.server.external_url,
    dispatch: () => ({ outbox: [], records: [] }),
    escalate: (records, now) => escalate({ now, records, routing, silences: [] }),
    onTransitions: options.onTransitions,
    onTrouble: (what, error) => {
      throw new Error(`${what} failed`, { cause: error });
    },
  });
  await engine.feed.catchUp();
  const driver = new Driver(engine, options);
  for await (const item of mergeByTime(options.streams)) await driver.take(item);
  const summary = await driver.finish();
  await engine.leases.release();
  return summary;
}

class Driver {
  readonly #engine: Engine;
  readonly #options: ReplayOptions;
  readonly #summary = { records: 0, violations: 0, duplicates: 0, changes: 0, ignored: new Map<string, number>(), rejected: 0 };
  #batch: ReplayItem[] = [];

  constructor(engine: Engine, options: ReplayOptions) {
    this.#engine = engine;
    this.#options = options;
  }

  async take(item: ReplayItem): Promise<void> {
    const { clock, store, onProgress } = this.#options;
    const tick = item.time - (item.time % store.windows.width);
    if (tick > clock.now()) {
      await this.#flush();
      clock.set(tick);
      await this.#engine.advance();
    }
    this.#note(item);
    this.#batch.push(item);
    if (this.#batch.length >= BATCH) await this.#flush();
    if (this.#summary.records % PROGRESS_EVERY === 0) onProgress?.(this.#summary.records, item.time);
  }

  /** Lets the last buckets close. What would have come after the end of the record is not known, so it is not judged. */
  async finish(): Promise<ReplaySummary> {
    const { clock, store, config } = this.#options;
    await this.#flush();
    if (this.#summary.records > 0) {
      clock.set(clock.now() + config.buckets.lateness + 2 * store.windows.width);
      await this.#engine.advance();
    }
    await this.#engine.samples.drain();
    return this.#summary;
  }

  #note({ where, normalized, broken }: ReplayItem): void {
    this.#summary.records++;
    for (const [reason, count] of normalized.ignored) addIgnored(this.#summary.ignored, reason, count);
    if (broken !== undefined) this.#reject(where, "invalid_json", broken);
    for (const { code, message } of normalized.rejected) this.#reject(where, code, message);
  }

  #reject(where: string, code: string, message: string): void {
    this.#summary.rejected++;
    this.#options.onRejected(where, code, message);
  }

  async #flush(): Promise<void> {
    if (this.#batch.length === 0) return;
    const batch = this.#batch;
    this.#batch = [];
    const { records, normalized } = together(batch);
    const result = await this.#engine.ingest.normalized(normalized, records);
    this.#summary.violations += normalized.violations.length - result.duplicates;
    this.#summary.duplicates += result.duplicates;
    this.#summary.changes += normalized.timeline.length;
    await this.#engine.samples.drain();
  }
}

/** One batch of many items, each record under a number of its own. */
function together(items: readonly ReplayItem[]): { records: readonly ReceivedRecord[]; normalized: Normalized } {
  const records: ReceivedRecord[] = [];
  const violations: { index: number; violation: Normalized["violations"][number]["violation"] }[] = [];
  const timeline: { index: number; record: Normalized["timeline"][number]["record"] }[] = [];
  items.forEach((item, index) => {
    records.push({ index, record: item.record.record });
    for (const { violation } of item.normalized.violations) violations.push({ index, violation });
    for (const { record } of item.normalized.timeline) timeline.push({ index, record });
  });
  return { records, normalized: { violations, timeline, ignored: new Map(), rejected: [], collapsed: [] } };
}
