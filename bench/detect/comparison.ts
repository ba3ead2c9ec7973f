/** Detectors at their shipped thresholds, and each tuned in hindsight to the same false alarms. */

import { type FalseAlarms, falseAlarmsOf } from "./detection.ts";
import { alarmsAt, recallAt, type Trace, thresholdsFor } from "./operating-curve.ts";
import type { Recall } from "./summary.ts";

/** Budget everybody is tuned to, false alarms per series-week. */
export const BUDGET = 0.02;
/** What recall is shown of. */
export const SHOWN: readonly string[] = ["x2", "x5", "x10", "b1", "b3", "ramp"];

export interface OperatingPoint {
  readonly threshold: number;
  readonly falseAlarms: FalseAlarms;
  readonly recall: Readonly<Record<string, Recall>>;
}

export interface Compared {
  readonly name: string;
  readonly shipped: readonly OperatingPoint[];
  readonly tuned: OperatingPoint;
  /** Recall of x5 at rising false alarms per series-week, the threshold following. */
  readonly curve: readonly { readonly perWeek: number; readonly recall: number }[];
}

export function compare(name: string, shipped: readonly number[], traces: readonly Trace[]): Compared {
  const rates = [BUDGET, ...curveRates()];
  const [tuned = 0, ...thresholds] = thresholdsFor(
    traces,
    rates.map((perWeek) => Math.floor(perWeek * traces.length)),
  );
  return {
    name,
    shipped: shipped.map((threshold) => pointAt(traces, threshold)),
    tuned: pointAt(traces, tuned),
    curve: curveRates().map((perWeek, i) => ({ perWeek, recall: recallAt(traces, "x5", thresholds[i] ?? 0).recall })),
  };
}

export function pointAt(traces: readonly Trace[], threshold: number): OperatingPoint {
  return {
    threshold,
    falseAlarms: falseAlarmsOf(alarmsAt(traces, threshold), traces.length),
    recall: Object.fromEntries(SHOWN.map((injection) => [injection, recallAt(traces, injection, threshold)])),
  };
}

/** False alarms per series-week up to which the curve goes. */
const LARGEST = 64;

function curveRates(): readonly number[] {
  const rates: number[] = [];
  for (let perWeek = BUDGET / 4; perWeek <= LARGEST; perWeek *= Math.SQRT2) rates.push(perWeek);
  return rates;
}
