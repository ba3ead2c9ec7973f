/** What is kept of an incident while it lasts. */

import { psi } from "./math/psi.ts";
import { RESOLVED_AT, resolveRatio, resolveStatistic } from "./math/resolve-statistic.ts";
import { significant } from "./math/significant.ts";
import { type Activity, continueActivity, endOfActivity, isOver, pauseLeft } from "./pause.ts";
import type { StreamStretch, Stretch } from "./stretch.ts";

export interface Incident {
  /** Onset and opening, milliseconds. */
  readonly on: number;
  readonly at: number;
  /** 1 when the clipped companion leads, 0 when the raw stream does. */
  readonly c: 0 | 1;
  /** Size of the rise against the highest normal rate, at the opening. */
  readonly z: number;
  /** Evidence that it is over. */
  readonly r: number;
  /** Raw events since the onset, and how many were expected. */
  readonly x: number;
  readonly m: number;
  /** Since the opening: raw events, clipped events, raw and clipped expectation (point estimates). */
  readonly a: readonly [number, number, number, number];
  /** Names of the members that agreed at the opening. */
  readonly n: readonly string[];
  /** When it was seen; absent in incidents that earlier versions opened. */
  readonly q?: Activity | undefined;
  /** Learners that also took the roughness of the incident; used when it turns out short. */
  readonly f?: readonly [readonly number[], readonly number[]];
}

/** An incident that lasts this long is the new normal. */
export const ACCEPTED_AFTER = 24 * 3_600_000;
/** Silence without any pod that ends an incident. */
const GONE_AFTER = 10 * 60_000;
/** Incidents up to this long, not counting the silence needed to see their end, are learned as roughness. */
const SHORT = 15 * 60_000;

export function leading(incident: Incident, stretch: Stretch): StreamStretch {
  return incident.c === 1 ? stretch.clipped : stretch.raw;
}

/** The incident after a further stretch. */
export function continueIncident(incident: Incident, stretch: Stretch): Incident {
  const { raw, clipped } = stretch;
  const stream = leading(incident, stretch);
  const [x, y, m, n] = incident.a;
  const expected = significant(incident.m + raw.mean, 8);
  return {
    ...incident,
    r: significant(gone(stretch) ? incident.r + goneEvidence(stretch) : calmer(incident, stream), 8),
    q: incident.q && continueActivity(incident.q, expected, stretch),
    x: incident.x + raw.count,
    m: expected,
    a: [x + raw.count, y + clipped.count, significant(m + raw.mean, 8), significant(n + clipped.mean, 8)],
  };
}

/** Milliseconds of silence like this stretch that are still needed to see the end; infinite when nothing is expected. */
export function silenceToResolve(incident: Incident, stretch: Stretch): number {
  const calm = silenceFor(RESOLVED_AT - incident.r, incident, stretch);
  return incident.q ? Math.min(calm, pauseLeft(incident.q, incident.m, stretch)) : calm;
}

/** Whether it is over at `to`: the rate is back to normal, or the incident has paused for so long that it has ended. */
export function isResolved(incident: Incident, to: number): boolean {
  return incident.r >= RESOLVED_AT - 1e-7 || hasPaused(incident, to);
}

/** Whether the counts since the opening were really above what was expected: silence alone is never a new level. */
export function isRaised(incident: Incident): boolean {
  const [events, , expected] = incident.a;
  return expected > 0 && events > expected;
}

/** Whether an incident that ends now was a burst: its own length, without the silence that proved its end. */
export function wasShort(incident: Incident, stretch: Stretch): boolean {
  const end = incident.q && hasPaused(incident, stretch.to) ? endOfActivity(incident.q) : undefined;
  return (end ?? stretch.to - silenceFor(RESOLVED_AT, incident, stretch)) - incident.on <= SHORT;
}

function hasPaused({ q, m }: Incident, to: number): boolean {
  return q !== undefined && isOver(q, m, to);
}

function silenceFor(evidence: number, incident: Incident, stretch: Stretch): number {
  const length = stretch.to - stretch.from;
  if (gone(stretch)) return (evidence * length) / goneEvidence(stretch);
  const stream = leading(incident, stretch);
  const perMillisecond = (psi(resolveRatio(incident.z), stream.fastExcess) * stream.upper) / length;
  return perMillisecond > 0 ? evidence / perMillisecond : Number.POSITIVE_INFINITY;
}

function calmer(incident: Incident, stream: StreamStretch): number {
  return resolveStatistic(incident.r, stream.count, stream.upper, resolveRatio(incident.z), stream.fastExcess);
}

/** No pod of the version runs any more, as after a rollback: its silence proves the end by the clock alone. */
function gone(stretch: Stretch): boolean {
  return stretch.minutes === 0 && stretch.raw.count === 0;
}

function goneEvidence(stretch: Stretch): number {
  return (RESOLVED_AT * (stretch.to - stretch.from)) / GONE_AFTER;
}
