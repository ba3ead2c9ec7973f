/**
 * Evaluate: the composer of the judging half. Every tick it samples the active series of the shards this daemon leads,
 * judges them, and commits states, anomalies and position together, shard by shard.
 */
import type { Anomaly } from "../domain/anomaly.ts";
import type { Lease } from "../ports/leases.ts";
import type { BucketCount, ShardCommit, WindowStore } from "../ports/windows.ts";
import { type JudgeOptions, ShardJudge } from "./judge.ts";

export interface EvaluatorOptions extends JudgeOptions {
  readonly windows: WindowStore;
  /** Called after each tick with the time it judged and the shards that changed. */
  readonly onTick?: (tick: number) => Promise<void>;
}

/** On taking over a shard, buckets this far back are read: no source is later than this. */
const TAKE_OVER_LOOK_BACK = 15 * 60_000;
/** Ticks judged between two commits while catching up. */
const TICKS_PER_COMMIT = 60;

export class Evaluator {
  readonly #options: EvaluatorOptions;
  readonly #judges = new Map<number, ShardJudge>();
  readonly #tokens = new Map<number, number>();
  #position: number | undefined;
  #tookOver = false;

  constructor(options: EvaluatorOptions) {
    this.#options = options;
  }

  /** Time up to which the shards led here have been judged; undefined before the first tick. */
  get position(): number | undefined {
    return this.#position;
  }

  get shards(): readonly number[] {
    return [...this.#judges.keys()];
  }

  /** Takes the lead of shards (from leases), or gives up those not listed any more. */
  async lead(leases: readonly (readonly [shard: number, lease: Lease])[]): Promise<void> {
    const wanted = new Map(leases);
    for (const shard of [...this.#judges.keys()]) {
      const lease = wanted.get(shard);
      if (lease && lease.token === this.#tokens.get(shard)) continue;
      this.#judges.delete(shard);
      this.#tokens.delete(shard);
    }
    const fresh = leases.filter(([shard]) => !this.#judges.has(shard));
    if (fresh.length === 0) return;
    const shards = fresh.map(([shard]) => shard);
    const anomalies = await this.#options.windows.readAnomalies(shards);
    const positions = await this.#options.windows.positions(shards);
    fresh.forEach(([shard, lease], index) => {
      this.#judges.set(shard, new ShardJudge(shard, this.#options, anomalies[index] ?? new Map()));
      this.#tokens.set(shard, lease.token);
    });
    this.#tookOver = true;
    for (const position of positions) {
      if (position !== undefined) this.#position = Math.min(this.#position ?? position, position);
    }
  }

  /** All anomalies of the shards led here. */
  anomalies(): readonly Anomaly[] {
    const out: Anomaly[] = [];
    for (const judge of this.#judges.values()) out.push(...judge.anomalies.values());
    return out;
  }

  /**
   * Judges everything up to `until`, tick by tick. `begin` is where a store that was never evaluated starts. Resolves
   * with the number of ticks; a shard whose lease was lost is given up.
   */
  async advance(until: number, begin: number): Promise<number> {
    const { width } = this.#options;
    const last = until - (until % width);
    let position = this.#position ?? begin - (begin % width);
    let ticks = 0;
    try {
      while (position < last) {
        const stride = Math.min(TICKS_PER_COMMIT, (last - position) / width);
        const buckets = await this.#read(position, position + stride * width);
        position = await this.#judgeStride(position, stride, buckets);
        this.#position = position;
        ticks += stride;
      }
    } catch (error) {
      this.#abandon();
      throw error;
    }
    return ticks;
  }

  /** After a failed read or commit memory may be ahead of the store: everything is read again under the next lease. */
  #abandon(): void {
    this.#judges.clear();
    this.#tokens.clear();
    this.#position = undefined;
  }

  async #read(position: number, until: number): Promise<Map<number, ReadonlyMap<number, readonly BucketCount[]>>> {
    const shards = [...this.#judges.keys()];
    let lookBack = this.#tookOver ? TAKE_OVER_LOOK_BACK : this.#options.lateness + this.#options.width;
    for (const judge of this.#judges.values()) lookBack = Math.max(lookBack, judge.lookBack);
    this.#tookOver = false;
    const read = await this.#options.windows.readBuckets(shards, position - lookBack, until);
    return new Map(shards.map((shard, index) => [shard, read[index] ?? new Map()]));
  }

  async #judgeStride(
    start: number,
    stride: number,
    buckets: ReadonlyMap<number, ReadonlyMap<number, readonly BucketCount[]>>,
  ): Promise<number> {
    const { width, onTick } = this.#options;
    let position = start;
    for (let step = 0; step < stride; step++) {
      const tick = position + width;
      for (const [shard, judge] of this.#judges) {
        const own = buckets.get(shard);
        if (!own || (own.size === 0 && !judge.needsTime)) continue;
        await judge.tick(tick, position, visibleAt(own, tick, judge.lookBack));
      }
      position = tick;
      const found = [...this.#judges.values()].some((judge) => judge.needsTime);
      if (found || step === stride - 1) await this.#commit(position);
      await onTick?.(position);
    }
    return position;
  }

  async #commit(position: number): Promise<void> {
    const commits: ShardCommit[] = [];
    for (const [shard, judge] of this.#judges) {
      const { states, anomalies } = judge.takeChanges();
      commits.push({ shard, token: this.#tokens.get(shard) ?? 0, position, states, anomalies });
    }
    const accepted = await this.#options.windows.commit(commits);
    commits.forEach((commit, index) => {
      if (accepted[index]) return;
      this.#judges.delete(commit.shard);
      this.#tokens.delete(commit.shard);
    });
  }
}

/** What a tick may see: buckets that began before it, no older than the judge looks back. */
function visibleAt(
  buckets: ReadonlyMap<number, readonly BucketCount[]>,
  tick: number,
  lookBack: number,
): ReadonlyMap<number, readonly BucketCount[]> {
  const visible = new Map<number, readonly BucketCount[]>();
  for (const [at, counts] of buckets) if (at < tick && at >= tick - lookBack - TAKE_OVER_LOOK_BACK) visible.set(at, counts);
  return visible;
}
