/**
 * The pause that ends an incident. Back to the normal rate is hard to see where next to nothing is normal: at one event a
 * day it takes hours of silence. That the incident itself is over is seen much sooner, from its own minutes.
 */
import { type Guard, segmentsOf } from "./guard.ts";
import { pauseThatEnds } from "./math/pause-that-ends.ts";
import type { Stretch } from "./stretch.ts";

const MINUTE = 60_000;
/** No shorter pause ends an incident in this way, milliseconds. */
const SHORTEST = 10 * MINUTE;

/** Minutes with events since the onset; the last of them, since the epoch; and what was expected from the onset to its end. */
export type Activity = readonly [active: number, last: number, expected: number];

/** What the guard tells of an incident that opens at the end of a stretch with events; expectation as the incident counts it. */
export function activityAtOpening(guard: Guard, onset: number, expected: number, stretch: Stretch): Activity {
  const last = minuteOf(stretch);
  const before = segmentsOf(guard).filter(({ minute, raw }) => raw > 0 && minute >= Math.floor(onset / MINUTE) && minute < last);
  return [before.length + 1, last, expected];
}

/** After a further stretch, up to whose end `expected` events were expected since the onset. */
export function continueActivity(activity: Activity, expected: number, stretch: Stretch): Activity {
  if (stretch.raw.count === 0) return activity;
  const last = minuteOf(stretch);
  return [activity[0] + (last > activity[1] ? 1 : 0), last, expected];
}

/** Milliseconds since the epoch. */
export function endOfActivity([, last]: Activity): number {
  return (last + 1) * MINUTE;
}

/**
 * Milliseconds of a pause like this stretch, from its begin on, that end the incident; `expected`: since the onset up to its
 * begin. Time counts by what is expected in it: a night, or half the pods, make a pause that says less.
 */
export function pauseLeft(activity: Activity, expected: number, stretch: Stretch): number {
  const [active, , whole] = activity;
  const perMillisecond = stretch.raw.mean / (stretch.to - stretch.from);
  const missing = pauseThatEnds(active) * whole - (expected - whole);
  return Math.max(
    endOfActivity(activity) + SHORTEST - stretch.from,
    perMillisecond > 0 ? missing / perMillisecond : Number.POSITIVE_INFINITY,
  );
}

/** Whether the pause up to `to` has ended the incident. */
export function isOver(activity: Activity, expected: number, to: number): boolean {
  const [active, , whole] = activity;
  const enough = whole > 0 && expected - whole >= pauseThatEnds(active) * whole * (1 - 1e-7);
  return enough && to - endOfActivity(activity) >= SHORTEST;
}

function minuteOf({ to }: Stretch): number {
  return Math.floor((to - 1) / MINUTE);
}
