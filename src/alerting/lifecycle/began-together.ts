/**
 * Where nothing else is established, time is all that says two series rose for the same reason. What is established as
 * something around a policy raises any of its workloads, so whatever else rose with it and has no cause of its own belongs
 * to it.
 */
import { aroundKey } from "./cause-key.ts";
import type { Draft } from "./draft.ts";
import { isLive, keyOf, sameKey } from "./draft.ts";
import type { Drafts } from "./drafts.ts";
import type { Finding } from "./finding.ts";

/** Onsets of one unexplained rise are no further apart than this, milliseconds. */
const NEAR = 30 * 60_000;

export function beganTogether(draft: Draft, { anomaly: { onsetAt } }: Finding): boolean {
  for (const series of draft.series.values()) if (Math.abs(Date.parse(series.onsetAt) - onsetAt) <= NEAR) return true;
  return false;
}

/** The same of two findings. */
export function areNear(one: Finding, other: Finding): boolean {
  return Math.abs(one.anomaly.onsetAt - other.anomaly.onsetAt) <= NEAR;
}

export function isAround(finding: Finding): boolean {
  return sameKey(keyOf(finding), aroundKey(finding.anomaly.series));
}

/** The live alert about what happens around the policy of a finding, other than `draft`, that the finding began with. */
export function aroundIt(drafts: Drafts, finding: Finding, draft?: Draft): Draft | undefined {
  return drafts
    .ofCause(aroundKey(finding.anomaly.series))
    .find((other) => other !== draft && isLive(other) && beganTogether(other, finding));
}
