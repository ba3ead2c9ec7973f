/** Sums of any stretch of minutes in constant time, for statistics on sliding windows. */

/** `sum(from, to)`: sum of the values [from, to); parts before the first value are empty. */
export function sums(values: ArrayLike<number>): (from: number, to: number) => number {
  const prefix = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) prefix[i + 1] = (prefix[i] ?? 0) + (values[i] ?? 0);
  return (from, to) => (prefix[Math.max(0, to)] ?? 0) - (prefix[Math.max(0, from)] ?? 0);
}

/** A statistic of every minute from `from` on. */
export function each(values: ArrayLike<number>, from: number, statistic: (minute: number) => number): Float64Array {
  const out = new Float64Array(values.length - from);
  for (let i = from; i < values.length; i++) out[i - from] = statistic(i);
  return out;
}
