/** Moves a series through time: what leaves the guard is learned, and at every full hour the expectation is refreshed. */

import { expectationOf, sharedExpectations, usesPool } from "./expectation.ts";
import { unpackExperience } from "./experience.ts";
import { learnUntil } from "./learning.ts";
import { type Draft, isFirstDay, type SeriesState } from "./series-state.ts";
import type { Settings } from "./settings.ts";
import { unpackLearner, unpackSeason } from "./stream-learner.ts";

const HOUR = 3_600_000;
const LEARNING_STEP = 600_000;

/** Takes a state to a later time; nothing is judged. */
export function moveTo(draft: Draft, time: number, settings: Settings): void {
  const before = draft.t;
  if (time <= before) return;
  const learned = Math.floor(time / LEARNING_STEP) > Math.floor(before / LEARNING_STEP) && learnUntil(draft, time);
  draft.t = time;
  const every = isFirstDay(draft) ? HOUR / 2 : HOUR;
  if ((learned && draft.e === undefined) || Math.floor(time / every) > Math.floor(before / every)) refresh(draft, settings);
}

/** New expectations from what has been learned; none while the series is still warming up. */
export function refresh(draft: Draft, settings: Settings): void {
  const experience = unpackExperience(draft.q);
  if (experience.learned < experience.needed) return;
  const { lnThreshold, noiseFactor } = settings.options;
  const seasonal = !isFirstDay(draft);
  const shared = { experience, pool: draft.p, time: draft.t / HOUR, share: draft.s, lnThreshold, noiseFactor };
  const learner = unpackLearner(draft.l);
  const hours = draft.h && unpackSeason(draft.h);
  const season = seasonal ? { season: hours } : { season: undefined, firstDay: hours };
  const raw = expectationOf({ ...shared, learner, ...season, stream: "raw" });
  const clippedLearner = draft.m ? unpackLearner(draft.m) : learner;
  const clippedHours = draft.m ? draft.j && unpackSeason(draft.j) : hours;
  const clippedSeason = seasonal ? { season: clippedHours } : { season: undefined, firstDay: clippedHours };
  const clipped = expectationOf({ ...shared, learner: clippedLearner, ...clippedSeason, stream: "clipped" });
  draft.e = draft.m ? [raw, clipped] : sharedExpectations(raw, clipped);
}

/** True while the expectation rests on the policy's other workloads. */
export function restsOnPool(state: SeriesState): boolean {
  return state.p !== undefined && usesPool(unpackLearner(state.l));
}
