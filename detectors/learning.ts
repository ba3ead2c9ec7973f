/**
 * The learner of a series: takes what leaves the guard, in blocks of ten minutes, into both streams. Runs an hour behind
 * the clock, so that a change is seen before it is learned; incidents never raise the expectation.
 */

import { companionExpectation, factorOver, isSeasonal } from "./expectation.ts";
import { type Experience, FIRST_DAY, packExperience, unpackExperience, visit } from "./experience.ts";
import { oldest, release, type Segment } from "./guard.ts";
import { type Block, endFirstDay, learnBlock, learnBurst } from "./learn.ts";
import { meanFactor, seasonBin } from "./math/season-bin.ts";
import { seasonFactors } from "./math/season-factors.ts";
import { lateSeason } from "./prior.ts";
import { slowExcess } from "./roughness.ts";
import { type Draft, expectationHour, type SeriesState } from "./series-state.ts";
import { packLearner, packSeason, type Season, type StreamLearner, unpackLearner, unpackSeason } from "./stream-learner.ts";
import { likelyRise, mayWait } from "./suspicion.ts";

/** Minutes kept back from learning, and length of a block. */
export const GUARD = 60;
const BLOCK = 10;
const MINUTE = 60_000;
/** A series needs this many events for a season of its own. */
const SEASON_EVENTS = 200;
/** Minutes of the first day that a season bin needs to be trusted from then on. */
const TRUSTED = 30;

type Treatment = "learn" | "roughness" | "incident" | "nothing";

interface Workspace {
  experience: Experience;
  raw: StreamLearner;
  clipped: StreamLearner | undefined;
  season: Season | undefined;
  clippedSeason: Season | undefined;
}

/** Learns everything that is older than the guard at `time`. False when nothing is that old. */
export function learnUntil(state: Draft, time: number): boolean {
  const limit = Math.floor((time / MINUTE - GUARD) / BLOCK) * BLOCK;
  let guard = state.g;
  if ((guard[0] ?? 0) >= limit) return false;
  const rise = likelyRise(state, time, limit * MINUTE);
  const work = unpack(state);
  let incident = state.i;
  for (;;) {
    const from = guard[0] ?? 0;
    const to = blockEnd(state, guard, limit);
    if (to === undefined) break;
    if (rise !== undefined && to > rise && mayWait(guard, from, time / MINUTE)) break;
    const out = release(guard, to);
    guard = out.guard;
    const treatment = treatmentAt(state, from);
    if (treatment === "incident" && incident)
      incident = { ...incident, f: learnAside(state, work, incident.f, from, to, out.released) };
    else if (treatment === "roughness") roughen(state, work, from, to, out.released);
    else if (treatment === "learn") learn(state, work, from, to, out.released);
  }
  pack(state, work);
  state.g = guard;
  state.i = incident;
  return true;
}

/** End of the next block: a full ten minutes, the edge of an incident, or the end of a wide bucket. */
function blockEnd(state: SeriesState, guard: readonly number[], limit: number): number | undefined {
  const from = guard[0] ?? 0;
  const first = oldest(guard);
  if (from >= limit || !first) return undefined;
  const { length, raw } = first;
  let end = Math.min(limit, (Math.floor(from / BLOCK) + 1) * BLOCK);
  for (const edge of edges(state)) if (edge > from && edge < end) end = edge;
  if (raw > 0 && from + length > end) end = from + length;
  return end <= limit ? end : undefined;
}

function edges(state: SeriesState): readonly number[] {
  const past = (state.k ?? []).filter((_, i) => i % 3 !== 2);
  return state.i ? [...past, Math.floor(state.i.on / MINUTE)] : past;
}

function treatmentAt(state: SeriesState, minute: number): Treatment {
  if (state.i && minute >= Math.floor(state.i.on / MINUTE)) return "incident";
  const past = state.k ?? [];
  for (let i = 0; i < past.length; i += 3) {
    if (minute >= (past[i] ?? 0) && minute < (past[i + 1] ?? 0)) return past[i + 2] === 1 ? "roughness" : "nothing";
  }
  return "learn";
}

