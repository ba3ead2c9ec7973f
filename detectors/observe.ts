/** Puts what was seen in a stretch beside what was expected in it. */
import { ceilingOf, EXCESSES, type Expectation, type Expectations, factorOver, isSeparate } from "./expectation.ts";
import { expectationHour, type SeriesState } from "./series-state.ts";
import type { StreamStretch, Stretch } from "./stretch.ts";

const MINUTE = 60_000;

/** The stretch [from, to) of a series that is not warming. `exposure` in minutes. */
export function stretchOf(
  state: SeriesState,
  expectations: Expectations,
  from: number,
  to: number,
  exposure: number,
  raw: number,
  clipped: number,
): Stretch {
  const hour = expectationHour(state);
  const [own, companion] = expectations;
  const weight = factorOver(own, hour, from, to) * exposure;
  const separate = isSeparate(companion);
  return {
    from,
    to,
    minutes: exposure > 0 ? (to - from) / MINUTE : 0,
    raw: streamOf(own, own, EXCESSES, weight, raw),
    clipped: separate
      ? streamOf(companion, companion, EXCESSES, factorOver(companion, hour, from, to) * exposure, clipped)
      : streamOf(own, companion.length === 0 ? own : companion, companion.length === 0 ? EXCESSES : 0, weight, clipped),
  };
}

/** Rates from one expectation, excesses and mask from another (which holds them from `at` on). */
function streamOf(rates: Expectation, excesses: Expectation, at: number, weight: number, count: number): StreamStretch {
  const ceiling = ceilingOf(rates);
  return {
    count,
    mean: (rates[0] ?? 0) * weight,
    upper: (rates[1] ?? 0) * weight,
    ceiling: ceiling === undefined ? undefined : ceiling * weight,
    fastExcess: excesses[at] ?? 0,
    slowExcess: excesses[at + 1] ?? 0,
    fastMask: excesses[at + 2] ?? 0,
  };
}
