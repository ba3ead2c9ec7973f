import { ONSET_BACK, PRE_GAP, PRE_LEAST } from "./model-options.ts";

/** The buckets of an episode as the model divides them. */
export interface Window {
  readonly buckets: number;
  /** Number of buckets of the pre-period, from bucket 0. */
  readonly pre: number;
  /** First bucket in which an effect may begin; it may begin in every later one. */
  readonly first: number;
  /** Number of buckets in which an effect may begin. */
  readonly starts: number;
}

/** Safe for every input: an onset outside of the buckets is moved inside. */
export function divideWindow(buckets: number, onsetIndex: number): Window {
  const onset = Math.min(Math.max(Math.round(onsetIndex) || 0, 0), Math.max(buckets - 1, 0));
  const pre = Math.min(Math.max(onset - PRE_GAP, PRE_LEAST), Math.max(buckets, 1));
  const first = Math.max(0, onset - ONSET_BACK);
  return { buckets, pre, first, starts: Math.max(buckets - first, 0) };
}
