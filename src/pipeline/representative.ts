/** Whose story a roll-up's anomaly is attributed by. */
import type { Anomaly } from "../domain/anomaly.ts";
import type { Series } from "../domain/series.ts";
import type { WindowStore } from "../ports/windows.ts";
import { isWithin } from "./roll-up.ts";

/** Leaves looked at. */
const MAX_LEAVES = 5_000;
/** Stretch before the onset that the counts since are compared with, milliseconds. */
const BEFORE = 60 * 60_000;

/**
 * The anomaly as one of the leaf that rose most since the onset; the others are its neighbours in the attribution, which
 * tells a change of one workload from one of the policy or the surroundings. A leaf's anomaly is returned as it is.
 */
export async function representative(anomaly: Anomaly, asOf: number, windows: WindowStore): Promise<Anomaly> {
  const { series, onsetAt } = anomaly;
  if (series.level === "leaf") return anomaly;
  const found = await windows.findSeries(filterOf(series), MAX_LEAVES);
  const leaves = found.filter((leaf) => isWithin(leaf, series));
  const width = windows.width;
  const onset = onsetAt - (onsetAt % width);
  const until = Math.max(onset + width, asOf - (asOf % width));
  const since = await windows.readCounts(leaves, onset, until, until - onset);
  const before = await windows.readCounts(leaves, onset - BEFORE, onset, BEFORE);
  let best: { readonly leaf: Series; readonly excess: number } | undefined;
  leaves.forEach((leaf, index) => {
    const expected = ((before[index]?.[0] ?? 0) * (until - onset)) / BEFORE;
    const excess = (since[index]?.[0] ?? 0) - expected;
    if (!best || excess > best.excess) best = { leaf, excess };
  });
  return best ? { ...anomaly, series: best.leaf } : anomaly;
}

function filterOf({ level, cluster, policy, namespace, workload }: Series) {
  if (level === "workload") return { cluster, policy, namespace, workload };
  if (level === "policy") return { cluster, policy };
  return level === "namespace" ? { cluster, namespace } : { cluster };
}
