/** Opens, ends and accepts incidents. */
import type { Alarm } from "./alarm.ts";
import { refresh } from "./clock.ts";
import { companionExpectation, type Expectations } from "./expectation.ts";
import { packExperience, unpackExperience } from "./experience.ts";
import { emptyGuard } from "./guard.ts";
import { type Incident, wasShort } from "./incident.ts";
import { withoutEvidence } from "./member-states.ts";
import { likeliestOnset } from "./onset.ts";
import { activityAtOpening } from "./pause.ts";
import { clearRoughness } from "./roughness.ts";
import type { Draft } from "./series-state.ts";
import type { Settings } from "./settings.ts";
import { packLearner, type StreamLearner, unpackLearner } from "./stream-learner.ts";
import type { Stretch } from "./stretch.ts";

const MINUTE = 60_000;

/** An alarm was raised at the end of a stretch: nothing from the onset on will be learned as normal. */
export function openIncident(state: Draft, expectations: Expectations, alarm: Alarm, stretch: Stretch): void {
  const { segment, lead } = alarm;
  const onset = likeliestOnset(state, expectations, alarm);
  const scale = stretch[lead].upper > 0 ? stretch.raw.mean / stretch[lead].upper : 1;
  const expected = segment.expected * scale + onset.expected;
  state.i = {
    on: onset.at,
    at: stretch.to,
    c: lead === "clipped" ? 1 : 0,
    z: segment.expected > 0 ? segment.observed / segment.expected : segment.observed,
    r: 0,
    x: segment.companion + onset.events,
    m: expected,
    q: activityAtOpening(state.g, onset.at, expected, stretch),
    a: [0, 0, 0, 0],
    n: alarm.agreeing,
  };
}

/** The counts are back to normal. Members start afresh. */
export function resolveIncident(state: Draft, incident: Incident, stretch: Stretch): void {
  const short = wasShort(incident, stretch);
  const from = Math.floor(incident.on / MINUTE);
  state.i = undefined;
  state.x = withoutEvidence(state.x);
  state.k = pruned([...(state.k ?? []), from, Math.ceil(stretch.to / MINUTE), short ? 1 : 0], state.g[0] ?? 0);
  if (!short || !incident.f) return;
  const [raw, clipped] = incident.f;
  state.l = withRoughness(state.l, raw);
  if (state.m) state.m = withRoughness(state.m, clipped);
}

/** A level has lasted so long that it is the new normal: rate from the incident, roughness unknown. */
export function acceptLevel(state: Draft, incident: Incident, settings: Settings): void {
  const [raw, clipped, rawMean, clippedMean] = incident.a;
  const [rawRate = 0] = state.e?.[0] ?? [];
  const [clippedRate = 0] = state.e ? companionExpectation(state.e) : [];
  const { guard, open } = emptyGuard(state.t);
  state.i = undefined;
  state.k = undefined;
  state.p = undefined;
  state.x = withoutEvidence(open);
  state.g = guard;
  state.q = packExperience({ ...unpackExperience(state.q), shape: 0.5, rate: 0 });
  state.l = atLevel(state.l, raw, rawRate > 0 ? rawMean / rawRate : 0);
  if (state.m) state.m = atLevel(state.m, clipped, clippedRate > 0 ? clippedMean / clippedRate : 0);
  refresh(state, settings);
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
