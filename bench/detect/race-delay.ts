/** A new version beside the old one, ten times as noisy: how long the conditional race of the two takes to say so. */
import { RACE_START, raceValue, versionRace } from "../../detectors/math/version-race.ts";
import { MINUTE } from "./poisson-panel.ts";
import type { Random } from "./random.ts";

/** Shares of the pods that run the new version. */
export const RACE_SHARES: readonly number[] = [0.1, 0.5];
/** One false report in ten thousand pairs of versions. */
const REPORTED = 1e4;

/**
 * Minutes until the race reports, the pods of the new version making `normal` x `ratio` events per minute, those of the old
 * one as many a pod as normal; undefined when it does not within `lookFor` milliseconds.
 */
export function raceDelay(
  { share, normal, ratio, lookFor }: { share: number; normal: number; ratio: number; lookFor: number },
  random: Random,
): number | undefined {
  const fresh = normal * ratio;
  const rate = fresh + (normal * (1 - share)) / share;
  let factors = RACE_START;
  for (let time = 0; ; ) {
    time -= Math.log(1 - random.next()) / rate;
    if (time * MINUTE > lookFor) return undefined;
    factors = versionRace(factors, random.next() < fresh / rate, share);
    if (raceValue(factors) >= REPORTED) return time;
  }
}
