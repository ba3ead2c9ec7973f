/**
 * Exposure: how much of a workload ran each version in each bucket. Two shapes, because it is not known beforehand
 * whether violations grow with the replicas or with the traffic that all replicas share.
 *
 * Within a bucket both shapes divide the workload between its activations in the same shares; they differ only in the
 * total of the bucket. The likelihood needs no more than these two.
 */
import type { Activation } from "./episode.ts";
import { zeros } from "./room.ts";

export interface Exposure {
  readonly activations: number;
  readonly buckets: number;
  /** Share of activation a in bucket b at [a * buckets + b]; sums to 1 over the activations. */
  readonly share: Float64Array;
  /** Smoothed number of ready pods at [a * buckets + b]. */
  readonly pods: Float64Array;
  /** Total of each bucket: [0] traffic shared (constant 1), [1] per replica; each about 1 before the change. */
  readonly totals: readonly [Float64Array, Float64Array];
  /** The replicas never changed: both shapes are the same. */
  readonly constant: boolean;
}

/** No activation is ever quite without exposure: a late pod or a wrong clock must not be impossible. */
const FLOOR = 0.01;

/** Weights (1/4, 1/2, 1/4) over time, repeating at the edges: what clocks that are 30 s off do to a count. */
export function smooth(values: ArrayLike<number>, before?: number, after?: number): Float64Array {
  const n = values.length;
  const out = zeros(n);
  for (let b = 0; b < n; b++) {
    const here = values[b] ?? 0;
    const left = b > 0 ? (values[b - 1] ?? 0) : (before ?? here);
    const right = b < n - 1 ? (values[b + 1] ?? 0) : (after ?? here);
    out[b] = left / 4 + here / 2 + right / 4;
  }
  return out;
}

/** A workload without known replicas is one activation of constant exposure. `pre`: buckets of the pre-period. */
export function exposureOf(activations: readonly Activation[], buckets: number, pre: number): Exposure {
  const [only] = activations;
  if (activations.length <= 1 && (!only || isConstant(only, buckets))) return flatExposure(buckets, only?.pods[0] ?? 1);
  const count = Math.max(activations.length, 1);
  const pods = zeros(count * buckets);
  const share = zeros(count * buckets);
  const perReplica = zeros(buckets);
  for (let a = 0; a < count; a++) {
    const smoothed = smoothedPods(activations[a], buckets);
    for (let b = 0; b < buckets; b++) {
      const ready = Math.max(smoothed[b] ?? 0, FLOOR);
      pods[a * buckets + b] = ready;
      perReplica[b] = (perReplica[b] ?? 0) + ready;
    }
  }
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < buckets; b++) share[a * buckets + b] = (pods[a * buckets + b] ?? 0) / (perReplica[b] ?? 1);
  }
  const shared = zeros(buckets).fill(1);
  normalise(perReplica, pre);
  return { activations: count, buckets, share, pods, totals: [shared, perReplica], constant: false };
}

/** The same workload with its replicas taken `lead` buckets ahead: traffic rises before an autoscaler reacts. */
export function withLead(exposure: Exposure, lead: number, pre: number): Exposure {
  const { buckets } = exposure;
  const [shared, perReplica] = exposure.totals;
  const ahead = zeros(buckets);
  for (let b = 0; b < buckets; b++) ahead[b] = perReplica[Math.min(b + lead, buckets - 1)] ?? 0;
  normalise(ahead, pre);
  return { ...exposure, totals: [shared, ahead] };
}

/** One series whose replicas never change, or are not known, e.g. a policy summed over workloads. */
export function flatExposure(buckets: number, replicas = 1): Exposure {
  const ones = zeros(buckets).fill(1);
  const pods = replicas === 1 ? ones : zeros(buckets).fill(replicas);
  return { activations: 1, buckets, share: ones, pods, totals: [ones, ones], constant: true };
}

/** The usual case, for which the rest is known beforehand. */
function isConstant({ pods, podsBefore, podsAfter }: Activation, buckets: number): boolean {
  const [ready = 0] = pods;
  if (!(ready >= FLOOR && ready < Number.POSITIVE_INFINITY)) return false;
  if ((podsBefore ?? ready) !== ready || (podsAfter ?? ready) !== ready) return false;
  for (let b = 1; b < buckets; b++) if (pods[b] !== ready) return false;
  return true;
}

function smoothedPods(activation: Activation | undefined, buckets: number): Float64Array {
  if (!activation) return zeros(buckets).fill(1);
  const pods = zeros(buckets);
  for (let b = 0; b < buckets; b++) pods[b] = finite(activation.pods[b] ?? 0);
  const { podsBefore, podsAfter } = activation;
  return smooth(
    pods,
    podsBefore === undefined ? undefined : finite(podsBefore),
    podsAfter === undefined ? undefined : finite(podsAfter),
  );
}

function finite(value: number): number {
  return Number.isFinite(value) && value > 0 ? value : 0;
}

function normalise(total: Float64Array, pre: number): void {
  let sum = 0;
  const n = Math.min(pre, total.length);
  for (let b = 0; b < n; b++) sum += total[b] ?? 0;
  const mean = n > 0 ? sum / n : 1;
  for (let b = 0; b < total.length; b++) total[b] = (total[b] ?? 0) / mean;
}
