/**
 * Explain: every gate on the way from a count to an alert, as it stood for one series at one time. The panel is a pure
 * reducer, so nothing has to be logged for this: its steps are taken again, from the stored state where that is not
 * newer than the time asked for (`exact`), else from a fresh state and what is left of the counts (`reconstructed`).
 */
import type { Panel, PanelVerdict } from "../../detectors/contract.ts";
import type { Gate } from "../domain/anomaly.ts";
import { shardOf } from "../domain/ids.ts";
import type { Series } from "../domain/series.ts";
import { formatTime } from "../domain/time.ts";
import type { AlertStore } from "../ports/alert-store.ts";
import type { WindowStore } from "../ports/windows.ts";
import { alertGates } from "./explain-alert.ts";
import { type HistoryBucket, readHistory } from "./explain-history.ts";
import { PriorFinder, type PriorSources } from "./prior.ts";
import { RollUpWindows, rollUpShard } from "./roll-up-windows.ts";
import { exposureShare, type ShareOf, toSample } from "./sample.ts";
import { decodeState, type SeriesState } from "./series-state.ts";

export interface Explanation {
  readonly series: Series;
  readonly at: string;
  /**
   * `exact`: stepped on from the stored state through the very buckets that were judged. `reconstructed`: learned afresh
   * from retained counts, coarser the older they are; values may differ from those of the time.
   */
  readonly basis: "exact" | "reconstructed";
  readonly phase: PanelVerdict["phase"];
  /** Events since the onset while an incident is open, else those of the last ten minutes; see `windowSeconds`. */
  readonly observed: number;
  /** Null while the panel has no expectation. */
  readonly expected: number | null;
  readonly upper: number | null;
  readonly ratio: number | null;
  readonly windowSeconds: number;
  readonly evidence: number;
  readonly threshold: number;
  readonly gates: readonly Gate[];
  /** The first gate that kept an alert from firing; null when none did. */
  readonly stoppedBy: string | null;
  readonly alert: string | null;
  /** What that alert's verdict says about itself. */
  readonly notes: readonly string[];
}

export interface ExplainOptions {
  readonly windows: WindowStore;
  readonly alerts: Pick<AlertStore, "listAlerts" | "readValue">;
  readonly panelFor: (series: Series, at: number) => Panel;
  readonly shareOf: ShareOf;
  readonly previousDigest: PriorSources["previousDigest"];
  /** How long fine and medium buckets are kept, milliseconds. */
  readonly retention: { readonly fine: number; readonly medium: number };
}

interface Stepped {
  readonly state: SeriesState;
  readonly verdict: PanelVerdict;
}

const RECENT = 600_000;

/** Never writes: looking must not change what is judged next. */
export async function explain(series: Series, at: number, options: ExplainOptions): Promise<Explanation> {
  const { width } = options.windows;
  const until = at - (at % width);
  const windows = series.level === "leaf" ? options.windows : new RollUpWindows(options.windows);
  const shard = shardFor(series, options.windows);
  const history = await readHistory({ windows, series, shard, until, retention: options.retention });
  const text = (await windows.readStates(shard, [series.id])).get(series.id);
  const stored = text === undefined ? undefined : decodeState(text);
  const exact = stored !== undefined && stored.end <= until;
  const panel = options.panelFor(series, at);
  const buckets = exact ? history.filter((bucket) => bucket.width === width) : history;
  const start = exact ? stored : await inherited(series, buckets[0]?.at ?? until, shard, panel, options);
  const { state, verdict } = stepThrough(series, panel, start, buckets, until, options);

  const after = await alertGates({ series, at, windows: options.windows, alerts: options.alerts });
  const gates = [...verdict.gates, ...after.gates];
  // An open incident has passed the panel's gates before; its evidence may be falling again by now.
  const decisive = verdict.phase === "open" || after.anomalous ? after.gates : gates;
  return {
    series,
    at: formatTime(at),
    basis: exact ? "exact" : "reconstructed",
    phase: verdict.phase,
    ...numbersOf(series, panel, state, verdict, history, until, options),
    evidence: verdict.evidence,
    threshold: verdict.threshold,
    gates,
    stoppedBy: decisive.find(({ passed }) => !passed)?.name ?? null,
    alert: after.alert,
    notes: after.notes,
  };
}

