/**
 * The names of all keys, built here and nowhere else. Keys of one shard share the hash tag `{<shard>}`, so a script on
 * them is valid on a cluster; what belongs to all shards is under `{alerts}`, `{timeline}` and `{layout}`.
 */
import { COORDINATOR_LEASE } from "../../ports/leases.ts";
import { CLIP_PERIOD, COARSE, floorTo, MEDIUM } from "../window-layout.ts";

export class ShardKeys {
  readonly meta: string;
  readonly fineIndex: string;
  readonly mediumIndex: string;
  readonly coarseIndex: string;
  /** Keys to delete, by the evaluation time at which they are out of date. */
  readonly expiry: string;
  readonly writers: string;
  readonly answers: string;
  readonly series: string;
  readonly lastSeen: string;
  readonly seriesIndex: string;
  readonly lease: string;
  readonly states: string;
  readonly anomalies: string;
  readonly anomalyTimes: string;
  readonly samples: string;
  readonly sampleTimes: string;
  /** Series counted lately and not asked for yet, each with its bucket. */
  readonly counted: string;
  /** Sub-counters of events whose pod was not known, and the same by bucket. */
  readonly unplaced: string;
  readonly unplacedTimes: string;
  readonly #base: string;

  constructor(prefix: string, shard: number) {
    this.#base = `${prefix}{${shard}}:`;
    this.meta = `${this.#base}meta`;
    this.fineIndex = `${this.#base}fine`;
    this.mediumIndex = `${this.#base}medium`;
    this.coarseIndex = `${this.#base}coarse`;
    this.expiry = `${this.#base}expiry`;
    this.writers = `${this.#base}writers`;
    this.answers = `${this.#base}answers`;
    this.series = `${this.#base}series`;
    this.lastSeen = `${this.#base}seen`;
    this.seriesIndex = `${this.#base}index`;
    this.lease = `${this.#base}lease`;
    this.states = `${this.#base}states`;
    this.anomalies = `${this.#base}anomalies`;
    this.anomalyTimes = `${this.#base}anomaly-times`;
    this.samples = `${this.#base}samples`;
    this.sampleTimes = `${this.#base}sample-times`;
    this.counted = `${this.#base}counted`;
    this.unplaced = `${this.#base}unplaced`;
    this.unplacedTimes = `${this.#base}unplaced-times`;
  }

  fine(bucket: number): string {
    return `${this.#base}b:${bucket}`;
  }

  clipped(bucket: number): string {
    return `${this.#base}c:${bucket}`;
  }

  /** Corrections by late events: with `fine` added it is the count by event time. */
  moved(bucket: number): string {
    return `${this.#base}late:${bucket}`;
  }

  /** Pods counted by the companion count, of the minute a bucket lies in. */
  pods(bucket: number): string {
    return `${this.#base}pods:${floorTo(bucket, CLIP_PERIOD)}`;
  }

  /** Everything of one fine bucket that a script may write, as `shared/buckets.lua` expects a group. */
  group(bucket: number): readonly string[] {
    const coarser = [this.medium(bucket), this.coarse(bucket)];
    return [this.fine(bucket), this.clipped(bucket), this.moved(bucket), this.pods(bucket), ...coarser];
  }

  /** The medium bucket a time lies in. */
  medium(time: number): string {
    return `${this.#base}m:${floorTo(time, MEDIUM)}`;
  }

  coarse(time: number): string {
    return `${this.#base}h:${floorTo(time, COARSE)}`;
  }

  /** Event ids remembered for `window`, of the slice of event time that starts at `start`. */
  ids(window: number, start: number): string {
    return `${this.#base}ids:${window}:${start}`;
  }
}

export class Keys {
  readonly layout: string;
  readonly timeline: string;
  readonly daemons: string;
  readonly alerts: string;
  readonly unresolved: string;
  readonly allAlerts: string;
  readonly resolved: string;
  readonly transitions: string;
  readonly messages: string;
  readonly queues: string;
  readonly due: string;
  readonly claims: string;
  readonly owed: string;
  readonly attempts: string;
  readonly ends: string;
  readonly ended: string;
  readonly requests: string;
  readonly requestTimes: string;
  readonly #prefix: string;
  /** One more than counts are spread over: the last holds the states of roll-ups. */
  readonly #shards: readonly ShardKeys[];

  constructor(prefix: string, shards: number) {
    this.#prefix = prefix;
    this.layout = layoutKey(prefix);
    this.timeline = `${prefix}{timeline}:log`;
    const alerts = `${prefix}{alerts}:`;
    this.daemons = `${alerts}daemons`;
    this.alerts = `${alerts}alerts`;
    this.unresolved = `${alerts}unresolved`;
    this.allAlerts = `${alerts}ids`;
    this.resolved = `${alerts}resolved`;
    this.transitions = `${alerts}transitions`;
    this.messages = `${alerts}messages`;
    this.queues = `${alerts}queues`;
    this.due = `${alerts}due`;
    this.claims = `${alerts}claims`;
    this.owed = `${alerts}owed`;
    this.attempts = `${alerts}attempts`;
    this.ends = `${alerts}ends`;
    this.ended = `${alerts}ended`;
    this.requests = `${alerts}requests`;
    this.requestTimes = `${alerts}request-times`;
    this.#shards = Array.from({ length: shards + 1 }, (_, shard) => new ShardKeys(prefix, shard));
  }

  shard(shard: number): ShardKeys {
    const keys = this.#shards[shard];
    if (!keys) throw new RangeError(`shard ${shard} of ${this.#shards.length}`);
    return keys;
  }

  /** A shard's lease lives in the shard's slot, so that its commits can check the token. */
  lease(name: string): string {
    const shard = /^shard:(\d+)$/.exec(name)?.[1];
    return shard === undefined ? `${this.#prefix}{alerts}:lease:${name}` : this.shard(Number(shard)).lease;
  }

  get coordinator(): string {
    return this.lease(COORDINATOR_LEASE);
  }

  value(name: string): string {
    return `${this.#prefix}{alerts}:value:${name}`;
  }
}

export function layoutKey(prefix: string): string {
  return `${prefix}{layout}:windows`;
}
