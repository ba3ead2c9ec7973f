/**
 * What is expected of a stream for the hour to come: refreshed at every full hour from what has been learned, so that
 * judging a bucket costs no more than a few multiplications.
 */
import type { Experience } from "./experience.ts";
import { firstDayRates } from "./first-day.ts";
import { learnedRate } from "./learn.ts";
import { expectedDelay } from "./math/expected-delay.ts";
import { RATIOS } from "./math/mixture-grid.ts";
import { meanFactor, seasonBin } from "./math/season-bin.ts";
import { seasonFactors } from "./math/season-factors.ts";
import { significant } from "./math/significant.ts";
import { solveExcess } from "./math/solve-excess.ts";
import { upperRate } from "./math/upper-rate.ts";
import { burstExcess, fastExcess, noiseOf, slowExcess } from "./roughness.ts";
import type { Season, StreamLearner } from "./stream-learner.ts";

/**
 * Rate, upper rate (per exposure minute), fast and slow excess, fast mask; then season factors from two hours back, or
 * on the first day the one number to which a rate may jump at once.
 */
export type Expectation = readonly number[];

export interface Rates {
  readonly rate: number;
  readonly upper: number;
  /** Rate to which the series may jump at once without anything being wrong; only while its season is unknown. */
  readonly ceiling?: number;
}

/** Ratios that alarm within this many minutes are judged with the dispersion of single minutes. */
const FAST_DELAY = 3;
/** Largest one-pod burst that is expected of a series nothing is known about, its half-life in learned minutes, its end. */
const PRIOR_BURST = 100;
const PRIOR_BURST_LIFE = 4320;
const LEAST_PRIOR_BURST = 2;
/** Own events after which a pool prior is no longer needed. */
export const POOL_EVENTS = 5;
const HEAD = 5;
/** Where the excesses and the mask begin. */
export const EXCESSES = 2;

export interface ExpectationRequest {
  readonly learner: StreamLearner;
  readonly experience: Experience;
  readonly season: Season | undefined;
  /** Hours of the first day so far, while they are not yet a season. */
  readonly firstDay?: Season | undefined;
  readonly pool: readonly number[] | undefined;
  readonly stream: "raw" | "clipped";
  /** Hours since the epoch, with fraction: from then on it is used. */
  readonly time: number;
  readonly share: number;
  readonly lnThreshold: number;
  readonly noiseFactor: number;
}

export function expectationOf(request: ExpectationRequest): Expectation {
  const { learner, experience, season, stream, time, share, lnThreshold } = request;
  const { rate, upper, ceiling } = ratesOf(request);
  const calm = Math.max(fastExcess(learner), burstExcess(learner));
  const fast = stream === "raw" ? Math.max(calm, priorBurstExcess(experience.learned, rate)) : calm;
  // On the first day the roughness of longer blocks is mostly the unknown season, which the ceiling answers for.
  const slow = ceiling === undefined ? Math.max(fast, slowExcess(learner)) : fast;
  let mask = 0;
  RATIOS.forEach((ratio, j) => {
    if (expectedDelay(lnThreshold, upper * share, ratio, fast) <= FAST_DELAY) mask |= 1 << j;
  });
  const head = [significant(rate, 8), significant(upper, 8), significant(fast, 6), significant(slow, 6), mask];
  if (!season) return ceiling === undefined ? head : [...head, significant(ceiling, 6)];
  const factors = seasonFactors(season.observed, season.expected, slowExcess(learner));
  return [...head, ...[-2, -1, 0, 1].map((offset) => significant(factors[seasonBin(Math.floor(time) + offset)] ?? 1, 6))];
}

/** Rate and upper rate per exposure minute; a pool prior holds while the series has few events of its own. */
export function ratesOf(
  request: Pick<ExpectationRequest, "learner" | "experience" | "pool" | "noiseFactor" | "firstDay" | "time">,
): Rates {
  const { learner, experience, pool, noiseFactor, firstDay, time } = request;
  if (pool && usesPool(learner)) {
    const [shape = 0.5, minutes = 1, limit = 0] = pool;
    const rate = (shape + learner.events) / (minutes + learner.exposure);
    return { rate, upper: Math.max(1e-4, limit, 1.2 * rate) };
  }
  const rate = learnedRate(learner, experience);
  const known = learner.events + experience.shape;
  const excess = slowExcess(learner);
  if (firstDay) return firstDayRates(firstDay, rate, upperRate(rate, known, excess, 0, 0), fastExcess(learner), time);
  const upper = upperRate(rate, known, excess, noiseOf(learner), noiseFactor);
  return { rate, upper };
}

export function usesPool(learner: StreamLearner): boolean {
  return learner.events <= POOL_EVENTS;
}

/** Expectations of both streams. While they are the same, the companion's holds only its own excesses and mask, if they differ. */
export type Expectations = readonly [raw: Expectation, companion: Expectation];

/** Leaves out of the companion's expectation what it shares with the raw stream. */
export function sharedExpectations(raw: Expectation, companion: Expectation): Expectations {
  const own = companion.slice(EXCESSES, HEAD);
  return [raw, own.every((value, i) => value === raw[EXCESSES + i]) ? [] : own];
}

/** The companion's expectation in full. */
export function companionExpectation([raw, companion]: Expectations): Expectation {
  if (isSeparate(companion)) return companion;
  if (companion.length === 0) return raw;
  return [...raw.slice(0, EXCESSES), ...companion, ...raw.slice(HEAD)];
}

/** Whether the companion's expectation, as it is held, says everything itself. */
export function isSeparate(companion: Expectation): boolean {
  return companion.length >= HEAD;
}

/** Rate to which a first day may jump at once, if the expectation is one of a first day. */
export function ceilingOf(expectation: Expectation): number | undefined {
  return expectation.length === HEAD + 1 ? expectation[HEAD] : undefined;
}

/** Whether an expectation knows a season. */
export function isSeasonal(expectation: Expectation): boolean {
  return expectation.length > HEAD + 1;
}

/** Mean season factor over [from, to) milliseconds, from an expectation made for the hour `madeFor`. */
export function factorOver(expectation: Expectation, madeFor: number, from: number, to: number): number {
  if (!isSeasonal(expectation)) return 1;
  const first = madeFor - 2;
  return meanFactor((hour) => expectation[HEAD + Math.min(3, Math.max(0, hour - first))] ?? 1, from, to);
}

/**
 * Overdispersion that keeps a first one-pod burst of a young series from alarming alone: such bursts are common, and a
 * series cannot know yet whether it has them. Fades within days of learning; 0 when faded.
 * Worked value: rate .5, nothing learned: 10.253246.
 */
export function priorBurstExcess(learned: number, rate: number): number {
  const burst = PRIOR_BURST * 2 ** (-learned / PRIOR_BURST_LIFE);
  if (burst <= LEAST_PRIOR_BURST) return 0;
  return solveExcess(burst + rate, 1.2 * Math.max(rate, 1e-4), 9);
}
