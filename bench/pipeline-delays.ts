/**
 * How long after a rise the evaluator of a daemon finds it, in virtual time on the embedded store: judging when buckets end,
 * and every second when something was counted; beside the panel alone, asked after every event. Many series with a week of
 * learning behind them rise by the same factor, each at a moment of its own.
 */
import { createPanel, type PanelState } from "../detectors/index.ts";
import type { Series } from "../src/domain/series.ts";
import { Evaluator } from "../src/pipeline/evaluate.ts";
import { PriorFinder } from "../src/pipeline/prior.ts";
import { encodeState } from "../src/pipeline/series-state.ts";
import { shardLease } from "../src/ports/leases.ts";
import type { Store } from "../src/ports/store.ts";
import type { Increment } from "../src/ports/windows.ts";
import { createMemoryStore } from "../src/stores/memory/memory-store.ts";
import { byEvent, CHANGE, learnWeek } from "./detect/panel-delays.ts";
import { BENCH_OPTIONS } from "./detect/panel-setting.ts";
import { type Random, seeded, subSeed } from "./detect/random.ts";
import { table } from "./detect/summary.ts";

export interface PipelineDelayRow {
  /** Events per minute, and by how much they are multiplied. */
  readonly rate: number;
  readonly ratio: number;
  /** Mean delays, seconds. */
  readonly buckets: number;
  readonly seconds: number;
  readonly events: number;
}

const SECOND = 1_000;
const MINUTE = 60_000;
const WIDTH = 10_000;
const LATENESS = 60_000;
/** As in the daemon: the end of a bucket is judged so much later, to await its events. */
const SETTLE = 1_000;
const WEEKS = 5;
/** More pods than events within a minute, so that the companion count clips nothing. */
const PODS = 64;
const CASES = [
  { rate: 1, ratio: 3, minutes: 60 },
  { rate: 1, ratio: 10, minutes: 15 },
  { rate: 10, ratio: 3, minutes: 15 },
  { rate: 10, ratio: 10, minutes: 5 },
] as const;

/** `runs` series for each rate and ratio. */
export async function runPipelineDelays(
  seed: number,
  runs = 100,
): Promise<{ readonly text: string; readonly json: readonly PipelineDelayRow[] }> {
  const panel = createPanel(BENCH_OPTIONS);
  const rows: PipelineDelayRow[] = [];
  for (const [index, { rate, ratio, minutes }] of CASES.entries()) {
    const weeks = Array.from({ length: WEEKS }, (_, week) => {
      const learned = learnWeek(panel, rate, seeded(subSeed(seed, 91, index, week)));
      if (!learned) throw new Error("nothing was learned");
      return learned;
    });
    const streams = Array.from({ length: runs }, (_, run) => rise(rate, ratio, minutes, seeded(subSeed(seed, 92, index, run))));
    const events = streams.map((_, run) =>
      byEvent(panel, weeks[run % WEEKS], rate * ratio, seeded(subSeed(seed, 93, index, run))),
    );
    rows.push({
      rate,
      ratio,
      buckets: mean(await delaysOf(streams, weeks, false)),
      seconds: mean(await delaysOf(streams, weeks, true)),
      events: mean(events),
    });
  }
  const text = table(
    ["events a minute", "times", "when buckets end", "every second", "panel alone, every event"],
    rows.map(({ rate, ratio, buckets, seconds, events }) => [
      ...[String(rate), String(ratio), buckets.toFixed(1), seconds.toFixed(1), events.toFixed(1)],
    ]),
  );
  return { text, json: rows };
}

interface Rise {
  readonly at: number;
  /** Ascending. */
  readonly events: readonly number[];
}

function rise(rate: number, ratio: number, minutes: number, random: Random): Rise {
  const at = CHANGE + Math.floor(random.next() * WIDTH);
  const events: number[] = [];
  for (let time = CHANGE; time < CHANGE + minutes * MINUTE; ) {
    const next = time - (Math.log(1 - random.next()) / (time < at ? rate : rate * ratio)) * MINUTE;
    time = time < at && next >= at ? at : next;
    if (time !== at) events.push(Math.floor(time));
  }
  return { at, events };
}

