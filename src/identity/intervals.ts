/** Half-open intervals [from, to) of time, milliseconds; `to` may be Infinity. */

export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** The union, ascending; intervals closer than `gap` become one. */
export function unionOf(intervals: readonly Interval[], gap: number): Interval[] {
  const sorted = intervals.filter((interval) => interval.to > interval.from).sort((a, b) => a.from - b.from || a.to - b.to);
  const union: Interval[] = [];
  for (const interval of sorted) {
    const last = union.at(-1);
    if (last === undefined || interval.from > last.to + gap) union.push(interval);
    else if (interval.to > last.to) union[union.length - 1] = { from: last.from, to: interval.to };
  }
  return union;
}

export function overlaps(interval: Interval, from: number, to: number): boolean {
  return interval.from < to && from < interval.to;
}

/** Whether an interval, widened on both sides, contains a time. */
export function containsNear(interval: Interval, time: number, tolerance: number): boolean {
  return interval.from - tolerance <= time && time < interval.to + tolerance;
}
