/**
 * "Only the pods of one version change": the dose-response hypothesis. Events of unknown version count through the
 * version's share of the exposure; events that carry another version count as far as labels may be wrong.
 */
import { lnDosed } from "./dose-effect.ts";
import type { WorkloadSeries } from "./workload-series.ts";

/** ln likelihood by start, of each series; `activation`: index of the version in the workload's activations. */
export function lnVersion({ models, known, unknown, eventful }: WorkloadSeries, activation: number): Float64Array[] {
  const [{ window, exposure, stray, labelled }] = models;
  const { buckets, first } = window;
  const row = activation * buckets;
  const share = exposure.share.subarray(row, row + buckets);
  const strayEach = stray / exposure.activations;
  return lnDosed(models, share, (b, add) => {
    const dose = share[b] ?? 0;
    add(unknown, b, dose);
    for (const at of eventful[b - first] ?? []) {
      const own = (at - b === row ? 1 - stray : 0) + strayEach;
      add(known, at, (own * dose) / (labelled[at] ?? 1));
    }
  });
}
