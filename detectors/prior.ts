/** First state of a series, from the best prior knowledge there is. */
import type { Prior } from "./contract.ts";
import { type Experience, packExperience, UNINFORMED, USABLE, unpackExperience, visitAll, WARM_UP } from "./experience.ts";
import { emptyGuard } from "./guard.ts";
import { gammaQuantile } from "./math/gamma-quantile.ts";
import { poolPrior } from "./math/pool-prior.ts";
import { withoutEvidence } from "./member-states.ts";
import { asSeriesState, type SeriesState, STATE_VERSION } from "./series-state.ts";
import { emptySeason, packLearner, unpackLearner } from "./stream-learner.ts";

/** How much of the previous version's history counts for the next one. */
const CARRIED = 0.5;
/** The pool's workloads differ: this point of their distribution is the highest rate that counts as normal at first. */
const POOL_QUANTILE = 0.99;
const MINUTE = 60_000;

export function firstState(time: number, share: number, prior: Prior | undefined): SeriesState {
  const blank = blankState(time, share);
  if (prior?.kind === "previous") {
    const old = asSeriesState(prior.state);
    return old ? carry(blank, old) : blank;
  }
  const pool = prior?.kind === "pool" ? poolPrior(prior.members) : undefined;
  if (!pool) return blank;
  const experience: Experience = { ...UNINFORMED, needed: 0, rate: (UNINFORMED.shape * pool.rate) / pool.shape };
  const limit = gammaQuantile(pool.shape, POOL_QUANTILE) / pool.rate;
  return { ...blank, q: packExperience(experience), p: [pool.shape, pool.rate, limit] };
}

function blankState(time: number, share: number): SeriesState {
  const { guard, open } = emptyGuard(time);
  const q = packExperience(UNINFORMED);
  return { v: STATE_VERSION, t: time, s: share, x: withoutEvidence(open), g: guard, q, l: [], h: emptySeason() };
}

/**
 * Rate of the previous version at half its weight; season, roughness and the clock of learning as they are. A version
 * that had learned too little hands on what it had, without making it count as enough.
 */
function carry(blank: SeriesState, old: SeriesState): SeriesState {
  const before = unpackExperience(old.q);
  const needed = before.needed === 0 || before.learned >= USABLE ? 0 : WARM_UP;
  // The last hour of the old version and the silence since are not learned any more, but the workload was watched.
  const watched = before.learned + Math.max(0, blank.t / MINUTE - (old.g[0] ?? 0));
  const learned = Math.max(before.learned, Math.min(needed, watched));
  const { h: _unused, ...rest } = blank;
  return {
    ...rest,
    b: blank.t,
    q: packExperience({ ...before, learned, needed }),
    l: discounted(old.l),
    ...(old.m ? { m: discounted(old.m) } : {}),
    ...(old.h ? { h: old.h } : {}),
    ...(old.j ? { j: old.j } : {}),
    ...(old.p ? { p: old.p } : {}),
  };
}

function discounted(packed: readonly number[]): readonly number[] {
  const learner = unpackLearner(packed);
  return packLearner({
    ...learner,
    events: CARRIED * learner.events,
    exposure: CARRIED * learner.exposure,
    hourSeen: 0,
    hourMean: 0,
  });
}

/** Season of a series that has just become busy enough to have one: flat, and trusted everywhere. */
export function lateSeason(experience: Experience): { readonly season: readonly number[]; readonly experience: Experience } {
  return { season: emptySeason(), experience: visitAll(experience) };
}
