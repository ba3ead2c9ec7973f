/**
 * What is normal while the season is not known yet. Half a day of the quiet part of the day must not be the expectation
 * for the busy part, so the level of the last learned hours counts too, with what a daily swing may add to it until now.
 */
import { seasonBin } from "./math/season-bin.ts";
import { upperRate } from "./math/upper-rate.ts";
import type { Season } from "./stream-learner.ts";

/** Peak over trough of the largest daily swing that is held to be normal. */
const SWING = 5;
const HOURS = 24;
/** Exposure minutes that make a level. */
const LEAST_MINUTES = 30;
/** Exposure minutes that make the level from which a jump starts. */
const STEADY_MINUTES = 120;
/** Events, as prior, that draw the level of a short stretch to the overall rate. */
const PRIOR_EVENTS = 0.5;
/** Hours from a refresh of the expectation to the middle of its use. */
const HALF_USE = 0.25;

export interface FirstDayRates {
  readonly rate: number;
  readonly upper: number;
  /** The rate to which a day that has only shown its quiet hours may jump at once, as when an office opens. */
  readonly ceiling: number;
}

/**
 * Rates per exposure minute at `time` (hours since the epoch, with fraction). `overall` is the mean of all that was
 * learned, `overallUpper` its limit without slow noise: on the first day that noise is the unknown season itself.
 * `excess` is the overdispersion of minutes, since that of longer blocks is also made by the unknown season.
 * `seen` holds events and exposure minutes of each hour of the day. Of all stretches that end now, each long enough to
 * have a level, the one with the lowest limit counts: short ones are recent, long ones have events.
 */
export function firstDayRates(seen: Season, overall: number, overallUpper: number, excess: number, time: number): FirstDayRates {
  let events = 0;
  let minutes = 0;
  let aged = 0;
  let level = overall;
  let steady = overall;
  let limit = Number.POSITIVE_INFINITY;
  const hour = Math.floor(time);
  for (let back = 0; back < HOURS; back++) {
    const bin = seasonBin(hour - back);
    const added = seen.expected[bin] ?? 0;
    if (added <= 0) continue;
    events += seen.observed[bin] ?? 0;
    minutes += added;
    aged += added * Math.max(0, time - (hour - back) - 0.5 + HALF_USE);
    if (minutes < LEAST_MINUTES) continue;
    const known = events + PRIOR_EVENTS;
    const rate = known / (minutes + PRIOR_EVENTS / overall);
    if (minutes <= STEADY_MINUTES || back === 0) steady = rate;
    const upper = upperRate(rate, known, excess, 0, 0) * largestRise(aged / minutes);
    if (upper >= limit) continue;
    limit = upper;
    level = rate;
  }
  const known = Number.isFinite(limit);
  return {
    rate: Math.max(overall, level),
    upper: known ? Math.max(overallUpper, limit) : overallUpper,
    ceiling: SWING * Math.min(overall, steady),
  };
}

/**
 * Largest ratio of two rates `hours` apart on a day whose logarithm is a sine wave with the largest swing.
 * Worked value: 2 hours: 1.516725; 12 hours and more: 5.
 */
export function largestRise(hours: number): number {
  return SWING ** Math.sin((Math.PI * Math.min(hours, HOURS / 2)) / HOURS);
}
