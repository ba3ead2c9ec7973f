/**
 * What changes in every step of a series, in one array: the minute in progress (see guard.ts), then for each detector of
 * the registry, in its order, how many numbers its state has, and those. One array instead of one each, because eight
 * states of every active series are held, and holding costs by the object. Never modified; every function returns a new one.
 */
import type { Detector } from "./detector.ts";
import type { OpenMinute } from "./guard.ts";
import { DETECTORS } from "./registry.ts";
import type { Stretch } from "./stretch.ts";

export type LiveNumbers = readonly number[];

/** Numbers of the minute in progress. */
const OPEN = 4;
const NOTHING: readonly number[] = [];
/** Where the next array is put together. Begun with a fraction, so that all copies are arrays of doubles, never of objects. */
const next: number[] = [0.5];

/** A minute in progress, and members without evidence. */
export function withoutEvidence(open: OpenMinute): LiveNumbers {
  return withStates(open, () => NOTHING);
}

/** A minute in progress, and states by the name of the detector. */
export function fromNames(open: OpenMinute, states: Readonly<Record<string, readonly number[]>>): LiveNumbers {
  return withStates(open, ({ name }) => states[name] ?? NOTHING);
}

/** The same members in another minute in progress. */
export function withOpenMinute(live: LiveNumbers, open: OpenMinute): LiveNumbers {
  putOpenMinute(open);
  for (let i = OPEN; i < live.length; i++) next[i] = live[i] ?? 0;
  return next.slice(0, live.length);
}

/** The detectors given after a stretch, the others without evidence, in a minute in progress. */
export function stepMembers(live: LiveNumbers, open: OpenMinute, stepped: readonly Detector[], stretch: Stretch): LiveNumbers {
  putOpenMinute(open);
  let length = OPEN;
  let at = OPEN;
  for (const detector of DETECTORS) {
    const end = at + 1 + (live[at] ?? 0);
    length = put(length, stepped.includes(detector) ? detector.step(live.slice(at + 1, end), stretch) : NOTHING);
    at = end;
  }
  return next.slice(0, length);
}

/** State of one detector. */
export function memberState(live: LiveNumbers, wanted: Detector): readonly number[] {
  let at = OPEN;
  for (const detector of DETECTORS) {
    const end = at + 1 + (live[at] ?? 0);
    if (detector === wanted) return live.slice(at + 1, end);
    at = end;
  }
  return NOTHING;
}

function withStates(open: OpenMinute, stateOf: (detector: Detector) => readonly number[]): LiveNumbers {
  putOpenMinute(open);
  let length = OPEN;
  for (const detector of DETECTORS) length = put(length, stateOf(detector));
  return next.slice(0, length);
}

function putOpenMinute(open: OpenMinute): void {
  for (let i = 0; i < OPEN; i++) next[i] = open[i] ?? 0;
}

/** Puts the state of one detector at `length`; returns the length then. */
function put(length: number, state: readonly number[]): number {
  let end = length;
  next[end++] = state.length;
  for (let i = 0; i < state.length; i++) next[end++] = state[i] ?? 0;
  return end;
}
