/** "The whole workload changes": every pod of every version from the start on. */
import { suffixMass } from "./dose-effect.ts";
import type { Effect } from "./effect.ts";
import { lnEffect } from "./effect.ts";
import { EFFECT_LN_FACTOR, EFFECT_LN_HALF, EFFECT_SIZES } from "./effect-grid.ts";
import type { SeriesModel } from "./series-model.ts";

/** ln likelihood by start. */
export function lnEveryone(model: SeriesModel): Float64Array {
  return lnEffect(model, everyoneEffect(model));
}

function everyoneEffect(model: SeriesModel): Effect {
  const { first, starts } = model.window;
  const gain = new Float64Array(starts * EFFECT_SIZES);
  let after = 0;
  for (let i = starts - 1; i >= 0; i--) {
    const here = model.total[first + i] ?? 0;
    for (let j = 0; j < EFFECT_SIZES; j++) {
      gain[i * EFFECT_SIZES + j] = after * (EFFECT_LN_FACTOR[j] ?? 0) + here * (EFFECT_LN_HALF[j] ?? 0);
    }
    after += here;
  }
  return { gain, added: [suffixMass(model, 0), suffixMass(model, 1)] };
}
