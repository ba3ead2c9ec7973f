/** "The whole workload changes": every pod of every version from the start on. */

import { addedMass } from "./dose-effect.ts";
import { lnEffect } from "./effect.ts";
import { EFFECTS } from "./effect-grid.ts";
import { emptyGains } from "./gain-sums.ts";
import { zeros } from "./room.ts";
import type { SeriesModel } from "./series-model.ts";

/** ln likelihood by start. */
export function lnEveryone(model: SeriesModel): Float64Array {
  const { size, lnFactor, lnHalf } = EFFECTS;
  const { first, starts } = model.window;
  const [gain = zeros(0)] = emptyGains(1, starts);
  let after = 0;
  for (let i = starts - 1; i >= 0; i--) {
    const here = model.total[first + i] ?? 0;
    if (here === 0 && after === 0) continue;
    for (let j = 0; j < size; j++) gain[i * size + j] = after * (lnFactor[j] ?? 0) + here * (lnHalf[j] ?? 0);
    after += here;
  }
  return lnEffect(model, { gain, added: addedMass(model) });
}
