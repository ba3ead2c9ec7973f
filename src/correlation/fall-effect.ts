/**
 * A fall: events that were counted under another policy and are now blocked by this one. The other policy's series of
 * the same workload drops to 1/2 ... 1/32 while the total of both hardly moves.
 */
import { addedMass } from "./dose-effect.ts";
import { logSumExp } from "./log-sum-exp.ts";
import { zeros } from "./room.ts";
import { lnMarginal, type SeriesModel } from "./series-model.ts";

const FALLS = [1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32] as const;

/** ln likelihood by start, averaged over the depths and over both exposure shapes. */
export function lnFall(model: SeriesModel): Float64Array {
  const { first, starts } = model.window;
  const added = addedMass(model);
  const out = zeros(starts);
  const shapes = model.shapes === "shared" ? ([0] as const) : ([0, 1] as const);
  let after = 0;
  for (let i = starts - 1; i >= 0; i--) {
    const here = model.total[first + i] ?? 0;
    const terms: number[] = [];
    for (const shape of shapes) {
      for (const factor of FALLS) {
        const gain = after * Math.log(factor) + here * Math.log((1 + factor) / 2);
        const mass = model.mass[shape] + (factor - 1) * (added[shape][i] ?? 0);
        terms.push(model.base[shape] + gain / model.dispersion + lnMarginal(model, mass));
      }
    }
    out[i] = logSumExp(terms) - Math.log(terms.length);
    after += here;
  }
  return out;
}