function learn(state: SeriesState, work: Workspace, from: number, to: number, segments: readonly Segment[]): void {
  const exposure = exposureOf(segments);
  if (exposure <= 0) return;
  const raw = blockOf(state, work, "raw", from, to, segments);
  const firstDay = work.experience.learned < FIRST_DAY;
  learnBlock(work.raw, work.season, work.experience, raw);
  if (work.clipped)
    learnBlock(work.clipped, work.clippedSeason, work.experience, blockOf(state, work, "clipped", from, to, segments));
  const events = segments.reduce((sum, segment) => sum + segment.raw, 0);
  work.experience = { ...work.experience, learned: work.experience.learned + exposure, events: work.experience.events + events };
  if (firstDay && work.experience.learned >= FIRST_DAY) finishFirstDay(work);
  else if (!firstDay && work.season && to % 60 === 0)
    work.experience = visit(work.experience, seasonBin(from / 60 - (from % 60) / 60));
  if (!firstDay && !work.season && work.experience.events > SEASON_EVENTS) startSeason(work);
}

function finishFirstDay(work: Workspace): void {
  work.season?.expected.forEach((minutes, bin) => {
    if (minutes >= TRUSTED) work.experience = visit(work.experience, bin);
  });
  endFirstDay(work.raw, work.season, work.experience);
  if (work.clipped) endFirstDay(work.clipped, work.clippedSeason, work.experience);
  if (work.experience.events > SEASON_EVENTS) return;
  work.experience = { ...work.experience, weekdays: 0, weekends: 0 };
  work.season = undefined;
  work.clippedSeason = undefined;
}

function startSeason(work: Workspace): void {
  const late = lateSeason(work.experience);
  work.experience = late.experience;
  work.season = unpackSeason(late.season);
  if (work.clipped) work.clippedSeason = unpackSeason(late.season);
}

function roughen(state: SeriesState, work: Workspace, from: number, to: number, segments: readonly Segment[]): void {
  if (exposureOf(segments) <= 0) return;
  learnBurst(work.raw, work.experience, blockOf(state, work, "raw", from, to, segments));
  if (work.clipped) learnBurst(work.clipped, work.experience, blockOf(state, work, "clipped", from, to, segments));
}

/** Roughness of an incident that still lasts goes into copies. */
function learnAside(
  state: SeriesState,
  work: Workspace,
  aside: readonly [readonly number[], readonly number[]] | undefined,
  from: number,
  to: number,
  segments: readonly Segment[],
): readonly [readonly number[], readonly number[]] {
  const raw = aside ? unpackLearner(aside[0]) : { ...work.raw };
  const clipped = aside ? unpackLearner(aside[1]) : { ...(work.clipped ?? work.raw) };
  if (exposureOf(segments) > 0) {
    learnBurst(raw, work.experience, blockOf(state, work, "raw", from, to, segments));
    learnBurst(clipped, work.experience, blockOf(state, work, "clipped", from, to, segments));
  }
  return [packLearner(raw), packLearner(clipped)];
}

function blockOf(
  state: SeriesState,
  work: Workspace,
  stream: "raw" | "clipped",
  from: number,
  to: number,
  segments: readonly Segment[],
): Block {
  return { from, to, segments, exposure: exposureOf(segments), factor: factorOfBlock(state, work, stream, from, to), stream };
}

/** Season factor of a block: from the expectation, which knows two hours back, or from the season for what waited longer. */
function factorOfBlock(state: SeriesState, work: Workspace, stream: "raw" | "clipped", from: number, to: number): number {
  const expectation = state.e && (stream === "raw" ? state.e[0] : companionExpectation(state.e));
  if (!expectation) return 1;
  const season = stream === "raw" ? work.season : (work.clippedSeason ?? work.season);
  if (!season || !isSeasonal(expectation) || from >= (expectationHour(state) - 2) * 60)
    return factorOver(expectation, expectationHour(state), from * MINUTE, to * MINUTE);
  const learner = stream === "raw" ? work.raw : (work.clipped ?? work.raw);
  const factors = seasonFactors(season.observed, season.expected, slowExcess(learner));
  return meanFactor((hour) => factors[seasonBin(hour)] ?? 1, from * MINUTE, to * MINUTE);
}

function exposureOf(segments: readonly Segment[]): number {
  let exposure = 0;
  for (const segment of segments) exposure += segment.share * segment.length;
  return exposure;
}

function unpack(state: SeriesState): Workspace {
  return {
    experience: unpackExperience(state.q),
    raw: unpackLearner(state.l),
    clipped: state.m && unpackLearner(state.m),
    season: state.h && unpackSeason(state.h),
    clippedSeason: state.j && unpackSeason(state.j),
  };
}

function pack(draft: Draft, work: Workspace): void {
  draft.q = packExperience(work.experience);
  draft.l = packLearner(work.raw);
  if (work.clipped) draft.m = packLearner(work.clipped);
  draft.h = work.season && packSeason(work.season);
  draft.j = work.clippedSeason && packSeason(work.clippedSeason);
}
