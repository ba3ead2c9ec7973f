/**
 * Evaluate: the composer of the judging half. Every tick it samples the active series of the shards this daemon leads,
 * judges them, and commits states, anomalies and position together, shard by shard. Between ticks it looks at the series
 * in which something was counted, so that a spike is told when it is seen and not when its bucket ends.
 */
import type { Lease } from "../ports/leases.ts";
import type { BucketCount, ShardCommit, WindowStore } from "../ports/windows.ts";
import { type JudgeOptions, ShardJudge } from "./judge.ts";
import { writtenEvery } from "./series-track.ts";
import type { Suspicious } from "./suspicious-series.ts";

type Buckets = ReadonlyMap<number, readonly BucketCount[]>;

interface LedShard {
  readonly judge: ShardJudge;
  /** Fencing token of the lease. */
  readonly token: number;
  position: number | undefined;
}

export interface EvaluatorOptions extends JudgeOptions {
  readonly windows: WindowStore;
  /** Called once a minute with the suspicious ones of all series led here. */
  readonly onSuspicious?: (suspicious: readonly Suspicious[], tick: number) => void;
  /** Called after each tick with the time it judged and the shards that changed. */
  readonly onTick?: (tick: number) => Promise<void>;
}

/** On taking over a shard, buckets this far back are read: no source is later than this. */
const TAKE_OVER_LOOK_BACK = 15 * 60_000;
/** Ticks judged between two commits while catching up. */
const TICKS_PER_COMMIT = 60;
const MINUTE = 60_000;
/** While nothing was counted for long, this many ticks are passed over at once: a day. */
const MAX_QUIET_TICKS = 8_640;

export class Evaluator {
  readonly #options: EvaluatorOptions;
  readonly #led = new Map<number, LedShard>();
  #tookOver = false;
  #opened = 0;

  constructor(options: EvaluatorOptions) {
    this.#options = options;
  }

  /** Time up to which all shards led here have been judged; undefined before the first tick. */
  get position(): number | undefined {
    let oldest: number | undefined;
    for (const { position } of this.#led.values()) {
      if (position !== undefined) oldest = Math.min(oldest ?? position, position);
    }
    return oldest;
  }

  get shards(): number {
    return this.#led.size;
  }

