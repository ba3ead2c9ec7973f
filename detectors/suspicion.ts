/**
 * A rise that is not proven yet but likely: what belongs to it is kept back from learning longer than the guard's hour.
 * Sparse series need hours until a rise is proven; learned meanwhile, it would lift its own limit and never be seen.
 */
import { focus, focusSegment, mayHaveRisen } from "./focus.ts";
import { heldEvents } from "./guard.ts";
import { memberState } from "./member-states.ts";
import { stretchOf } from "./observe.ts";
import { isFirstDay, type SeriesState } from "./series-state.ts";

/** Evidence, nats, from which a rise is likely enough to wait for more. */
const LIKELY = 3;
/** Longest time that learning waits, minutes. */
const LONGEST_WAIT = 720;
/**
 * Most events of the companion that are kept back. A rise to twice the highest normal rate takes 72 events to be proven
 * (2 ln 1e6 / (2 ln 2 - 1), see `expectedDelay`): one with more of them and no proof is the swing of a rough series, which
 * must be learned. Whoever has more events in an hour is never waited for.
 */
const MOST_EVENTS = 80;
const MINUTE = 60_000;

/**
 * First minute of a likely rise at `time`, if there is one from before `before` (both milliseconds) that learning should
 * wait for. Only the companion is asked: one noisy pod is no rise.
 */
export function likelyRise(state: SeriesState, time: number, before: number): number | undefined {
  if (state.i || !state.e) return undefined;
  const members = memberState(state.x, focus);
  if (!mayHaveRisen(members, "clipped", before) || isFirstDay(state)) return undefined;
  const segment = focusSegment(members, stretchOf(state, state.e, time, time, 0, 0, 0), "clipped");
  return segment && segment.statistic >= LIKELY ? Math.floor(segment.start / MINUTE) : undefined;
}

/** Whether a guard may keep what it has held since minute `since` at minute `now`. */
export function mayWait(guard: readonly number[], since: number, now: number): boolean {
  return now - since < LONGEST_WAIT && heldEvents(guard) <= MOST_EVENTS;
}
