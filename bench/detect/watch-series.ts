/** A panel watches a simulated series: as it is shipped, or as a statistic whose threshold is left open. */
import { createPanel, type Panel, type PanelOptions, type PanelState, type PanelVerdict } from "../../detectors/index.ts";
import { INJECTIONS } from "./anomalies.ts";
import { DAY } from "./classes.ts";
import { recordsOf, risesOf, type Trace } from "./operating-curve.ts";
import type { Minutes, SimulatedSeries } from "./simulated-series.ts";

/** Monday, 1 January 2024, 00:00 UTC. */
const START = Date.UTC(2024, 0, 1);
const MINUTE = 60_000;

/**
 * What the panel is given as count and companion: events and at most three of a pod and minute; pods unknown (one slot
 * for all); the raw count as its own companion; or the companion alone.
 */
export type Clipping = "pods" | "unknown" | "none" | "companion";

export interface Trial {
  /** Minutes from the first affected bucket (1) to the alarm; undefined: not found. */
  readonly delay: number | undefined;
  /** Minutes by which the estimated onset missed the true one. */
  readonly onsetError: number | undefined;
  /** Members of the panel that agreed with the alarm. */
  readonly agreeing: readonly string[];
}

export interface Watched {
  readonly rate: number;
  /** False alarms in days .5 to 3, in days 3 to 7, and in the test week. */
  readonly falseAlarms: readonly [number, number, number];
  readonly trials: Readonly<Record<string, Trial>>;
}

/** Alarms with incidents that open and resolve, as in production. */
export function watchSeries(
  options: PanelOptions,
  series: SimulatedSeries,
  clipping: Clipping,
  injections?: readonly string[],
): Watched {
  const panel = createPanel(options);
  const feed = feeder(panel, clipping);
  const falseAlarms: [number, number, number] = [0, 0, 0];
  const before = walk(feed, series, (minute, verdict) => {
    if (verdict.transition === "opened") falseAlarms[minute >= series.testStart ? 2 : minute >= 3 * DAY ? 1 : 0] += 1;
  });
  const trials: Record<string, Trial> = {};
  for (const { name, when } of INJECTIONS) {
    const copy = series.copies[name];
    if (!copy || (injections && !injections.includes(name))) continue;
    let state = before[when];
    let trial: Trial = { delay: undefined, onsetError: undefined, agreeing: [] };
    for (let minute = 0; minute < copy.counts.length && trial.delay === undefined; minute++) {
      const next = feed(state, series.starts[when] + minute, copy, minute);
      state = next.state;
      if (next.verdict?.transition !== "opened") continue;
      const onset = ((next.verdict.onsetAt ?? 0) - START) / MINUTE;
      trial = {
        delay: minute + 1,
        onsetError: Math.abs(onset - series.starts[when]),
        agreeing: next.verdict.detectors,
      };
    }
    trials[name] = trial;
  }
  return { rate: series.rate, falseAlarms, trials };
}

/** Evidence from which on the other gates are asked, nats. */
const LOW = 1;
/** A ratio that nothing reaches: no incident is ever opened, so the statistic is seen on either side of any threshold. */
const NEVER = 1e12;

/** The panel's statistic where enough events stand behind it, else 0, for every injection of the test days. */
export function traceSeries(options: PanelOptions, series: SimulatedSeries, clipping: Clipping): Trace {
  const panel = createPanel({ ...options, lnThreshold: LOW, minRatio: NEVER });
  const feed = feeder(panel, clipping);
  const statistic = new Float64Array(series.counts.length - series.testStart);
  const before = walk(feed, series, (minute, verdict) => {
    if (minute >= series.testStart) statistic[minute - series.testStart] = supported(verdict);
  });
  const records: Record<string, Trace["records"][string]> = {};
  for (const { name, when } of INJECTIONS) {
    const copy = series.copies[name];
    if (!copy || when !== "test") continue;
    let state = before[when];
    const injected = new Float64Array(copy.counts.length);
    for (let minute = 0; minute < injected.length; minute++) {
      const next = feed(state, series.starts[when] + minute, copy, minute);
      state = next.state;
      if (next.verdict) injected[minute] = supported(next.verdict);
    }
    records[name] = recordsOf(injected);
  }
  return { rises: risesOf(statistic), records };
}

/** The gate of the ratio is asked only when that of the events was passed. */
function supported({ evidence, gates }: PanelVerdict): number {
  return gates.some(({ name }) => name === "ratio") ? evidence : 0;
}

type Feed = ReturnType<typeof feeder>;

/** The normal two weeks; gives the states from which the copies go on. */
function walk(feed: Feed, series: SimulatedSeries, see: (minute: number, verdict: PanelVerdict) => void) {
  const before: Partial<Record<"test" | "young", PanelState | undefined>> = {};
  let state: PanelState | undefined;
  for (let minute = 0; minute < series.counts.length; minute++) {
    if (minute === series.starts.test) before.test = state;
    if (minute === series.starts.young) before.young = state;
    const next = feed(state, minute, series, minute);
    state = next.state;
    if (next.verdict) see(minute, next.verdict);
  }
  return before;
}

/** One minute of the series' life; minutes without events are left out as long as nothing is open. */
function feeder(panel: Panel, clipping: Clipping) {
  return (state: PanelState | undefined, minute: number, minutes: Minutes, at: number) => {
    const events = minutes.counts[at] ?? 0;
    if (events === 0 && state && !panel.needsTime(state)) return { state, verdict: undefined };
    const few = minutes.clipped[at] ?? 0;
    const [count, clipped] =
      clipping === "pods"
        ? [events, few]
        : clipping === "companion"
          ? [few, few]
          : [events, clipping === "none" ? events : Math.min(3, events)];
    return panel.step(state, { at: START + minute * MINUTE, width: MINUTE, count, clipped, exposure: 60, gapShare: 1 });
  };
}
