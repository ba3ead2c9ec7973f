/**
 * When a rise began. FOCuS compares with the highest normal rate, as an alarm must; where that is far above the rate that
 * was learned, because the intensity swings, the first part of a rise stays below it and the segment begins too late.
 */
import type { Alarm } from "./alarm.ts";
import { companionExpectation, type Expectations, factorOver } from "./expectation.ts";
import { segmentsOf } from "./guard.ts";
import { psi } from "./math/psi.ts";
import { theta } from "./math/theta.ts";
import { expectationHour, type SeriesState } from "./series-state.ts";

const MINUTE = 60_000;

export interface Onset {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Raw events between it and the start of the segment, and how many were expected (point estimate). */
  readonly events: number;
  readonly expected: number;
}

/**
 * The likeliest start of an alarm's segment, no later than its own: where the log likelihood ratio of its rate against the
 * learned one, summed backwards over what the guard holds, is highest. With both rates given this is the maximum likelihood
 * estimate of a change point (Hinkley 1970, "Inference about the change-point in a sequence of random variables"). It is not
 * looked for in earlier incidents: their events say nothing about this rise.
 */
export function likeliestOnset(state: SeriesState, expectations: Expectations, alarm: Alarm): Onset {
  const { segment, lead, ratio } = alarm;
  const start = Math.max(segment.start, (state.g[0] ?? 0) * MINUTE);
  const hour = expectationHour(state);
  const led = lead === "clipped" ? companionExpectation(expectations) : expectations[0];
  const [rate = 0, , , slowExcess = 0] = led;
  const [rawRate = 0] = expectations[0];
  const evidence = theta(ratio, slowExcess);
  const price = psi(ratio, slowExcess);
  let best: Onset = { at: start, events: 0, expected: 0 };
  let highest = 0;
  let sum = 0;
  let events = 0;
  let expected = 0;
  const calm = endOfLast(state);
  for (const held of segmentsOf(state.g).reverse()) {
    const from = held.minute * MINUTE;
    const to = from + held.length * MINUTE;
    if (to > start) continue;
    if (held.minute < calm) break;
    const exposure = held.share * held.length;
    sum += evidence * held[lead] - price * rate * factorOver(led, hour, from, to) * exposure;
    events += held.raw;
    expected += rawRate * factorOver(expectations[0], hour, from, to) * exposure;
    if (sum <= highest) continue;
    highest = sum;
    best = { at: from, events, expected };
  }
  return best;
}

/** Minute after the last incident of which the guard still holds something; none: before all time. */
function endOfLast({ k: marks = [] }: SeriesState): number {
  return marks.length > 0 ? (marks.at(-2) ?? 0) : Number.NEGATIVE_INFINITY;
}
