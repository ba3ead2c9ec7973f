/** Single events of a scenario: when they happened, when they became known, and what they carry. */
import { DURATION, type SimSeries, waveAt } from "./fleet.ts";
import type { Effect } from "./incident.ts";
import type { SimPod } from "./pod-schedule.ts";
import type { Scenario } from "./scenario.ts";

export const MINUTES = DURATION / 60;
/** No version, no pod. */
export const UNKNOWN = -1;

/** Events of one series, in no particular order; parallel arrays. */
export interface SeriesEvents {
  readonly series: SimSeries;
  /** Minute of the event time as the sender's clock has it. */
  readonly bucket: number[];
  /** Seconds at which the event was known. */
  readonly knownAt: number[];
  readonly activation: number[];
  readonly pod: number[];
}

/** 1 % of events carry the wrong version, and 1 % the wrong pod. */
const STRAY = 0.01;
const LATE = 0.05;

export function drawEvents(scenario: Scenario): SeriesEvents[] {
  const workloads = scenario.fleet.workloads.map(({ index }) => presences(scenario, index));
  return scenario.fleet.series.map((series) => drawSeries(scenario, series, workloads[series.workload] ?? []));
}

/** Pods there in each minute, with the share of the minute. */
type Presence = readonly { readonly index: number; readonly pod: SimPod; readonly share: number }[];

function presences({ schedules }: Scenario, workload: number): Presence[] {
  const pods = schedules[workload]?.pods ?? [];
  return Array.from({ length: MINUTES }, (_, minute) =>
    pods.flatMap((pod, index) => {
      const share = overlap(pod.start, pod.end, minute);
      return share > 0 ? [{ index, pod, share }] : [];
    }),
  );
}

function overlap(from: number, to: number, minute: number): number {
  return Math.max(Math.min(to, (minute + 1) * 60) - Math.max(from, minute * 60), 0) / 60;
}

function drawSeries(scenario: Scenario, series: SimSeries, presence: readonly Presence[]): SeriesEvents {
  const { fleet } = scenario;
  const { random } = fleet;
  const out: SeriesEvents = { series, bucket: [], knownAt: [], activation: [], pod: [] };
  const effects = scenario.effects.filter((one) => one.policy === series.policy && one.workload === series.workload);
  const workload = fleet.workloads[series.workload];
  const reference = presence[0]?.length ?? 1;
  for (let minute = 0; minute < MINUTES; minute++) {
    const there = presence[minute] ?? [];
    const ready = there.reduce((sum, { share }) => sum + share, 0);
    const level = (workload?.perReplica ? ready / Math.max(reference, 1) : 1) * waveAt(fleet, minute * 60);
    const wobble = series.noise > 0 ? random.gamma(1 / series.noise) * series.noise : 1;
    let base = series.rate * level * wobble;
    for (const { factor, from } of effects) {
      if (factor !== undefined) base *= 1 + (factor - 1) * overlap(from, Number.POSITIVE_INFINITY, minute);
    }
    throwEvents(scenario, out, minute, random.poisson(base), there, (entry) => entry.share);
    for (const effect of effects) {
      if (effect.added === undefined) continue;
      const reached = reachOf(effect, minute);
      const share = effect.concentrated
        ? Math.max(...there.map(reached), 0)
        : there.reduce((sum, entry) => sum + reached(entry), 0) / Math.max(ready, 1e-9);
      throwEvents(scenario, out, minute, random.poisson(effect.added * level * wobble * share), there, reached);
    }
  }
  return out;
}

/** Share of a minute in which an effect reaches a pod. */
function reachOf({ podFrom, from }: Effect, minute: number): (entry: Presence[number]) => number {
  return ({ index, pod }) => {
    const start = podFrom ? podFrom.get(index) : from;
    return start === undefined ? 0 : overlap(Math.max(start, pod.start), pod.end, minute);
  };
}

/** Spreads a count over the pods in proportion to load and time. */
function throwEvents(
  { fleet, schedules }: Scenario,
  out: SeriesEvents,
  minute: number,
  count: number,
  there: Presence,
  share: (entry: Presence[number]) => number,
): void {
  if (count === 0 || there.length === 0) return;
  const { random, nodes } = fleet;
  const workload = fleet.workloads[out.series.workload];
  const schedule = schedules[out.series.workload];
  const weights = there.map((entry) => entry.pod.load * share(entry));
  for (let i = 0; i < count; i++) {
    const entry = there[random.weighted(weights)];
    if (!entry || !workload || !schedule) continue;
    const at = Math.max(minute * 60 + random.between(0, 60) + (nodes[entry.pod.node] ?? 0), 0);
    let activation = entry.pod.activation;
    let pod = entry.index;
    if (random.chance(STRAY)) activation = random.integer(0, schedule.activations.length - 1);
    if (random.chance(STRAY)) {
      pod = random.integer(0, schedule.pods.length - 1);
      activation = schedule.pods[pod]?.activation ?? activation;
    }
    const labelled = !random.chance(workload.digestMissing);
    const named = labelled && activation === schedule.pods[pod]?.activation && !random.chance(workload.podNameMissing);
    out.bucket.push(Math.min(Math.floor(at / 60), MINUTES - 1));
    out.knownAt.push(at + random.exponential(random.chance(LATE) ? 180 : 4));
    out.activation.push(labelled ? activation : UNKNOWN);
    out.pod.push(named ? pod : UNKNOWN);
  }
}

/** Counts by minute of what was known at a time (default: in the end). */
export function minuteCounts(events: SeriesEvents, asOf = Number.POSITIVE_INFINITY): Float64Array {
  const counts = new Float64Array(MINUTES);
  events.bucket.forEach((bucket, i) => {
    if ((events.knownAt[i] ?? 0) <= asOf) counts[bucket] = (counts[bucket] ?? 0) + 1;
  });
  return counts;
}

/** Counts by minute of what was known shortly after the minute: what an alarm sees. */
export function promptCounts(events: SeriesEvents, grace: number): Float64Array {
  const counts = new Float64Array(MINUTES);
  events.bucket.forEach((bucket, i) => {
    if ((events.knownAt[i] ?? 0) <= (bucket + 1) * 60 + grace) counts[bucket] = (counts[bucket] ?? 0) + 1;
  });
  return counts;
}
