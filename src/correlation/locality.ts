/**
 * What other series say about a cause that would have reached them too. A busy neighbour that stays quiet speaks against
 * a common cause, one that rises at the same time speaks for it, an idle one says nothing.
 */
import { logAddExp, logMeanExp } from "./log-sum-exp.ts";
import { zeros } from "./room.ts";

/** Chance that a series rises by itself in the window. */
const BACKGROUND = 0.02;

/**
 * ln of the evidence by start. `unchanged` and `changed`: ln likelihoods of the other series without and with an effect
 * from each start; `reach`: chance that the common cause reaches it; `background`: ln likelihood when it does not.
 */
export function lnLocality(unchanged: number, changed: Float64Array, reach: number, background: number): Float64Array {
  const out = zeros(changed.length);
  for (let i = 0; i < out.length; i++) out[i] = lnReached(unchanged, changed[i] ?? unchanged, reach, background);
  return out;
}

/** The same for one start. */
export function lnReached(unchanged: number, changed: number, reach: number, background: number): number {
  return logAddExp(Math.log(1 - reach) + unchanged, Math.log(reach) + changed) - background;
}

/** A series beside the subject's. */
export interface Bystander {
  /** ln likelihood without an effect, with one from each start, and when the common cause does not reach it. */
  readonly unchanged: number;
  readonly changed: Float64Array;
  readonly background: number;
  /** exp(changed - unchanged), by start; infinite where a double cannot hold it. */
  readonly odds: Float64Array;
}

export function bystander(unchanged: number, changed: Float64Array): Bystander {
  const odds = zeros(changed.length);
  for (let i = 0; i < odds.length; i++) odds[i] = Math.exp((changed[i] ?? 0) - unchanged);
  return { unchanged, changed, background: lnBackground(unchanged, changed), odds };
}

/** Products are kept between this and its inverse, so that one more factor of at most `MOST_ODDS` does not overflow. */
const MOST_PRODUCT = 1e100;
const MOST_ODDS = 1e200;

/** `lnLocality` summed over many series: the logarithm is taken of their product. */
export function lnLocalityOfAll(series: readonly Bystander[], reach: number, starts: number): Float64Array {
  const out = zeros(starts);
  const stay = 1 - reach;
  const lnReach = Math.log(reach);
  let fixed = 0;
  for (const { unchanged, background } of series) fixed += unchanged - background;
  for (let i = 0; i < starts; i++) {
    let sum = fixed;
    let product = 1;
    for (const { odds, unchanged, changed } of series) {
      const ratio = odds[i] ?? 1;
      // Beside such odds that of not being reached is below the precision of a double.
      if (ratio > MOST_ODDS) sum += lnReach + (changed[i] ?? 0) - unchanged;
      else product *= stay + reach * ratio;
      if (product > MOST_PRODUCT || product < 1 / MOST_PRODUCT) {
        sum += Math.log(product);
        product = 1;
      }
    }
    out[i] = sum + Math.log(product);
  }
  return out;
}

/** ln likelihood of a series that is not reached: mostly unchanged, sometimes with an effect of its own. */
export function lnBackground(unchanged: number, changed: Float64Array): number {
  if (changed.length === 0) return unchanged;
  return logAddExp(Math.log(1 - BACKGROUND) + unchanged, Math.log(BACKGROUND) + logMeanExp(changed));
}
