/** "The whole workload changes": every pod of every version from the start on. */

import { addedMass } from "./dose-effect.ts";
import { emptyGain, lnEffect } from "./effect.ts";
import { EFFECTS } from "./effect-grid.ts";
import type { SeriesModel } from "./series-model.ts";

/** ln likelihood by start. */
export function lnEveryone(model: SeriesModel): Float64Array {
  const { size, lnFactor, lnHalf } = EFFECTS;
  const { first, starts } = model.window;
  const gain = emptyGain(starts);
  let after = 0;
  for (let i = starts - 1; i >= 0; i--) {
    const here = model.total[first + i] ?? 0;
    if (here === 0 && after === 0) continue;
    for (let j = 0; j < size; j++) gain[i * size + j] = after * (lnFactor[j] ?? 0) + here * (lnHalf[j] ?? 0);
    after += here;
  }
  return lnEffect(model, { gain, added: addedMass(model) });
}
