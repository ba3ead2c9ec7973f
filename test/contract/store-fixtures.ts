import { seriesId, shardOf } from "../../src/domain/ids.ts";
import type { Series } from "../../src/domain/series.ts";
import { shardLease } from "../../src/ports/leases.ts";
import type { Store } from "../../src/ports/store.ts";
import type { FlushResult, IdentifiedEvent, Increment } from "../../src/ports/windows.ts";

/** Start of all windows in the suite: 2026-11-23T10:00:00Z, a multiple of every bucket width. */
export const T0 = Date.UTC(2026, 10, 23, 10);
export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
/** Fine bucket width of the suite, the default. */
export const WIDTH = 10_000;

export function series(over: Partial<Series> = {}): Series {
  const identity = {
    level: over.level ?? "leaf",
    cluster: over.cluster ?? "prod",
    policy: over.policy ?? "pci-egress",
    namespace: over.namespace ?? "payments",
    workload: over.workload ?? "Deployment/api",
    digest: over.digest ?? "unknown",
  } as const;
  return {
    id: seriesId(identity),
    engine: "native",
    regimes: ["pci"],
    quality: "exact",
    lateness: MINUTE,
    ...identity,
    ...over,
  };
}

export function increment(of: Series, bucket: number, count: number, over: Partial<Increment> = {}): Increment {
  return { series: of, bucket, count, slots: count > 0 ? [[0, count]] : [], identified: [], ...over };
}

export function event(id: string, time: number, over: Partial<IdentifiedEvent> = {}): IdentifiedEvent {
  return { id, dedupFor: undefined, time, count: 1, slot: 0, ...over };
}

export function shardOfSeries(store: Store, of: Series): number {
  return shardOf(of.cluster, of.namespace, of.workload, store.windows.shards);
}

/** A process that writes: numbers its flushes. */
export class Writer {
  readonly name: string;
  #sequence = 0;

  constructor(name: string) {
    this.name = name;
  }

  next(): number {
    this.#sequence++;
    return this.#sequence;
  }

  /** Sends increments of one shard as one flush. */
  async flush(store: Store, increments: readonly Increment[], sequence = this.next()): Promise<FlushResult> {
    const [first] = increments;
    if (!first) throw new Error("a flush needs increments");
    const shard = shardOfSeries(store, first.series);
    const [result] = await store.windows.record([{ shard, writer: this.name, sequence, increments }]);
    if (!result) throw new Error("no result");
    return result;
  }
}

/** Takes the lease of a shard and returns its token. */
export async function takeShard(store: Store, shard: number, owner = "evaluator"): Promise<number> {
  const [lease] = await store.leases.acquire([shardLease(shard)], owner, HOUR);
  if (!lease) throw new Error("the lease is held by another");
  return lease.token;
}

export async function moveTo(store: Store, shard: number, position: number, token: number): Promise<boolean> {
  const commit = { shard, token, position, states: new Map(), anomalies: new Map() };
  return (await store.windows.commit([commit]))[0] === true;
}

/** What detection sees: bucket start (relative to T0, seconds) → [count, companion count]. */
export async function detection(store: Store, of: Series, from = T0 - HOUR, to = T0 + 2 * HOUR) {
  const [buckets] = await store.windows.readBuckets([shardOfSeries(store, of)], from, to);
  const seen = new Map<number, readonly [number, number]>();
  for (const [bucket, counts] of buckets ?? []) {
    for (const count of counts) {
      if (count.seriesId === of.id) seen.set((bucket - T0) / SECOND, [count.count, count.clipped]);
    }
  }
  return seen;
}

/** Counts by event time in steps, as numbers. */
export async function counts(store: Store, of: Series, from: number, to: number, step: number): Promise<number[]> {
  const [found] = await store.windows.readCounts([of], from, to, step);
  return [...(found ?? [])];
}
