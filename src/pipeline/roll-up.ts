/** Roll-ups: the sums over leaves that are watched beside them, because a rise spread thin shows in no leaf. */
import { seriesId } from "../domain/ids.ts";
import type { Series, SeriesLevel } from "../domain/series.ts";

/** Stands for "all of them" where a roll-up has no policy of its own. */
export const ANY_POLICY = "*";

/** Narrow before wide: of one spike seen at several levels the narrowest is told. */
const BREADTH: Readonly<Record<SeriesLevel, number>> = { leaf: 0, workload: 1, policy: 2, namespace: 3, regime: 4 };

/** The roll-ups a leaf is counted in: its workload over all digests, its policy, its namespace, each of its regimes. */
export function rollUpsOf(leaf: Series): readonly Series[] {
  const { policy, engine, namespace, workload } = leaf;
  const sums = [
    rollUp(leaf, { level: "workload", policy, engine, namespace, workload, regimes: leaf.regimes }),
    rollUp(leaf, { level: "policy", policy, engine, namespace: "", workload: "", regimes: leaf.regimes }),
    ...leaf.regimes.map((regime) =>
      rollUp(leaf, { level: "regime", policy: `regime:${regime}`, engine: "", namespace: "", workload: "", regimes: [regime] }),
    ),
  ];
  if (namespace === "") return sums;
  return [...sums, rollUp(leaf, { level: "namespace", policy: ANY_POLICY, engine: "", namespace, workload: "", regimes: [] })];
}

function rollUp(leaf: Series, sum: Pick<Series, "level" | "policy" | "engine" | "namespace" | "workload" | "regimes">): Series {
  const { cluster, quality, lateness } = leaf;
  return { id: seriesId({ ...sum, cluster, digest: "" }), cluster, digest: "", quality, lateness, ...sum };
}

/** True when every event of `inner` is also counted in `outer`, or can be. */
export function isWithin(inner: Series, outer: Series): boolean {
  if (BREADTH[inner.level] >= BREADTH[outer.level] || inner.cluster !== outer.cluster) return false;
  switch (outer.level) {
    case "workload":
      return inner.policy === outer.policy && inner.namespace === outer.namespace && inner.workload === outer.workload;
    case "policy":
      return inner.policy === outer.policy;
    case "namespace":
      return inner.namespace === outer.namespace || inner.level === "policy";
    case "regime":
      return outer.regimes.every((regime) => inner.regimes.includes(regime)) || inner.level === "namespace";
    default:
      return false;
  }
}
