/** "Only this one pod changes", with or without a rollout: a bad node, a stuck connection, one bad shard of traffic. */
import type { PodPresence } from "./cohorts.ts";
import { addCell, doseEffect, emptyCells } from "./dose-effect.ts";
import { lnEffect } from "./effect.ts";
import type { NamedCounts } from "./named-counts.ts";
import { zeros } from "./room.ts";
import type { SeriesModel } from "./series-model.ts";

/** `shareOfActivation`: the pod's share of its activation's exposure, by bucket. */
export function lnOnePod(
  model: SeriesModel,
  named: NamedCounts,
  { index, pod }: PodPresence,
  shareOfActivation: Float64Array,
): Float64Array {
  const { buckets, first } = model.window;
  const { share, activations } = model.exposure;
  const activation = pod.activation;
  const own = named.byPod.get(index);
  const exposed = zeros(buckets);
  const cells = emptyCells();
  const strayEach = model.stray / activations;
  for (let b = 0; b < buckets; b++) exposed[b] = (shareOfActivation[b] ?? 0) * (share[activation * buckets + b] ?? 0);
  for (let b = first; b < buckets; b++) {
    const dose = exposed[b] ?? 0;
    const mine = own?.[b] ?? 0;
    addCell(cells, b, mine, 1);
    addCell(cells, b, model.unknown[b] ?? 0, dose);
    for (let a = 0; a < activations; a++) {
      const at = a * buckets + b;
      const mislabelled = (strayEach * dose) / (model.labelled[at] ?? 1);
      if (a === activation) {
        const versionOnly = named.versionOnly[at] ?? 0;
        addCell(cells, b, versionOnly, shareOfActivation[b] ?? 0);
        addCell(cells, b, (model.known[at] ?? 0) - versionOnly - mine, mislabelled);
      } else {
        addCell(cells, b, model.known[at] ?? 0, mislabelled);
      }
    }
  }
  return lnEffect(model, doseEffect(model, cells, exposed));
}
