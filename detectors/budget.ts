/**
 * From a false-alarm budget to the alarm threshold. The mixture's mean time to a false alarm of one series is at least
 * A minutes, so a series raises at most 10080 / A false alarms a week, and the threshold follows from the budget alone.
 */

const MINUTES_PER_WEEK = 10_080;

/** One million minutes: one false alarm in about 99 weeks of one series at the most; the default. */
export const DEFAULT_LN_THRESHOLD = Math.log(1e6);

/**
 * Natural logarithm of the threshold for at most `alarms` false alarms in `seriesWeeks` weeks of one series.
 * Worked value: 1 per 1000 series-weeks: A = 1.008e7, ln A = 16.1261.
 */
export function thresholdPerSeries(alarms: number, seriesWeeks: number): number {
  return Math.log((MINUTES_PER_WEEK * positive(seriesWeeks)) / positive(alarms));
}

/**
 * The same for at most `alarms` a week over `liveSeries` series together (a union bound: no independence is assumed).
 * Worked value: 1 a week over a million series: 23.033820.
 */
export function thresholdPerFleet(alarms: number, liveSeries: number): number {
  return Math.log((MINUTES_PER_WEEK * Math.max(1, liveSeries)) / positive(alarms));
}

/**
 * The same budget spent on `moments` a week that are known beforehand instead of on every minute: the threshold for a
 * rise that begins at one of them.
 * Worked value: ln A = 16.1261 and 3.5 moments a week: 8.160518.
 */
export function thresholdAtMoments(lnThreshold: number, moments: number): number {
  return lnThreshold - Math.log(MINUTES_PER_WEEK / positive(moments));
}

function positive(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) throw new RangeError(`a false-alarm budget is a positive number, not ${value}`);
  return value;
}
