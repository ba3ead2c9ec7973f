/** Puts what was seen in a stretch beside what was expected in it. */
import { ceilingOf, companionExpectation, type Expectation, type Expectations, factorOver } from "./expectation.ts";
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
  return {
    from,
    to,
    minutes: exposure > 0 ? (to - from) / MINUTE : 0,
    raw: streamOf(expectations[0], hour, from, to, exposure, raw),
    clipped: streamOf(companionExpectation(expectations), hour, from, to, exposure, clipped),
  };
}

function streamOf(
  expectation: Expectation,
  hour: number,
  from: number,
  to: number,
  exposure: number,
  count: number,
): StreamStretch {
  const [rate = 0, upper = 0, fastExcess = 0, slowExcess = 0, fastMask = 0] = expectation;
  const weight = factorOver(expectation, hour, from, to) * exposure;
  const ceiling = ceilingOf(expectation);
  const jump = ceiling === undefined ? {} : { ceiling: ceiling * weight };
  return { count, mean: rate * weight, upper: upper * weight, ...jump, fastExcess, slowExcess, fastMask };
}
