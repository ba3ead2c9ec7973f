/** How sure a verdict must be to say so. */
import type { Tier } from "../domain/alert.ts";
import type { Episode } from "./episode.ts";

export interface TierThresholds {
  /** Probability from which a cause is asserted, from three minutes after the alert on. */
  readonly assertedAt: number;
  /** The same before that, while few buckets speak. */
  readonly assertedEarlyAt: number;
  readonly likelyAt: number;
}

export const DEFAULT_THRESHOLDS: TierThresholds = { assertedAt: 0.85, assertedEarlyAt: 0.9, likelyAt: 0.5 };

/** Minutes after the alert at which the verdict is made again. Changes and late knowledge add further runs up to +30. */
export const RERUN_MINUTES = [0, 1, 3, 10] as const;

/** From this many minutes after the alert on, `assertedAt` applies. */
const SETTLED_MINUTES = 3;
/** While more than this share of the events name a pod or address that is not known yet, nothing is asserted. */
const UNRESOLVED_SHARE = 0.2;

export interface TierDecision {
  readonly tier: Tier;
  /** The tier is `likely` only because too many events name pods that are not known yet. */
  readonly heldBack: boolean;
}

export function decideTier(episode: Episode, probability: number, thresholds: TierThresholds): TierDecision {
  const settled = episode.asOf - episode.alertedAt >= SETTLED_MINUTES * 60_000;
  if (probability >= (settled ? thresholds.assertedAt : thresholds.assertedEarlyAt)) {
    const quality = episode.dataQuality;
    const heldBack = quality !== undefined && quality.unresolved > UNRESOLVED_SHARE * quality.events;
    return { tier: heldBack ? "likely" : "asserted", heldBack };
  }
  return { tier: probability >= thresholds.likelyAt ? "likely" : "unexplained", heldBack: false };
}
