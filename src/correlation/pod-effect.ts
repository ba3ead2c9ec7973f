/** "Only this one pod changes", with or without a rollout: a bad node, a stuck connection, one bad shard of traffic. */
import type { PodPresence } from "./cohorts.ts";
import { lnDosed } from "./dose-effect.ts";
import type { NamedCounts } from "./named-counts.ts";
import { zeros } from "./room.ts";
import type { SeriesModel } from "./series-model.ts";

/** `shareOfActivation`: the pod's share of its activation's exposure, by bucket. */
export function lnOnePod(
  model: SeriesModel,
  { byPod, versionOnly }: NamedCounts,
  { index, pod }: PodPresence,
  shareOfActivation: Float64Array,
): Float64Array {
  const { known, labelled } = model;
  const { buckets } = model.window;
  const { share, activations } = model.exposure;
  const own = pod.activation * buckets;
  const mine = byPod[index] ?? zeros(buckets);
  const strayEach = model.stray / activations;
  const exposed = zeros(buckets);
  const sisters = zeros(buckets);
  for (let b = 0; b < buckets; b++) {
    exposed[b] = (shareOfActivation[b] ?? 0) * (share[own + b] ?? 0);
    sisters[b] = (known[own + b] ?? 0) - (versionOnly[own + b] ?? 0) - (mine[b] ?? 0);
  }
  const counts = { mine: [mine], unknown: [model.unknown], versionOnly: [versionOnly], sisters: [sisters], known: [known] };
  const [ln] = lnDosed([model], exposed, (b, add) => {
    const mislabelled = strayEach * (exposed[b] ?? 0);
    add(counts.mine, b, 1);
    add(counts.unknown, b, exposed[b] ?? 0);
    add(counts.versionOnly, own + b, shareOfActivation[b] ?? 0);
    add(counts.sisters, b, mislabelled / (labelled[own + b] ?? 1));
    for (let at = b; at < known.length; at += buckets) {
      if (at !== own + b) add(counts.known, at, mislabelled / (labelled[at] ?? 1));
    }
  });
  return ln ?? zeros(0);
}
