/** Decides whether what the members say is an alarm: every question asked is kept as a gate. */
import type { GateValue } from "./contract.ts";
import type { Detector } from "./detector.ts";
import { focus, focusSegment } from "./focus.ts";
import type { Segment } from "./math/focus-evaluate.ts";
import { logLikelihoodRatio } from "./math/log-likelihood-ratio.ts";
import { memberState } from "./member-states.ts";
import { mixture, mixtureParts } from "./mixture.ts";
import type { SeriesState } from "./series-state.ts";
import type { Settings } from "./settings.ts";
import type { Stretch } from "./stretch.ts";

export interface Finding {
  readonly evidence: number;
  readonly gates: readonly GateValue[];
  /** Present when every gate was passed. */
  readonly alarm?: Alarm;
}

export interface Alarm {
  readonly lead: "raw" | "clipped";
  readonly segment: Segment;
  /** Observed over expected (point estimate) of the segment. */
  readonly ratio: number;
  readonly agreeing: readonly string[];
}

/** Share of the threshold that a stream must hold by itself for its events to count. */
const OWN_PART = 1 / 4;
/** Nats beyond the jump of an unknown season that an alarm of the first day needs. */
const BEYOND_SEASON = 4;
/** Onsets this close to the birth of a version belong to it, milliseconds. */
const WITH_VERSION = 1_800_000;
/** Milliseconds for which limits stay as they are on the first day. */
const REFRESHED = 1_800_000;

export function findAlarm(state: SeriesState, stretch: Stretch, settings: Settings): Finding {
  const { lnThreshold, minEvents, minRatio } = settings.options;
  const judge = (member: Detector) => member.judge(memberState(state.x, member), stretch, lnThreshold, settings.decidedBy);
  const { evidence, agrees } = judge(settings.decider);
  const gates: GateValue[] = [evidenceGate(evidence, agrees, settings)];
  if (!agrees) return { evidence, gates };

  const candidates = candidateStreams(state, settings);
  const lead = candidates[0] ?? "raw";
  const segments = candidates.map((stream) => focusSegment(memberState(state.x, focus), stretch, stream));
  const events = Math.max(0, ...segments.map((segment) => segment?.observed ?? 0));
  gates.push({ name: "events", value: events, needed: minEvents, passed: events >= minEvents });
  const segment = segments[0] ?? segments.find((other) => other !== undefined);
  if (!segment || events < minEvents) return { evidence, gates };

  const ratio = pointRatio(segment, stretch, lead);
  gates.push({ name: "ratio", value: ratio, needed: minRatio, passed: ratio >= minRatio });
  if (ratio < minRatio) return { evidence, gates };
  const season = evidenceBeyondSeason(segment, stretch, lead);
  if (season !== undefined && !beganWithVersion(state, segment)) {
    gates.push({ name: "first-day", value: season, needed: BEYOND_SEASON, passed: season >= BEYOND_SEASON });
    if (season < BEYOND_SEASON) return { evidence, gates };
  }
  const agreeing = settings.members
    .filter((member) => member === settings.decider || judge(member).agrees)
    .map((member) => member.name);
  return { evidence, gates, alarm: { lead, segment, ratio, agreeing } };
}

/** The first gate; its name says whose evidence it is. */
export function evidenceGate(evidence: number, passed: boolean, { decidedBy, options }: Settings): GateValue {
  const name = decidedBy === "companion" ? "companion-evidence" : "evidence";
  return { name, value: evidence, needed: options.lnThreshold, passed };
}

/**
 * True when the rise began as this version took over from the one before: a season turns with the clock, not with a
 * rollout, so it is no explanation.
 */
function beganWithVersion(state: SeriesState, segment: Segment): boolean {
  return state.b !== undefined && Math.abs(segment.start - state.b) <= WITH_VERSION;
}

/**
 * Evidence, nats, that a segment is more than the jump an unknown season may make, as when an office opens. Undefined
 * when the season is known.
 */
function evidenceBeyondSeason(segment: Segment, stretch: Stretch, lead: "raw" | "clipped"): number | undefined {
  const { ceiling, upper, fastExcess } = stretch[lead];
  if (ceiling === undefined || upper <= 0) return undefined;
  const sameLimit = Math.floor(segment.start / REFRESHED) === Math.floor(stretch.from / REFRESHED);
  const length = (stretch.to - segment.start) / (stretch.to - stretch.from);
  const expected = sameLimit ? (segment.expected * ceiling) / upper : length * ceiling;
  return logLikelihoodRatio(segment.observed, expected, fastExcess);
}

/** Observed over expected of a segment, the expectation being the point estimate rather than the upper limit. */
function pointRatio(segment: Segment, stretch: Stretch, lead: "raw" | "clipped"): number {
  const { mean, upper } = stretch[lead];
  const expected = segment.expected * (upper > 0 ? mean / upper : 1);
  return expected > 0 ? segment.observed / expected : segment.observed;
}

/** Streams that may lead, the stronger one first. */
function candidateStreams(state: SeriesState, settings: Settings): readonly ("raw" | "clipped")[] {
  if (settings.decidedBy === "companion") return ["clipped"];
  if (settings.decider !== mixture) return ["raw", "clipped"];
  const parts = mixtureParts(memberState(state.x, mixture));
  const least = Math.exp(settings.options.lnThreshold) * OWN_PART;
  const order = parts.clipped > parts.raw ? (["clipped", "raw"] as const) : (["raw", "clipped"] as const);
  return order.filter((stream, i) => i === 0 || parts[stream] >= least);
}
