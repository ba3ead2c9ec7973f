/** Individual pods of a workload: what rollouts and resizes do to them. */
import type { Fleet, SimWorkload } from "./fleet.ts";

export interface SimPod {
  readonly activation: number;
  readonly start: number;
  end: number;
  /** Relative load. */
  readonly load: number;
  readonly node: number;
}

export interface SimActivation {
  readonly digest: string;
  readonly at: number;
}

/** Something that starts or stops pods of one workload. */
export type Operation =
  | {
      readonly kind: "rollout";
      readonly at: number;
      readonly digest: string;
      /** From the first pod to the last, seconds. */
      readonly duration: number;
      /** Share of the pods that are replaced: below 1 it stays a canary. */
      readonly share: number;
      /** Filled in: the activation it opened. */
      activation?: number;
    }
  | { readonly kind: "resize"; readonly at: number; readonly factor: number; readonly duration: number };

export interface PodSchedule {
  readonly pods: readonly SimPod[];
  readonly activations: readonly SimActivation[];
}

export const BEFORE = -1e6;
export const FOREVER = 1e6;

/** Plays operations in the order of their time; a newer rollout stops an older one. */
export function schedulePods(
  fleet: Fleet,
  workload: SimWorkload,
  replicas: number,
  operations: readonly Operation[],
): PodSchedule {
  const { random } = fleet;
  const pods: SimPod[] = [];
  const activations: SimActivation[] = [{ digest: `sha256:base${workload.index}`, at: BEFORE }];
  const newPod = (activation: number, start: number) => {
    const load = workload.podSpread > 0 ? random.gamma(1 / workload.podSpread) * workload.podSpread : 1;
    pods.push({ activation, start, end: FOREVER, load, node: random.integer(0, fleet.nodes.length - 1) });
  };
  const alive = (time: number) => pods.filter((pod) => pod.start <= time && pod.end > time);
  for (let i = 0; i < replicas; i++) newPod(0, BEFORE);
  const sorted = [...operations].sort((a, b) => a.at - b.at);
  let current = 0;
  for (const [i, operation] of sorted.entries()) {
    if (operation.kind === "rollout") {
      const stop = sorted.slice(i + 1).find(({ kind }) => kind === "rollout")?.at ?? FOREVER;
      const count = Math.max(Math.round(alive(operation.at).length * operation.share), 1);
      current = activations.length;
      operation.activation = current;
      activations.push({ digest: operation.digest, at: operation.at });
      for (let k = 0; k < count; k++) {
        const at = operation.at + (count > 1 ? (k * operation.duration) / (count - 1) : 0);
        if (at >= stop) break;
        const old = alive(at).find(({ activation }) => activation < current);
        if (old) old.end = at;
        newPod(current, at);
      }
    } else {
      const there = alive(operation.at);
      const change = Math.round(there.length * operation.factor) - there.length;
      for (let k = 0; k < Math.abs(change); k++) {
        const at = operation.at + ((k + 1) * operation.duration) / Math.abs(change);
        if (change > 0) newPod(current, at);
        else {
          const gone = alive(at)[0];
          if (gone && alive(at).length > 1) gone.end = at;
        }
      }
    }
  }
  return { pods, activations };
}
