/**
 * What both stores agree on about windows: sizes, limits, and the three rules about time that decide which bucket an
 * event counts in. The scripts of the Redis store repeat the rules in Lua and name the function here.
 */
import type { Series } from "../domain/series.ts";

/** Width of medium buckets, milliseconds. */
export const MEDIUM = 300_000;
/** Width of coarse buckets, milliseconds. */
export const COARSE = 3_600_000;
/** The companion count is limited per pod slot and this time, milliseconds. */
export const CLIP_PERIOD = 60_000;
/** Events that one pod slot adds to the companion count of a series within a clip period, at most. */
export const CLIP_LIMIT = 3;
/** An anomaly that is not rewritten for so long is forgotten, milliseconds of evaluation time. */
export const ANOMALY_KEPT = 86_400_000;
/** Samples kept per series. */
export const SAMPLES_KEPT = 5;
/** Writers (processes) per shard whose last sequence is remembered; the one silent for longest goes first. */
export const WRITERS_KEPT = 1024;
/** Series of a shard forgotten in one commit, so that a commit's cost stays bounded. */
export const FORGET_BATCH = 200;
/** Sub-counters of events whose pod was not known are kept for so long after their bucket, milliseconds of evaluation time. */
const UNPLACED_KEPT = 1_800_000;
/** Such sub-counters a shard keeps at most. */
export const UNPLACED_LIMIT = 4_096;

export interface Retention {
  readonly fine: number;
  readonly medium: number;
  readonly coarse: number;
}

/** Options both stores take; all times in milliseconds. */
export interface WindowOptions {
  /** Number of shards. Recorded at first start; later the recorded number is used whatever is configured. */
  readonly shards?: number;
  /** Fine bucket width; a divisor of five minutes. Recorded at first start as well. */
  readonly width?: number;
  /** How long event ids are remembered when the event does not say. */
  readonly dedupWindow?: number;
  /** How long buckets are kept after their end, in evaluation time. */
  readonly retention?: Retention;
  /** Series beyond this number are refused. */
  readonly seriesLimit?: number;
}

export interface WindowLayout {
  readonly shards: number;
  readonly width: number;
  readonly dedupWindow: number;
  readonly retention: Retention;
  readonly seriesLimit: number;
}

const DEFAULT_RETENTION: Retention = { fine: 7_200_000, medium: 172_800_000, coarse: 34_560_000_000 };

/** Fills in the defaults of the configuration. */
export function windowLayout(options: WindowOptions): WindowLayout {
  return {
    shards: options.shards ?? 64,
    width: options.width ?? 10_000,
    dedupWindow: options.dedupWindow ?? 600_000,
    retention: options.retention ?? DEFAULT_RETENTION,
    seriesLimit: options.seriesLimit ?? 1_000_000,
  };
}

export function floorTo(time: number, width: number): number {
  return time - (time % width);
}

function ceilTo(time: number, width: number): number {
  return floorTo(time + width - 1, width);
}

/**
 * Everything that starts before this has been rolled up once `position` is committed: the fine buckets closed for the
 * most patient series of the shard. One boundary for all series keeps roll-up a union of whole sorted sets. It is held
 * back by at most half of the fine retention, so that no bucket expires before it is rolled up.
 */
export function rollUpBoundary(position: number, largestLateness: number, layout: WindowLayout): number {
  const held = Math.min(largestLateness, layout.retention.fine / 2);
  return Math.max(0, floorTo(Math.max(0, position - held), layout.width));
}

/**
 * The bucket in which detection sees an event: its own while that is open for its series (`bucket + width + lateness >
 * position`) and not rolled up, else the oldest that is. `position` is 0 when the shard was never evaluated.
 */
export function detectionBucket(bucket: number, lateness: number, position: number, rolledUpTo: number, width: number): number {
  const oldestOpen = Math.max(floorTo(Math.max(0, position - lateness), width), rolledUpTo);
  return Math.max(bucket, oldestOpen);
}

/**
 * Evaluation time at which the sub-counters of a bucket are dropped: before its fine bucket is, from which their events
 * would be taken.
 */
export function unplacedUntil(bucket: number, layout: WindowLayout): number {
  return bucket + layout.width + unplacedKept(layout);
}

export function unplacedKept({ retention }: WindowLayout): number {
  return Math.min(UNPLACED_KEPT, retention.fine);
}

/**
 * Whether what detection sees of a bucket may still be moved to another series: neither of the two, of which `lateness` is
 * the smaller one, has the bucket judged for good by the next tick. So a tick that is under way while events are moved
 * judges them in one of the two, not in both.
 */
export function mayMoveDetection(bucket: number, lateness: number, position: number, rolledUpTo: number, width: number): boolean {
  return detectionBucket(bucket, lateness, position + width, rolledUpTo, width) === bucket;
}

/** From where on fine and medium buckets answer a question about the past; before that the next coarser level does. */
export function readBoundaries(position: number, layout: WindowLayout): { readonly fine: number; readonly medium: number } {
  const medium = ceilTo(Math.max(0, position - layout.retention.medium), COARSE);
  const fine = ceilTo(Math.max(0, position - layout.retention.fine), MEDIUM);
  return { fine: Math.max(fine, medium), medium };
}

/** Scope in which an event id is unique: the shard for leaf series, so that a re-resolved digest is no new event. */
export function idScope(series: Series): string {
  return series.level === "leaf" ? "" : `${series.id}:`;
}

/**
 * Evaluation time up to which a slice of event ids is kept: its own width, the window in which a repetition may have
 * happened, and one more for repetitions that arrive late.
 */
export function idsUntil(start: number, window: number): number {
  return start + 3 * window;
}
