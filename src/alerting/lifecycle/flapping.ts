/**
 * An alert that comes and goes is one long alert with pauses: from the second time on that it fires again it is not told
 * as resolved before it was quiet for as long as it may take to come back, and what comes back meanwhile is no news.
 */
import type { Draft } from "./draft.ts";
import type { AlertMemory } from "./memory.ts";
import type { LifecyclePolicy } from "./policy.ts";

/** So often it must have fired again ... */
const OFTEN = 2;
/** ... within so many times `reopenWithin`. */
const REMEMBERED = 8;

/** Times at which the alert fired again, this one included. */
export function reopenings(now: number, draft: Draft, { reopenWithin }: LifecyclePolicy): readonly number[] {
  const before = (draft.memory?.reopened ?? []).filter((at) => now - at <= REMEMBERED * reopenWithin);
  return draft.reopened === "reopened" ? [...before, now] : before;
}

export function isFlapping(memory: Pick<AlertMemory, "reopened"> | undefined): boolean {
  return (memory?.reopened?.length ?? 0) >= OFTEN;
}

/** Whether the end of all its series is one of the pauses. Series that left for another alert never come back. */
export function isPause(now: number, draft: Draft, memory: AlertMemory, { reopenWithin }: LifecyclePolicy): boolean {
  if (draft.moved || !isFlapping(memory)) return false;
  const ends = [...draft.seen.values()].map(({ resolvedAt }) => resolvedAt ?? now);
  return now - Math.max(...ends) < reopenWithin;
}
