import { type Hull, LARGEST_HULL, STRIDE } from "./focus-hull.ts";

/**
 * Adds the point (expected, observed) reached at `time` as a candidate start, dropping those it makes impossible
 * (FOCuS: Romano, Eckley, Fearnhead, Rigaill 2023). Totals must have been restarted (see `focusExhausted`) when they
 * are not above the oldest candidate's line. In place, amortised constant time.
 */
export function focusPush(hull: Hull, expected: number, observed: number, time: number, companion: number): void {
  while (hull.length >= 2 * STRIDE && isAbove(hull, expected, observed)) hull.length -= STRIDE;
  hull.push(expected, observed, time, companion);
  if (hull.length > LARGEST_HULL * STRIDE) hull.splice(STRIDE, STRIDE);
}

/** True when no change since the oldest candidate is left to be seen: fewer observed than expected. */
export function focusExhausted(hull: Hull, expected: number, observed: number): boolean {
  return hull.length === 0 || observed - (hull[1] ?? 0) <= expected - (hull[0] ?? 0);
}

/** Whether the last vertex lies on or above the line from the one before it to the new point. */
function isAbove(hull: Hull, expected: number, observed: number): boolean {
  const last = hull.length - STRIDE;
  const lastExpected = hull[last] ?? 0;
  const lastObserved = hull[last + 1] ?? 0;
  const rise = lastObserved - (hull[last - STRIDE + 1] ?? 0);
  const run = lastExpected - (hull[last - STRIDE] ?? 0);
  return rise * (expected - lastExpected) >= (observed - lastObserved) * run;
}
