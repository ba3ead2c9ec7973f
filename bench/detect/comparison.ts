/** Detectors at their shipped thresholds, and each tuned in hindsight to the same false alarms. */

import { type FalseAlarms, falseAlarmsOf } from "./detection.ts";
import { alarmsAt, recallAt, type Trace, thresholdFor } from "./operating-curve.ts";
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
  const at = (threshold: number): OperatingPoint => ({
    threshold,
    falseAlarms: falseAlarmsOf(alarmsAt(traces, threshold), traces.length),
    recall: Object.fromEntries(SHOWN.map((injection) => [injection, recallAt(traces, injection, threshold)])),
  });
  return {
    name,
    shipped: shipped.map(at),
    tuned: at(thresholdFor(traces, Math.floor(BUDGET * traces.length))),
    curve: curveOf(traces),
  };
}

/** Steps of the curve in which false alarms double. */
const LARGEST = 64;

function curveOf(traces: readonly Trace[]): Compared["curve"] {
  const points: { perWeek: number; recall: number }[] = [];
  for (let perWeek = BUDGET / 4; perWeek <= LARGEST; perWeek *= Math.SQRT2) {
    const allowed = Math.floor(perWeek * traces.length);
    const { recall } = recallAt(traces, "x5", thresholdFor(traces, allowed));
    points.push({ perWeek, recall });
  }
  return points;
}