/** Seconds after its rise at which each was found; undefined when it was not. */
async function delaysOf(
  streams: readonly Rise[],
  weeks: readonly PanelState[],
  looks: boolean,
): Promise<readonly (number | undefined)[]> {
  let now = CHANGE;
  const clock = { now: () => now, sleep: async () => undefined };
  const store = createMemoryStore({ clock, width: WIDTH, shards: 1 });
  const series = streams.map((_, index) => seriesOf(index));
  const evaluator = await prepare(store, series, weeks);
  const found = new Map<string, number>();
  const end = Math.max(...streams.map(({ events }) => events.at(-1) ?? CHANGE));
  const next = streams.map(() => 0);
  for (let sequence = 1; now < end + WIDTH; sequence++) {
    now += SECOND;
    const increments: Increment[] = [];
    for (const [index, { events }] of streams.entries()) {
      const of = series[index];
      for (let event = events[next[index] ?? 0]; of && event !== undefined && event < now; event = events[next[index] ?? 0]) {
        const place = next[index] ?? 0;
        next[index] = place + 1;
        increments.push({ series: of, bucket: event - (event % WIDTH), count: 1, slots: [[place % PODS, 1]], identified: [] });
      }
    }
    if (increments.length > 0) await store.windows.record([{ shard: 0, writer: "bench", sequence, increments }]);
    await evaluator.advance(now - SETTLE, CHANGE);
    if (looks) await evaluator.look(now - SETTLE, now);
    if (evaluator.takeOpened() === 0) continue;
    const [anomalies = new Map<string, string>()] = await store.windows.readAnomalies([0]);
    for (const id of anomalies.keys()) if (!found.has(id)) found.set(id, now);
  }
  return streams.map(({ at }, index) => {
    const when = found.get(series[index]?.id ?? "");
    return when === undefined ? undefined : (when - at) / SECOND;
  });
}

async function prepare(store: Store, series: readonly Series[], weeks: readonly PanelState[]): Promise<Evaluator> {
  const panel = createPanel(BENCH_OPTIONS);
  const evaluator = new Evaluator({
    windows: store.windows,
    panelFor: () => panel,
    priors: new PriorFinder({ windows: store.windows, values: store.alerts, previousDigest: () => undefined }),
    shareOf: () => 1,
    timelineVersion: () => 0,
    width: WIDTH,
    lateness: LATENESS,
  });
  const [lease] = await store.leases.acquire([shardLease(0)], "bench", 365 * 24 * 60 * MINUTE);
  if (!lease) throw new Error("the lease was not given");
  const states = new Map(
    series.flatMap(({ id }, index) => {
      const state = weeks[index % weeks.length];
      return state ? [[id, encodeState({ panel: state, end: CHANGE })] as const] : [];
    }),
  );
  await store.windows.commit([{ shard: 0, token: lease.token, position: CHANGE, states, anomalies: new Map() }]);
  await evaluator.lead([[0, lease]]);
  return evaluator;
}

function seriesOf(index: number): Series {
  const of = { cluster: "bench", namespace: "bench", workload: `Deployment/rising-${index}` };
  const digest = `sha256:${"5e".repeat(32)}`;
  const rest = { policy: "deny-egress", engine: "bench", regimes: [], quality: "exact", lateness: LATENESS } as const;
  return { id: `rising-${index}`, level: "leaf", ...of, digest, ...rest };
}

function mean(delays: readonly (number | undefined)[]): number {
  const found = delays.filter((delay) => delay !== undefined);
  if (found.length < delays.length) throw new Error(`${delays.length - found.length} of ${delays.length} rises were not found`);
  return found.reduce((sum, delay) => sum + delay, 0) / found.length;
}
