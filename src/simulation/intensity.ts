import type { DeploymentHistory } from "./deployment-history.ts";
import type { SimulatedSeries } from "./fleet.ts";
import type { Effect } from "./incidents.ts";

const DAY = 86_400_000;
/** A fivefold swing between the quietest and the busiest hour; the mean over the day is divided out. */
const SWING = 0.5 * Math.log(5);
/** Mean of exp(SWING sin x) over a turn: the modified Bessel function I0(SWING). */
const SWING_MEAN = besselI0(SWING);

/** Modified Bessel function of order zero, by its power series (Abramowitz and Stegun 9.6.12); for small arguments. */
function besselI0(x: number): number {
  let term = 1;
  let total = 1;
  for (let k = 1; k < 20; k++) {
    term *= (x / 2 / k) ** 2;
    total += term;
  }
  return total;
}

/** Busiest at 15:00 UTC. */
function season(at: number): number {
  return Math.exp(SWING * Math.sin((2 * Math.PI * ((at % DAY) - DAY * 0.375)) / DAY)) / SWING_MEAN;
}

/** Rate of a series without incidents, events per minute. */
export function backgroundRate(series: SimulatedSeries, at: number): number {
  return series.shape === "seasonal" ? series.rate * season(at) : series.rate;
}

/** Rate of a series at a time, events per minute: background, and what each effect adds through the pods it concerns. */
export function rate(series: SimulatedSeries, effects: readonly Effect[], at: number): number {
  const background = backgroundRate(series, at);
  let total = background;
  for (const effect of effects) total += added(effect, background, at) * guiltyShare(effect, series.workload.history, at);
  return total;
}

/** Share of the pods that an effect concerns: by the digest's share in a rolling update, or all. */
function guiltyShare(effect: Effect, history: DeploymentHistory, at: number): number {
  return effect.digest === undefined ? 1 : history.podsOf(effect.digest, at) / history.replicas(at);
}

/** Events per minute that an effect adds when it concerns all pods. */
function added(effect: Effect, background: number, at: number): number {
  return at >= effect.from && at < effect.to ? (effect.ratio - 1) * Math.max(background, effect.floor) : 0;
}

/**
 * The digest an event at this time must come from: with the probability that an effect of one digest brought it about.
 * Undefined: any pod. `chance`: uniform in [0, 1).
 */
export function guiltyDigest(
  series: SimulatedSeries,
  effects: readonly Effect[],
  at: number,
  chance: number,
): string | undefined {
  const background = backgroundRate(series, at);
  let rest = chance * rate(series, effects, at);
  for (const effect of effects) {
    rest -= added(effect, background, at) * guiltyShare(effect, series.workload.history, at);
    if (rest < 0) return effect.digest;
  }
  return undefined;
}
