/**
 * One spike seen at several levels is one anomaly: that of the narrowest level. A roll-up's is told only when nothing
 * narrower explains it, or when people were told of it before.
 */
import type { Anomaly } from "../domain/anomaly.ts";
import { isWithin } from "./roll-up.ts";

/** A roll-up crosses its threshold before its leaves when they rise together; they are given this long, milliseconds. */
const PATIENCE = 120_000;
/** A workload's versions follow it soon; the alert should name the one that is to blame. */
const WORKLOAD_PATIENCE = 600_000;
/** Onsets of the same rise differ by less than this between levels, milliseconds. */
const SAME_RISE = 30 * 60_000;

/** `told`: ids of series that alerts already show. */
export function withoutRepeats(anomalies: readonly Anomaly[], now: number, told: ReadonlySet<string>): readonly Anomaly[] {
  return anomalies.filter((one) => {
    if (one.series.level === "leaf" || told.has(one.series.id)) return true;
    const patience = one.series.level === "workload" ? WORKLOAD_PATIENCE : PATIENCE;
    if ((one.resolvedAt ?? now) - one.openedAt < patience) return false;
    return !anomalies.some((other) => isWithin(other.series, one.series) && overlap(other, one));
  });
}

function overlap(a: Anomaly, b: Anomaly): boolean {
  return a.onsetAt - SAME_RISE <= (b.resolvedAt ?? Infinity) && b.onsetAt - SAME_RISE <= (a.resolvedAt ?? Infinity);
}
