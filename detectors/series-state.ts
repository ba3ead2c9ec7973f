import type { PanelState } from "./contract.ts";
import type { Expectations } from "./expectation.ts";
import { FIRST_DAY, learnedMinutes } from "./experience.ts";
import { fromFourNumbers, type Guard } from "./guard.ts";
import type { Incident } from "./incident.ts";
import { fromNames, type LiveNumbers } from "./member-states.ts";

export const STATE_VERSION = 3;

/**
 * State of the panel for one series, as it is stored. Keys are one letter because a million of these are kept; what is
 * absent has not been needed yet (companion copies before the first clipped event, seasons of quiet series, incident).
 * Never modified in place, except as the draft of the step that makes it.
 */
export interface SeriesState {
  readonly v: typeof STATE_VERSION;
  /** Judged up to, milliseconds; and the share of the pods seen last. */
  readonly t: number;
  readonly s: number;
  /** Minute in progress and states of the members. */
  readonly x: LiveNumbers;
  readonly g: Guard;
  /** Experience, packed. */
  readonly q: readonly number[];
  /** Learner of the raw stream, and of the companion once it differs, packed. */
  readonly l: readonly number[];
  readonly m?: readonly number[] | undefined;
  /** Seasons of the two streams, packed. */
  readonly h?: readonly number[] | undefined;
  readonly j?: readonly number[] | undefined;
  /** Expectations of the raw stream and the companion; absent while warming. */
  readonly e?: Expectations | undefined;
  /** Pool prior: shape, minutes, and its upper rate. */
  readonly p?: readonly number[] | undefined;
  readonly i?: Incident | undefined;
  /** When the series took over from the version before, milliseconds; absent when it began by itself. */
  readonly b?: number | undefined;
  /** Past incidents within the guard, flat: first minute, minute after the last, 1 when only roughness is learned from it. */
  readonly k?: readonly number[] | undefined;
}

/**
 * A state while one step makes it. The step takes a copy at its begin, changes it as time passes and hands it out at its
 * end; nobody else holds it meanwhile, so the panel stays a pure function. What a draft refers to is replaced, never changed.
 */
export type Draft = { -readonly [Key in keyof SeriesState]: SeriesState[Key] };

/** A copy with every key in the same order, whether it has a value or not: what reads it then knows where to look. */
export function draftOf(state: SeriesState): Draft {
  const { v, t, s, x, g, q, l, m, h, j, e, p, i, b, k } = state;
  return { v, t, s, x, g, q, l, m, h, j, e, p, i, b, k };
}

/** What earlier versions had instead of `x`: the minute in progress, and states of members by name. */
interface EarlierState extends Omit<SeriesState, "x"> {
  readonly o: readonly number[];
  readonly d: Readonly<Record<string, readonly number[]>>;
}

/** A state this code or an earlier version wrote, or undefined when it is of another one. */
export function asSeriesState(state: PanelState | undefined): SeriesState | undefined {
  if (state?.v === STATE_VERSION) return state as unknown as SeriesState;
  if (state?.v !== 2 && state?.v !== 1) return undefined;
  const { o, d, g, ...rest } = state as unknown as EarlierState;
  return { ...rest, v: STATE_VERSION, x: fromNames(o, d), g: state.v === 1 ? fromFourNumbers(g) : g };
}

export function asPanelState(state: SeriesState): PanelState {
  return state as unknown as PanelState;
}

const HOUR = 3_600_000;

/** The hour since the epoch for which the expectations of a state were made. */
export function expectationHour(state: Pick<SeriesState, "t">): number {
  return Math.floor(state.t / HOUR);
}

/** True until what was learned of the first day becomes the season. */
export function isFirstDay(state: SeriesState): boolean {
  return learnedMinutes(state.q) < FIRST_DAY;
}
