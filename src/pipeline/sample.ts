/** Sample: turns a bucket's count into what the detectors judge, with the exposure the timeline knows. */
import type { Prior, Sample } from "../../detectors/contract.ts";
import type { Series } from "../domain/series.ts";

/**
 * Mean share (0..1) of the workload's ready pods that ran the digest; undefined when the timeline cannot say. Of the
 * unknown digest: the part of the time in which no single version was in effect. Were the time counted in which the
 * workload's events go to a version, they would be a spike whenever a rollout makes them unknown again.
 */
export type ShareOf = (
  cluster: string,
  namespace: string,
  workload: string,
  digest: string,
  from: number,
  to: number,
) => number | undefined;

/**
 * Events carry a wrong version now and then, and clocks differ by half a minute: an exposure below this share of the
 * bucket is not believed, so that a stray event on a version without pods is no spike.
 */
const LEAST_SHARE = 0.05;
/** Pod start times and event times come from different clocks: the largest share within this distance counts. */
const CLOCK_SKEW = 30_000;

/** Share of the workload that a series observes over [from, to), LEAST_SHARE..1. */
export function exposureShare(series: Series, from: number, to: number, shareOf: ShareOf): number {
  if (series.level !== "leaf") return 1;
  const { cluster, namespace, workload, digest } = series;
  const before = shareOf(cluster, namespace, workload, digest, from - CLOCK_SKEW, from);
  const during = shareOf(cluster, namespace, workload, digest, from, to);
  const after = shareOf(cluster, namespace, workload, digest, to, to + CLOCK_SKEW);
  if (before === undefined && during === undefined && after === undefined) return 1;
  return Math.min(1, Math.max(LEAST_SHARE, before ?? 0, during ?? 0, after ?? 0));
}

/** The share over a silent stretch: nobody is helped by a floor there, since nothing was counted. */
function silentShare(series: Series, from: number, to: number, shareOf: ShareOf): number {
  if (series.level !== "leaf") return 1;
  return Math.min(1, Math.max(0, shareOf(series.cluster, series.namespace, series.workload, series.digest, from, to) ?? 1));
}

export interface SampleRequest {
  readonly series: Series;
  /** Start of the bucket and its width, milliseconds. */
  readonly at: number;
  readonly width: number;
  readonly count: number;
  readonly clipped: number;
  /** End of the sample before, if there was one. */
  readonly previousEnd: number | undefined;
  readonly prior?: Prior | undefined;
  /** True while an incident is on: see `judgedShare`. */
  readonly incident?: boolean;
}

/**
 * Once the pods of a version are gone its silence is the end of the incident, not a lack of evidence: it is judged as if
 * the version still had the whole workload.
 */
function judgedShare(request: SampleRequest, share: number): number {
  return request.incident === true && request.count === 0 && share === LEAST_SHARE ? 1 : share;
}

export function toSample(request: SampleRequest, shareOf: ShareOf): Sample {
  const { series, at, width, count, clipped, previousEnd, prior } = request;
  const share = judgedShare(request, exposureShare(series, at, at + width, shareOf));
  const gap = previousEnd !== undefined && previousEnd < at ? silentShare(series, previousEnd, at, shareOf) : undefined;
  return {
    at,
    width,
    count,
    clipped: Math.min(clipped, count),
    exposure: (share * width) / 1000,
    ...(gap === undefined ? {} : { gapShare: gap }),
    ...(prior === undefined ? {} : { prior }),
  };
}