  /** Series that had events in the buckets of their last tick. */
  get activeSeries(): number {
    let active = 0;
    for (const { judge } of this.#led.values()) active += judge.active;
    return active;
  }

  /** How many anomalies were opened, and stored, since this was asked last. */
  takeOpened(): number {
    const opened = this.#opened;
    this.#opened = 0;
    return opened;
  }

  /** Takes the lead of shards (from leases), or gives up those not listed any more. */
  async lead(leases: readonly (readonly [shard: number, lease: Lease])[]): Promise<void> {
    const wanted = new Map(leases);
    for (const [shard, led] of this.#led) if (wanted.get(shard)?.token !== led.token) this.#led.delete(shard);
    const fresh = leases.filter(([shard]) => !this.#led.has(shard));
    if (fresh.length === 0) return;
    const shards = fresh.map(([shard]) => shard);
    const anomalies = await this.#options.windows.readAnomalies(shards);
    const positions = await this.#options.windows.positions(shards);
    fresh.forEach(([shard, { token }], index) => {
      const judge = new ShardJudge(shard, this.#options, anomalies[index] ?? new Map());
      this.#led.set(shard, { judge, token, position: positions[index] });
    });
    this.#tookOver = true;
  }

  /**
   * Judges everything up to `until`, tick by tick. `begin` is where a shard that was never evaluated starts. Resolves
   * with the number of ticks. After a failure everything is read again under the next lease, since memory may then be
   * ahead of the store.
   */
  async advance(until: number, begin: number): Promise<number> {
    const { width } = this.#options;
    const last = until - (until % width);
    for (const led of this.#led.values()) led.position ??= Math.min(begin - (begin % width), last);
    let position = this.position ?? last;
    let ticks = 0;
    try {
      let quiet = TICKS_PER_COMMIT;
      while (position < last) {
        const end = Math.min(position + quiet * width, last);
        const buckets = await this.#read(position, end);
        const silent = !this.#needsTime() && [...buckets.values()].every((own) => own.size === 0);
        if (!silent && quiet > TICKS_PER_COMMIT) {
          quiet = TICKS_PER_COMMIT;
          continue;
        }
        const stride = (end - position) / width;
        if (silent) await this.#skip(end);
        else await this.#judgeStride(position, stride, buckets);
        quiet = silent ? Math.min(quiet * 2, MAX_QUIET_TICKS) : TICKS_PER_COMMIT;
        position = end;
        ticks += stride;
      }
    } catch (error) {
      this.#led.clear();
      throw error;
    }
    return ticks;
  }

  /**
   * Judges the series in which something was counted since the last look, in shards whose next tick is not due at `at`, up
   * to `until`: events may have come until then, the time they are told under is `at`. Costs one question to the store while
   * nothing was counted; nothing is written but anomalies that open. Fails as `advance` does.
   */
  async look(at: number, until: number): Promise<void> {
    const { windows, width } = this.#options;
    const shards: { readonly shard: number; readonly judge: ShardJudge; readonly position: number }[] = [];
    for (const [shard, { judge, position }] of this.#led) {
      if (position !== undefined && position <= at && at < position + width) shards.push({ shard, judge, position });
    }
    if (shards.length === 0) return;
    try {
      const counted = await windows.takeCounted(shards.map(({ shard }) => shard));
      const found = new Set<number>();
      for (const [index, { shard, judge, position }] of shards.entries()) {
        const own = counted[index];
        if (own && own.size > 0) await judge.look(at, until, position, own);
        if (judge.anyOpened) found.add(shard);
      }
      if (found.size > 0) await this.#commit((shard) => found.has(shard));
    } catch (error) {
      this.#led.clear();
      throw error;
    }
  }

  async #read(position: number, until: number): Promise<ReadonlyMap<number, Buckets>> {
    const { lateness, width } = this.#options;
    const shards = [...this.#led.keys()];
    let lookBack = lateness + width;
    if (this.#tookOver) lookBack = TAKE_OVER_LOOK_BACK + writtenEvery(width);
    for (const { judge } of this.#led.values()) lookBack = Math.max(lookBack, judge.lookBack);
    this.#tookOver = false;
    const read = await this.#options.windows.readBuckets(shards, position - lookBack, until);
    return new Map(shards.map((shard, index) => [shard, read[index] ?? new Map()]));
  }

  #needsTime(): boolean {
    for (const { judge } of this.#led.values()) if (judge.needsTime) return true;
    return false;
  }

  /** Nothing was counted and nothing is on: the position moves, and whoever waits for time is told once. */
  async #skip(end: number): Promise<void> {
    for (const led of this.#led.values()) if (led.position !== undefined && led.position < end) led.position = end;
    await this.#commit((_, position) => position === end);
    this.#options.onSuspicious?.(this.#suspicious(end), end);
    await this.#options.onTick?.(end);
  }

  async #judgeStride(start: number, stride: number, buckets: ReadonlyMap<number, Buckets>): Promise<void> {
    const { width, onTick, onSuspicious } = this.#options;
    for (let step = 1; step <= stride; step++) {
      const tick = start + step * width;
      let found = false;
      for (const [shard, led] of this.#led) {
        if (led.position === undefined || led.position >= tick) continue;
        const own = buckets.get(shard);
        if (own && (own.size > 0 || led.judge.needsTime)) await led.judge.tick(tick, led.position, visibleAt(own, tick));
        led.position = tick;
        found ||= led.judge.needsTime;
      }
      if (onSuspicious && tick % MINUTE === 0) onSuspicious(this.#suspicious(tick), tick);
      if (found || step === stride) await this.#commit((_, position) => position === tick);
      await onTick?.(tick);
    }
  }

  #suspicious(tick: number): readonly Suspicious[] {
    return [...this.#led.values()].flatMap(({ judge }) => judge.suspicious(tick));
  }

  async #commit(wanted: (shard: number, position: number) => boolean): Promise<void> {
    const commits: (ShardCommit & { readonly opened: number })[] = [];
    for (const [shard, { judge, token, position }] of this.#led) {
      if (position === undefined || !wanted(shard, position)) continue;
      commits.push({ shard, token, position, ...judge.takeChanges() });
    }
    const accepted = await this.#options.windows.commit(commits);
    commits.forEach(({ shard, opened }, index) => {
      if (accepted[index]) this.#opened += opened;
      else this.#led.delete(shard);
    });
  }
}

/** What a tick may see of the buckets read: those that began before it. */
function visibleAt(buckets: Buckets, tick: number): Buckets {
  const visible = new Map<number, readonly BucketCount[]>();
  for (const [at, counts] of buckets) if (at < tick) visible.set(at, counts);
  return visible;
}
