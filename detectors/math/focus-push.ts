import { type Hull, LARGEST_HULL, STRIDE } from "./focus-hull.ts";

/**
 * Adds the point (expected, observed) reached at `time` as a candidate start to the hull in [from, to), dropping those it
 * makes impossible (FOCuS: Romano, Eckley, Fearnhead, Rigaill 2023). Totals must have been restarted (see `focusExhausted`)
 * when they are not above the oldest candidate's line. In place; returns the new end. Amortised constant time.
 */
export function focusPush(
  hull: number[],
  from: number,
  to: number,
  expected: number,
  observed: number,
  time: number,
  companion: number,
): number {
  let end = to;
  while (end - from >= 2 * STRIDE && isAbove(hull, end - STRIDE, expected, observed)) end -= STRIDE;
  if (end - from === LARGEST_HULL * STRIDE) {
    hull.copyWithin(from + STRIDE, from + 2 * STRIDE, end);
    end -= STRIDE;
  }
  hull[end] = expected;
  hull[end + 1] = observed;
  hull[end + 2] = time;
  hull[end + 3] = companion;
  return end + STRIDE;
}

/** True when no change since the oldest candidate in [from, to) is left to be seen: fewer observed than expected. */
export function focusExhausted(hull: Hull, from: number, to: number, expected: number, observed: number): boolean {
  return from === to || observed - (hull[from + 1] ?? 0) <= expected - (hull[from] ?? 0);
}

/** Whether the vertex at `last` lies on or above the line from the one before it to the new point. */
function isAbove(hull: Hull, last: number, expected: number, observed: number): boolean {
  const lastExpected = hull[last] ?? 0;
  const lastObserved = hull[last + 1] ?? 0;
  const rise = lastObserved - (hull[last - STRIDE + 1] ?? 0);
  const run = lastExpected - (hull[last - STRIDE] ?? 0);
  return rise * (expected - lastExpected) >= (observed - lastObserved) * run;
}