function shardFor(series: Series, windows: WindowStore): number {
  if (series.level !== "leaf") return rollUpShard(windows);
  return shardOf(series.cluster, series.namespace, series.workload, windows.shards);
}

/** What a series without a state begins with, as when it is judged: its previous version, else the silence before. */
async function inherited(
  series: Series,
  at: number,
  shard: number,
  panel: Panel,
  options: ExplainOptions,
): Promise<SeriesState | undefined> {
  const { windows, shareOf, previousDigest, alerts } = options;
  const values = { readValue: (name: string) => alerts.readValue(name), writeValue: async () => undefined };
  const priors = new PriorFinder({ windows, values, previousDigest });
  const { width } = windows;
  const prior = series.level === "leaf" ? await priors.previous(series, at, shard, () => undefined) : undefined;
  if (prior) {
    const request = { series, at: at - width, width, count: 0, clipped: 0, previousEnd: undefined, prior };
    return { panel: panel.step(undefined, toSample(request, shareOf)).state, end: at };
  }
  const silence = await priors.silence(series, at, width, panel);
  return silence && { panel: silence.state, end: silence.end };
}

/** The same rule as while judging: buckets with events one by one, those without only while an incident is open. */
function stepThrough(
  series: Series,
  panel: Panel,
  start: SeriesState | undefined,
  buckets: readonly HistoryBucket[],
  until: number,
  { windows, shareOf }: ExplainOptions,
): Stepped {
  const { width } = windows;
  const step = (before: SeriesState | undefined, bucket: HistoryBucket): Stepped => {
    const incident = before !== undefined && panel.needsTime(before.panel);
    const sample = toSample({ series, ...bucket, previousEnd: before?.end, incident }, shareOf);
    const { state, verdict } = panel.step(before?.panel, sample);
    return { state: { panel: state, end: bucket.at + bucket.width }, verdict };
  };
  let last: Stepped | undefined;
  let state = start;
  for (const bucket of [...buckets, { at: until, width: 0, count: 0, clipped: 0 }]) {
    while (state && panel.needsTime(state.panel) && state.end + width <= bucket.at) {
      last = step(state, { at: state.end, width, count: 0, clipped: 0 });
      state = last.state;
    }
    if (bucket.width === 0 || (state && state.end > bucket.at)) continue;
    last = step(state, bucket);
    state = last.state;
  }
  if (last && last.state.end >= until) return last;
  // Silence up to the time asked for. Of no width when there was none: that changes nothing and only asks for a verdict.
  const end = Math.min(until, state?.end ?? until - width);
  return step(state, { at: end, width: until - end, count: 0, clipped: 0 });
}

function numbersOf(
  series: Series,
  panel: Panel,
  state: SeriesState,
  verdict: PanelVerdict,
  buckets: readonly HistoryBucket[],
  until: number,
  { shareOf }: ExplainOptions,
) {
  const open = verdict.phase === "open";
  const windowSeconds = open ? verdict.windowSeconds : RECENT / 1000;
  const from = until - windowSeconds * 1000;
  const expectation = panel.expect(state.panel, from, until, exposureShare(series, from, until, shareOf));
  const counted = buckets.reduce((sum, bucket) => (bucket.at >= from ? sum + bucket.count : sum), 0);
  const observed = open ? verdict.observed : counted;
  const expected = open ? verdict.expected : (expectation?.mean ?? null);
  const ratio = open ? verdict.ratio : expected !== null && expected > 0 ? observed / expected : null;
  return { observed, expected, upper: expectation?.upper ?? null, ratio, windowSeconds };
}
