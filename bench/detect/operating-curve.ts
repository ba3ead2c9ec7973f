/**
 * A detector at every threshold at once: from its statistic on normal weeks and on injected anomalies follow the false
 * alarms and the recall at any threshold, so that detectors can be compared at equal false alarms.
 */
import { type Recall, recallOf } from "./summary.ts";

/** What is kept of the statistic of one series. */
export interface Trace {
  /**
   * Normal week: for each hour whose largest value is above that of the hour before, the two values. An alarm is an hour
   * above the threshold after one that was not, so the pair is an alarm for thresholds in [before, largest).
   */
  readonly rises: readonly (readonly [number, number])[];
  /** By injection: values larger than all before them since the injected start, each with its minute (1: the first). */
  readonly records: Readonly<Record<string, readonly (readonly [number, number])[]>>;
}

const HOUR = 60;

export function risesOf(statistic: ArrayLike<number>): Trace["rises"] {
  const rises: (readonly [number, number])[] = [];
  let before = 0;
  for (let hour = 0; hour < statistic.length; hour += HOUR) {
    let largest = 0;
    for (let i = hour; i < Math.min(hour + HOUR, statistic.length); i++) largest = Math.max(largest, statistic[i] ?? 0);
    if (largest > before) rises.push([before, largest]);
    before = largest;
  }
  return rises;
}

export function recordsOf(statistic: ArrayLike<number>): readonly (readonly [number, number])[] {
  const records: (readonly [number, number])[] = [];
  let largest = 0;
  for (let i = 0; i < statistic.length; i++) {
    const value = statistic[i] ?? 0;
    if (value <= largest) continue;
    largest = value;
    records.push([value, i + 1]);
  }
  return records;
}

/** False alarms of all series together at a threshold. */
export function alarmsAt(traces: readonly Trace[], threshold: number): number {
  let alarms = 0;
  for (const { rises } of traces) for (const [before, largest] of rises) if (before <= threshold && threshold < largest) alarms++;
  return alarms;
}

/** For each number of false alarms allowed, the lowest threshold at and above which there are never more. */
export function thresholdsFor(traces: readonly Trace[], allowed: readonly number[]): readonly number[] {
  const steps = traces.flatMap(({ rises }) =>
    rises.flatMap(([before, largest]) => [
      { at: largest, change: 1 },
      { at: before, change: -1 },
    ]),
  );
  // Downwards; a rise that begins where another one ended does not add to it.
  steps.sort((a, b) => b.at - a.at || a.change - b.change);
  return allowed.map((most) => {
    let alarms = 0;
    for (const { at, change } of steps) {
      alarms += change;
      if (alarms > most) return at;
    }
    return 0;
  });
}

export function recallAt(traces: readonly Trace[], injection: string, threshold: number): Recall {
  return recallOf(traces.map(({ records }) => records[injection]?.find(([value]) => value > threshold)?.[1]));
}
