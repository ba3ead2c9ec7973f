/** Series and flushes without events, for benchmarks of what comes after ingest. */
import { seriesId, shardOf } from "../src/domain/ids.ts";
import type { Series } from "../src/domain/series.ts";
import type { Flush } from "../src/ports/windows.ts";

const POLICIES = 10;
const LATENESS = 60_000;

export interface PlacedSeries {
  readonly series: Series;
  readonly shard: number;
}

/** Different series: ten policies for each workload. */
export function syntheticSeries(count: number, shards: number): readonly PlacedSeries[] {
  return Array.from({ length: count }, (_, index) => {
    const workload = Math.floor(index / POLICIES);
    const identity = {
      level: "leaf",
      cluster: "north",
      policy: `deny-egress-${index % POLICIES}`,
      namespace: `team-${workload % 40}`,
      workload: `Deployment/card-service-${workload}`,
      digest: `sha256:${(workload * 104_729 + 1).toString(16).padStart(8, "0").repeat(8)}`,
    } as const;
    const rest = { engine: "cilium", regimes: ["pci-dss"], quality: "exact", lateness: LATENESS } as const;
    const shard = shardOf(identity.cluster, identity.namespace, identity.workload, shards);
    return { series: { id: seriesId(identity), ...identity, ...rest }, shard };
  });
}

/** One flush per shard that counts every series once or more in a bucket. */
export function flushesOf(placed: readonly PlacedSeries[], bucket: number, sequence: number, count: number): readonly Flush[] {
  const byShard = new Map<number, PlacedSeries[]>();
  for (const one of placed) {
    const list = byShard.get(one.shard);
    if (list) list.push(one);
    else byShard.set(one.shard, [one]);
  }
  return [...byShard].map(([shard, list]) => ({
    shard,
    writer: "bench",
    sequence,
    increments: list.map(({ series }) => ({ series, bucket, count, slots: [[0, count]], identified: [] })),
  }));
}
