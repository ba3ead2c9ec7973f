/** How much evidence an incident gives: whether it could have been seen at all. */
import type { Incident } from "../../src/simulation/incidents.ts";
import { backgroundRate, rate } from "../../src/simulation/intensity.ts";
import { CLUMPED_DISPERSION } from "../../src/simulation/series-events.ts";

const MINUTE = 60_000;

/**
 * Nats of evidence, of the series that gives most of it, that an observer would have gathered by the incident's end who
 * knew the moment and both rates: the mean log likelihood ratio of Poisson counts, the sum over its minutes of
 *
 *     after * ln(after / before) - (after - before)
 *
 * divided by the dispersion of series that come in clumps. A detector must learn the rates and look for the moment, and
 * needs more: Lorden 1971, "Procedures for reacting to a change in distribution", bounds the delay of every detector with
 * a budget of false alarms by the time that gathers the logarithm of its threshold.
 */
export function informationOf({ effects }: Incident): number {
  return Math.max(
    0,
    ...effects.map((effect) => {
      const { series } = effect;
      let nats = 0;
      for (let at = effect.from; at < effect.to; at += MINUTE) {
        const minutes = Math.min(MINUTE, effect.to - at) / MINUTE;
        const before = backgroundRate(series, at);
        const after = rate(series, [effect], at);
        nats += minutes * (after * Math.log(after / before) - (after - before));
      }
      return series.shape === "clumped" ? nats / CLUMPED_DISPERSION : nats;
    }),
  );
}
