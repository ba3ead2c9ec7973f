/** Very many series with hardly any events, under one budget for all of them together. */
import { createPanel, type Panel, type PanelState, thresholdPerFleet } from "../../detectors/index.ts";
import { encodeState } from "../../src/pipeline/series-state.ts";
import { BENCH_OPTIONS } from "./panel-setting.ts";
import { MINUTE, START, WEEK_MINUTES } from "./poisson-panel.ts";
import { type Random, seeded, subSeed } from "./random.ts";

/** Fleets: their size sets the threshold (one false alarm a week in the whole fleet), however few of them are looked at. */
export const FLEETS = [
  { name: "sparse", size: 200_000, bursty: 0 },
  { name: "sparse, a fifth with a burst of 50 a day", size: 50_000, bursty: 0.2 },
] as const;

/** Median and spread of the rates (events per minute, logarithm normal): 95 % are between .00015 and .06. */
const MEDIAN_RATE = 0.003;
const SPREAD = 1.5;
const BURST = 50;
const BURST_EVERY = 1440;
const CLIP = 3;
/** The rise at the end of the week. */
const RATIO = 10;
const LOOK_FOR = 360;

export interface FleetOrder {
  readonly seed: number;
  /** Position in FLEETS. */
  readonly fleet: number;
  /** Number of the first series, and how many follow. */
  readonly from: number;
  readonly series: number;
}

export interface FleetSeries {
  readonly rate: number;
  /** In a week, from its first minute on. */
  readonly alarms: number;
  /** A tenfold rise after that week was found within six hours. */
  readonly found: boolean;
  /** Size of the state after the week as it is stored, bytes. */
  readonly bytes: number;
}

/** Natural logarithm of the threshold of a fleet. */
export function fleetThreshold(fleet: number): number {
  return thresholdPerFleet(1, FLEETS[fleet]?.size ?? 1);
}

export function fleetSeries({ seed, fleet, from, series }: FleetOrder): readonly FleetSeries[] {
  const panel = createPanel({ ...BENCH_OPTIONS, lnThreshold: fleetThreshold(fleet), decidedBy: "companion" });
  return Array.from({ length: series }, (_, i) => {
    const random = seeded(subSeed(seed, 80, fleet, from + i));
    const rate = MEDIAN_RATE * Math.exp(SPREAD * random.normal());
    const bursty = random.next() < (FLEETS[fleet]?.bursty ?? 0);
    // A known workload that has been silent so far, as the daemon notes it.
    let state: PanelState = step(panel, undefined, { minute: 0, events: 0, burst: 0 }).state;
    let alarms = 0;
    for (const arrival of arrivals(rate, bursty, WEEK_MINUTES, random)) {
      const next = step(panel, state, arrival);
      state = next.state;
      if (next.verdict.transition === "opened") alarms++;
    }
    const bytes = encodeState({ panel: state, end: START + WEEK_MINUTES * MINUTE }).length;
    let found = false;
    for (const { minute, ...arrival } of arrivals(RATIO * rate, false, LOOK_FOR, random)) {
      const next = step(panel, state, { ...arrival, minute: WEEK_MINUTES + minute });
      state = next.state;
      found ||= next.verdict.transition === "opened";
      if (found) break;
    }
    return { rate, alarms, found, bytes };
  });
}

/** A minute with events: single ones in pods of their own, and a burst in one pod. */
interface Arrival {
  readonly minute: number;
  readonly events: number;
  readonly burst: number;
}

function* arrivals(rate: number, bursty: boolean, minutes: number, random: Random): Generator<Arrival> {
  const wait = (mean: number) => -Math.log(1 - random.next()) * mean;
  let event = wait(1 / rate);
  let burst = bursty ? wait(BURST_EVERY) : Number.POSITIVE_INFINITY;
  for (let minute = Math.floor(Math.min(event, burst)); minute < minutes; minute = Math.floor(Math.min(event, burst))) {
    let events = 0;
    for (; event < minute + 1; event += wait(1 / rate)) events++;
    let bursts = 0;
    for (; burst < minute + 1; burst += wait(BURST_EVERY)) bursts += random.poisson(BURST);
    yield { minute, events, burst: bursts };
  }
}

function step(panel: Panel, state: PanelState | undefined, { minute, events, burst }: Arrival) {
  return panel.step(state, {
    at: START + minute * MINUTE,
    width: MINUTE,
    count: events + burst,
    clipped: events + Math.min(CLIP, burst),
    exposure: 60,
    gapShare: 1,
  });
}
