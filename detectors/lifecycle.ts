/** Opens, ends and accepts incidents. */
import type { Alarm } from "./alarm.ts";
import { refresh } from "./clock.ts";
import { companionExpectation, type Expectations } from "./expectation.ts";
import { packExperience, unpackExperience } from "./experience.ts";
import { emptyGuard } from "./guard.ts";
import { type Incident, wasShort } from "./incident.ts";
import { likeliestOnset } from "./onset.ts";
import { clearRoughness } from "./roughness.ts";
import type { SeriesState } from "./series-state.ts";
import type { Settings } from "./settings.ts";
import { packLearner, type StreamLearner, unpackLearner } from "./stream-learner.ts";
import type { Stretch } from "./stretch.ts";

const MINUTE = 60_000;

/** The state once an alarm was raised at the end of a stretch: nothing from the onset on will be learned as normal. */
export function openIncident(state: SeriesState, expectations: Expectations, alarm: Alarm, stretch: Stretch): SeriesState {
  const { segment, lead } = alarm;
  const onset = likeliestOnset(state, expectations, alarm);
  const scale = stretch[lead].upper > 0 ? stretch.raw.mean / stretch[lead].upper : 1;
  const incident: Incident = {
    on: onset.at,
    at: stretch.to,
    c: lead === "clipped" ? 1 : 0,
    z: segment.expected > 0 ? segment.observed / segment.expected : segment.observed,
    r: 0,
    x: segment.companion + onset.events,
    m: segment.expected * scale + onset.expected,
    a: [0, 0, 0, 0],
    n: alarm.agreeing,
  };
  return { ...state, i: incident };
}

/** The state once the counts are back to normal. Members start afresh. */
export function resolveIncident(state: SeriesState, incident: Incident, stretch: Stretch): SeriesState {
  const { i: _ended, ...rest } = state;
  const short = wasShort(incident, stretch);
  const from = Math.floor(incident.on / MINUTE);
  const marks = pruned([...(state.k ?? []), from, Math.ceil(stretch.to / MINUTE), short ? 1 : 0], state.g[0] ?? 0);
  const resolved: SeriesState = { ...rest, d: {}, k: marks };
  if (!short || !incident.f) return resolved;
  const [raw, clipped] = incident.f;
  return {
    ...resolved,
    l: withRoughness(state.l, raw),
    ...(state.m ? { m: withRoughness(state.m, clipped) } : {}),
  };
}

/** The state once a level has lasted so long that it is the new normal: rate from the incident, roughness unknown. */
export function acceptLevel(state: SeriesState, incident: Incident, settings: Settings): SeriesState {
  const { i: _ended, k: _marks, p: _pool, ...rest } = state;
  const [raw, clipped, rawMean, clippedMean] = incident.a;
  const experience = { ...unpackExperience(state.q), shape: 0.5, rate: 0 };
  const [rawRate = 0] = state.e?.[0] ?? [];
  const [clippedRate = 0] = state.e ? companionExpectation(state.e) : [];
  const { guard, open } = emptyGuard(state.t);
  const accepted: SeriesState = {
    ...rest,
    d: {},
    g: guard,
    o: open,
    q: packExperience(experience),
    l: atLevel(state.l, raw, rawRate > 0 ? rawMean / rawRate : 0),
    ...(state.m ? { m: atLevel(state.m, clipped, clippedRate > 0 ? clippedMean / clippedRate : 0) } : {}),
  };
  return refresh(accepted, settings);
}

function atLevel(packed: readonly number[], events: number, exposure: number): readonly number[] {
  const learner = unpackLearner(packed);
  clearRoughness(learner);
  return packLearner({ ...learner, events, exposure });
}

function withRoughness(packed: readonly number[], aside: readonly number[]): readonly number[] {
  const { fastSquares, fastMean, slowSquares, slowMean, fastBurst, slowBurst }: StreamLearner = unpackLearner(aside);
  return packLearner({ ...unpackLearner(packed), fastSquares, fastMean, slowSquares, slowMean, fastBurst, slowBurst });
}

/** Incidents that have left the guard are forgotten. */
function pruned(marks: readonly number[], oldest: number): readonly number[] {
  const kept: number[] = [];
  for (let i = 0; i < marks.length; i += 3) if ((marks[i + 1] ?? 0) > oldest) kept.push(...marks.slice(i, i + 3));
  return kept;
}
