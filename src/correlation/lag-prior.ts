import { zeros } from "./room.ts";

/**
 * How soon after a change its effect shows: a mixture of a fast and a slow exponential and a flat rest, per minute.
 * 1.5 min of anticipation cover clock skew and bucket edges; the slow part covers cron paths and caches.
 */
export interface LagPrior {
  readonly fastShare: number;
  readonly fastMinutes: number;
  readonly slowShare: number;
  readonly slowMinutes: number;
}

/** Changes that restart pods. */
export const ROLLOUT_LAG: LagPrior = { fastShare: 0.72, fastMinutes: 3, slowShare: 0.25, slowMinutes: 30 };
/** Policy edits, and configuration that is read without a restart. */
export const IMMEDIATE_LAG: LagPrior = { fastShare: 0.95, fastMinutes: 2, slowShare: 0.04, slowMinutes: 15 };

const ANTICIPATION = 1.5;
const DAY_MINUTES = 1440;

/** Density per minute of an effect that begins `lag` minutes after the change. */
export function lagDensity(prior: LagPrior, lag: number): number {
  const since = lag + ANTICIPATION;
  if (since < 0) return 0;
  const fast = (prior.fastShare / prior.fastMinutes) * Math.exp(-since / prior.fastMinutes);
  const slow = (prior.slowShare / prior.slowMinutes) * Math.exp(-since / prior.slowMinutes);
  return fast + slow + (1 - prior.fastShare - prior.slowShare) / DAY_MINUTES;
}

/** Share of rollout effects that have shown themselves after `minutes`. */
export function rolloutShownAfter(minutes: number): number {
  const since = minutes + ANTICIPATION;
  const { fastShare, fastMinutes, slowShare, slowMinutes } = ROLLOUT_LAG;
  const fast = fastShare * (1 - Math.exp(-since / fastMinutes));
  const slow = slowShare * (1 - Math.exp(-since / slowMinutes));
  return fast + slow + (1 - fastShare - slowShare) * Math.min(minutes / DAY_MINUTES, 1);
}

/** ln of the density for an effect that begins in the middle of each bucket from `first` on; `at`: change, in minutes. */
export function lnLagByBucket(prior: LagPrior, at: number, first: number, count: number): Float64Array {
  const out = zeros(count);
  for (let i = 0; i < count; i++) out[i] = Math.log(lagDensity(prior, first + i + 0.5 - at));
  return out;
}
