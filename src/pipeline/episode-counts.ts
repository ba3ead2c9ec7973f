/** Reads what was counted around an onset and sorts it by workload, version and policy, as the attribution wants it. */
import type { Series } from "../domain/series.ts";
import { UNKNOWN_DIGEST } from "../domain/violation.ts";
import type { WindowStore } from "../ports/windows.ts";

export interface Frame {
  /** Start of bucket 0, milliseconds. */
  readonly startAt: number;
  readonly buckets: number;
  readonly step: number;
}

/** Counts of one (policy, workload): by digest, the unknown version apart. */
export interface VersionCounts {
  readonly policy: string;
  readonly namespace: string;
  readonly workload: string;
  readonly byDigest: ReadonlyMap<string, Float64Array>;
  readonly unknown: Float64Array;
  readonly images: ReadonlyMap<string, string>;
  /** Digests of its series, by their ids. */
  readonly series: ReadonlyMap<string, string>;
}

/** Series read for one verdict at most; beyond it the largest ids are left out. */
const MAX_SERIES = 4_000;

/** All counts of a cluster in the frame, by policy and workload. */
export async function readVersionCounts(windows: WindowStore, cluster: string, frame: Frame): Promise<readonly VersionCounts[]> {
  const series = (await windows.findSeries({ cluster }, MAX_SERIES)).filter((one) => one.level === "leaf");
  const until = frame.startAt + frame.buckets * frame.step;
  const counts = await windows.readCounts(series, frame.startAt, until, frame.step);
  const groups = new Map<string, MutableGroup>();
  series.forEach((one, index) => {
    const row = counts[index];
    if (!row) return;
    const group = groupOf(groups, one, frame.buckets);
    group.series.set(one.id, one.digest);
    if (one.image !== undefined) group.images.set(one.digest, one.image);
    if (one.digest === UNKNOWN_DIGEST) addInto(group.unknown, row);
    else {
      const known = group.byDigest.get(one.digest);
      if (known) addInto(known, row);
      else group.byDigest.set(one.digest, Float64Array.from(row));
    }
  });
  return [...groups.values()].sort((a, b) => order(keyOf(a), keyOf(b)));
}

type MutableGroup = { -readonly [K in keyof VersionCounts]: VersionCounts[K] } & {
  byDigest: Map<string, Float64Array>;
  images: Map<string, string>;
  series: Map<string, string>;
};

function groupOf(groups: Map<string, MutableGroup>, series: Series, buckets: number): MutableGroup {
  const key = keyOf(series);
  let group = groups.get(key);
  if (!group) {
    const { policy, namespace, workload } = series;
    const unknown = new Float64Array(buckets);
    group = { policy, namespace, workload, byDigest: new Map(), unknown, images: new Map(), series: new Map() };
    groups.set(key, group);
  }
  return group;
}

function keyOf(one: { readonly policy: string; readonly namespace: string; readonly workload: string }): string {
  return `${one.policy}\n${one.namespace}\n${one.workload}`;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function addInto(sum: Float64Array, row: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (row[i] ?? 0);
}

/** Total of all versions. */
export function totalOf(counts: VersionCounts): Float64Array {
  const total = Float64Array.from(counts.unknown);
  for (const row of counts.byDigest.values()) addInto(total, row);
  return total;
}
