/**
 * Identify: gives a violation its workload and image digest (from the timeline when the record has none) and the series
 * it counts in.
 */

import { seriesId, shardOf } from "../domain/ids.ts";
import type { Series } from "../domain/series.ts";
import type { Quality, Violation } from "../domain/violation.ts";
import { UNATTRIBUTED, UNKNOWN_DIGEST } from "../domain/violation.ts";
import { unplacedMention } from "./pod-mention.ts";

/** Who an event was about, and which rule of the timeline said so. */
export interface Identity {
  readonly workload?: string | undefined;
  /** Namespace of the subject, where only the timeline knows it. */
  readonly namespace?: string | undefined;
  readonly digest?: string | undefined;
  readonly image?: string | undefined;
  readonly rule: string;
  readonly quality: Quality;
}

export interface IdentifyOptions {
  readonly shards: number;
  /** Fine bucket width, milliseconds; lateness of a series is rounded up to it. */
  readonly width: number;
  /** Default lateness, milliseconds. */
  readonly lateness: number;
  readonly resolve: (violation: Violation) => Identity;
  /** Regimes by configuration; asked once per series. */
  readonly regimesOf: (violation: Violation, workload: string) => readonly string[];
  /** Whether pods of a cluster may become known later; true when absent. Asked only for events of unknown pods. */
  readonly awaitsPods?: (cluster: string) => boolean;
}

export interface IdentifiedViolation {
  readonly violation: Violation;
  readonly series: Series;
  readonly shard: number;
  /** Rule that found the identity, for data quality. */
  readonly rule: string;
  /** What it says of its pod (pod-mention.ts) while nobody knows that, so that it can be placed later. */
  readonly unplaced: string | undefined;
}

/** Series kept in memory for reuse; beyond this the table starts afresh. */
const MAX_CACHED_SERIES = 500_000;

interface Known {
  readonly series: Series;
  readonly shard: number;
}

/** Returns the identify step. It keeps a table of known series, so the common case is one look-up. */
export function createIdentify(options: IdentifyOptions): (violation: Violation) => IdentifiedViolation {
  let known = new Map<string, Known>();
  const { awaitsPods = () => true } = options;
  return (violation) => {
    const identity = options.resolve(violation);
    const workload = identity.workload ?? UNATTRIBUTED;
    const digest = identity.digest ?? UNKNOWN_DIGEST;
    const namespace = violation.namespace === "" ? (identity.namespace ?? "") : violation.namespace;
    const key = `${violation.cluster}\n${violation.policy}\n${namespace}\n${workload}\n${digest}`;
    let entry = known.get(key);
    if (entry === undefined || addsRegime(entry.series, violation)) {
      entry = createSeries(violation, identity, { namespace, workload, digest }, options, entry?.series);
      if (known.size >= MAX_CACHED_SERIES) known = new Map();
      known.set(key, entry);
    }
    const { rule } = identity;
    const mention = unplacedMention(violation, entry.series, rule);
    const unplaced = mention !== undefined && awaitsPods(violation.cluster) ? mention : undefined;
    return { violation, series: entry.series, shard: entry.shard, rule, unplaced };
  };
}

function addsRegime(series: Series, violation: Violation): boolean {
  return violation.regimes.length > 0 && violation.regimes.some((regime) => !series.regimes.includes(regime));
}

function createSeries(
  violation: Violation,
  identity: Identity,
  subject: { readonly namespace: string; readonly workload: string; readonly digest: string },
  options: IdentifyOptions,
  before: Series | undefined,
): Known {
  const { cluster, policy, engine } = violation;
  const { namespace, workload, digest } = subject;
  const stated = [...options.regimesOf(violation, workload), ...violation.regimes, ...(before?.regimes ?? [])];
  const image = violation.image ?? identity.image;
  const lateness = Math.ceil((violation.lateness ?? options.lateness) / options.width) * options.width;
  const series: Series = {
    id: seriesId({ level: "leaf", cluster, policy, namespace, workload, digest }),
    level: "leaf",
    cluster,
    policy,
    engine,
    namespace,
    workload,
    digest,
    ...(image === undefined ? {} : { image }),
    regimes: [...new Set(stated)].sort(),
    quality: violation.quality === "lower-bound" ? "lower-bound" : identity.quality,
    lateness: Math.max(lateness, before?.lateness ?? 0),
  };
  return { series, shard: shardOf(cluster, namespace, workload, options.shards) };
}
