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

/** ln likelihood of a series that is not reached: mostly unchanged, sometimes with an effect of its own. */
export function lnBackground(unchanged: number, changed: Float64Array): number {
  if (changed.length === 0) return unchanged;
  return logAddExp(Math.log(1 - BACKGROUND) + unchanged, Math.log(BACKGROUND) + logMeanExp(changed));
}
