/** Moves a series through time: what leaves the guard is learned, and at every full hour the expectation is refreshed. */

import { expectationOf, sharedExpectations, usesPool } from "./expectation.ts";
import { unpackExperience } from "./experience.ts";
import { learnUntil } from "./learning.ts";
import { isFirstDay, type SeriesState } from "./series-state.ts";
import type { Settings } from "./settings.ts";
import { unpackLearner, unpackSeason } from "./stream-learner.ts";

const HOUR = 3_600_000;
const LEARNING_STEP = 600_000;

/** The state at a later time; nothing is judged. */
export function moveTo(state: SeriesState, time: number, settings: Settings): SeriesState {
  if (time <= state.t) return state;
  const learned = Math.floor(time / LEARNING_STEP) > Math.floor(state.t / LEARNING_STEP) ? learnUntil(state, time) : state;
  const moved = { ...learned, t: time };
  if (moved.e === undefined && learned !== state) return refresh(moved, settings);
  const every = isFirstDay(moved) ? HOUR / 2 : HOUR;
  return Math.floor(time / every) > Math.floor(state.t / every) ? refresh(moved, settings) : moved;
}

/** New expectations from what has been learned; none while the series is still warming up. */
export function refresh(state: SeriesState, settings: Settings): SeriesState {
  const experience = unpackExperience(state.q);
  if (experience.learned < experience.needed) return state;
  const { lnThreshold, noiseFactor } = settings.options;
  const seasonal = !isFirstDay(state);
  const shared = { experience, pool: state.p, time: state.t / HOUR, share: state.s, lnThreshold, noiseFactor };
  const learner = unpackLearner(state.l);
  const hours = state.h && unpackSeason(state.h);
  const season = seasonal ? { season: hours } : { season: undefined, firstDay: hours };
  const raw = expectationOf({ ...shared, learner, ...season, stream: "raw" });
  const clippedLearner = state.m ? unpackLearner(state.m) : learner;
  const clippedHours = state.m ? state.j && unpackSeason(state.j) : hours;
  const clippedSeason = seasonal ? { season: clippedHours } : { season: undefined, firstDay: clippedHours };
  const clipped = expectationOf({ ...shared, learner: clippedLearner, ...clippedSeason, stream: "clipped" });
  return { ...state, e: state.m ? [raw, clipped] : sharedExpectations(raw, clipped) };
}

/** True while the expectation rests on the policy's other workloads. */
export function restsOnPool(state: SeriesState): boolean {
  return state.p !== undefined && usesPool(unpackLearner(state.l));
}
