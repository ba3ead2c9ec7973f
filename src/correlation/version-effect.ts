/**
 * "Only the pods of one version change": the dose-response hypothesis. Events of unknown version count through the
 * version's share of the exposure; events that carry another version count as far as labels may be wrong.
 */
import { addCell, doseEffect, emptyCells } from "./dose-effect.ts";
import { lnEffect } from "./effect.ts";
import type { SeriesModel } from "./series-model.ts";

/** ln likelihood by start; `activation`: index of the version in the workload's activations. */
export function lnVersion(model: SeriesModel, activation: number): Float64Array {
  const { buckets, first } = model.window;
  const { share, activations } = model.exposure;
  const cells = emptyCells();
  const strayEach = model.stray / activations;
  for (let b = first; b < buckets; b++) {
    const dose = share[activation * buckets + b] ?? 0;
    addCell(cells, b, model.unknown[b] ?? 0, dose);
    for (let a = 0; a < activations; a++) {
      const at = a * buckets + b;
      const own = (a === activation ? 1 - model.stray : 0) + strayEach;
      addCell(cells, b, model.known[at] ?? 0, (own * dose) / (model.labelled[at] ?? 1));
    }
  }
  return lnEffect(model, doseEffect(model, cells, share.subarray(activation * buckets, (activation + 1) * buckets)));
}
