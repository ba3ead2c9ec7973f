/**
 * `bench evaluate`, whole evaluator: processor time of one tick per active series on the embedded store, how it grows
 * with the number of active series, what idle series add, and the memory of both, store included.
 */
import { getHeapStatistics } from "node:v8";
import { createPanel } from "../detectors/index.ts";
import { Evaluator } from "../src/pipeline/evaluate.ts";
import { PriorFinder } from "../src/pipeline/prior.ts";
import { encodeState } from "../src/pipeline/series-state.ts";
import type { Clock } from "../src/ports/clock.ts";
import { type Lease, shardLease } from "../src/ports/leases.ts";
import type { Store } from "../src/ports/store.ts";
import { createMemoryStore } from "../src/stores/memory/memory-store.ts";
import { BENCH_OPTIONS } from "./detect/panel-setting.ts";
import { table } from "./detect/summary.ts";
import { heapUsed, processorSeconds } from "./measure.ts";
import { flushesOf, type PlacedSeries, syntheticSeries } from "./synthetic-series.ts";

export interface EvaluateSeriesOptions {
  readonly sizes?: readonly number[];
  /** Series of the last row, all idle but as many as the first row has; 0 leaves it out. */
  readonly idle?: number;
}

interface TickCost {
  readonly active: number;
  readonly idle: number;
  /** Processor microseconds of a tick, per active series: the mean of a minute. */
  readonly perActive: number;
  /** Bytes per series, active or idle, of store and evaluator together. */
  readonly bytes: number;
}

const WIDTH = 10_000;
const LATENESS = 60_000;
/** Ticks before measuring: until buckets close in every tick, every state was stored once, and code is compiled. */
const WARM_UP = 14;
/** A minute: states are stored, and minutes end, once in it. */
const TICKS = 6;
const START = Date.UTC(2026, 0, 5);
const OWNER = "bench";
/** Heap that an active series takes here, with almost half as much garbage: sizes that do not fit are left out. */
const ACTIVE_BYTES = 19_000;

export async function runEvaluateSeries(
  options: EvaluateSeriesOptions = {},
): Promise<{ readonly text: string; readonly json: unknown }> {
  const { sizes = [1e3, 1e4, 1e5, 1e6], idle = 1e6 } = options;
  const fitting = sizes.filter((size) => size * ACTIVE_BYTES < getHeapStatistics().heap_size_limit);
  const costs: TickCost[] = [];
  for (const size of fitting) costs.push(await tickCost(size, 0));
  const least = costs[0];
  if (least && idle > 0) costs.push(await tickCost(least.active, idle - least.active));
  const rows = costs.map(({ active, idle, perActive, bytes }) => [
    ...[String(active), String(idle), perActive.toFixed(1)],
    ...[(perActive / (least?.perActive ?? perActive)).toFixed(2), bytes.toFixed(0)],
  ]);
  const text = table(
    ["active series", "idle series", "microseconds per active series and tick", "ratio to the first", "bytes per series"],
    rows,
  );
  const left = sizes.filter((size) => !fitting.includes(size));
  const note = `${left.join(", ")} active series need a larger heap: NODE_OPTIONS=--max-old-space-size=<megabytes>.`;
  return { text: left.length > 0 ? `${text}\n\n${note}` : text, json: costs };
}

async function tickCost(active: number, idle: number): Promise<TickCost> {
  let now = START;
  const clock: Clock = { now: () => now, sleep: async () => undefined };
  const empty = heapUsed();
  const store = createMemoryStore({ clock, width: WIDTH });
  const leases = await leadAll(store);
  const placed = syntheticSeries(active + idle, store.windows.shards);
  await establish(store, placed, leases);
  const busy = placed.slice(0, active);
  const evaluator = createEvaluator(store);
  await evaluator.lead(leases);
  await evaluator.advance(START, START);
  let seconds = 0;
  for (let tick = 1; tick <= WARM_UP + TICKS; tick++) {
    await store.windows.record(flushesOf(busy, now, tick + 1, 1 + (tick % 2)));
    now += WIDTH;
    const before = processorSeconds();
    await evaluator.advance(now, START);
    if (tick > WARM_UP) seconds += processorSeconds() - before;
  }
  const bytes = (heapUsed() - empty) / (active + idle);
  return { active, idle, perActive: (seconds * 1e6) / TICKS / active, bytes };
}

function createEvaluator(store: Store): Evaluator {
  const panel = createPanel(BENCH_OPTIONS);
  return new Evaluator({
    windows: store.windows,
    panelFor: () => panel,
    priors: new PriorFinder({ windows: store.windows, values: store.alerts, previousDigest: () => undefined }),
    shareOf: () => undefined,
    timelineVersion: () => 0,
    width: WIDTH,
    lateness: LATENESS,
  });
}

async function leadAll(store: Store): Promise<readonly (readonly [number, Lease])[]> {
  const shards = Array.from({ length: store.windows.shards }, (_, shard) => shard);
  const got = await store.leases.acquire(shards.map(shardLease), OWNER, 86_400_000);
  return shards.flatMap((shard) => {
    const lease = got[shard];
    return lease ? [[shard, lease] as const] : [];
  });
}

/** Makes the series known and gives each the state of one that has been counted for a day. */
async function establish(
  store: Store,
  placed: readonly PlacedSeries[],
  leases: readonly (readonly [number, Lease])[],
): Promise<void> {
  const state = encodeState({ panel: grownState(), end: START - WIDTH });
  await store.windows.record(flushesOf(placed, START - 86_400_000, 1, 1));
  const commits = leases.map(([shard, { token }]) => {
    const states = new Map(placed.filter((one) => one.shard === shard).map(({ series }) => [series.id, state]));
    return { shard, token, position: START - WIDTH, states, anomalies: new Map<string, string>() };
  });
  await store.windows.commit(commits);
}

function grownState() {
  const panel = createPanel(BENCH_OPTIONS);
  const minute = 60_000;
  let state = panel.step(undefined, { at: START - 1440 * minute, width: minute, count: 8, clipped: 8, exposure: 60 }).state;
  for (let step = 1439; step > 0; step--) {
    const count = 6 + (step % 5);
    state = panel.step(state, { at: START - step * minute, width: minute, count, clipped: count, exposure: 60 }).state;
  }
  return state;
}
