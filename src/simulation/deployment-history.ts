import type { ChangeRecord } from "./records.ts";

/** One build of a workload: what a digest stands for. */
export interface Version {
  readonly image: string;
  readonly digest: string;
  /** `pod-template-hash` of its ReplicaSet; the same again after a rollback. */
  readonly templateHash: string;
}

/** A rolling update to `version`: pod i of n is replaced at `from + i * duration / (n - 1)`. */
export interface RollingUpdate {
  readonly from: number;
  readonly duration: number;
  readonly version: Version;
  readonly kind: "rollout" | "rollback";
  readonly actor: string;
  readonly revision: string;
}

export interface Resize {
  readonly at: number;
  readonly replicas: number;
}

/** What ran when: which version each pod of one workload has at any time. Updates must not overlap. */
export class DeploymentHistory {
  readonly first: Version;
  readonly initialReplicas: number;
  readonly #updates: RollingUpdate[] = [];
  readonly #resizes: Resize[] = [];

  constructor(first: Version, replicas: number) {
    this.first = first;
    this.initialReplicas = replicas;
  }

  get updates(): readonly RollingUpdate[] {
    return this.#updates;
  }

  get resizes(): readonly Resize[] {
    return this.#resizes;
  }

  /** How many versions were built since the first: a rollback builds none. */
  get builds(): number {
    return this.#updates.filter((update) => update.kind === "rollout").length;
  }

  addUpdate(update: RollingUpdate): void {
    this.#updates.push(update);
    this.#updates.sort((left, right) => left.from - right.from);
  }

  addResize(resize: Resize): void {
    this.#resizes.push(resize);
    this.#resizes.sort((left, right) => left.at - right.at);
  }

  /** True when an update runs at any time of [from, to]. */
  busy(from: number, to: number): boolean {
    return this.#updates.some((update) => update.from <= to && update.from + update.duration >= from);
  }

  replicas(at: number): number {
    return this.#resizes.findLast((resize) => resize.at <= at)?.replicas ?? this.initialReplicas;
  }

  /** The update that last replaced pod `slot` at a time, or undefined for pods that ran from the beginning. */
  updateOf(slot: number, at: number): RollingUpdate | undefined {
    for (let i = this.#updates.length - 1; i >= 0; i--) {
      const update = this.#updates[i];
      if (update && update.from <= at && this.#replacedAt(update, slot) <= at) return update;
    }
    return undefined;
  }

  versionOf(slot: number, at: number): Version {
    return this.updateOf(slot, at)?.version ?? this.first;
  }

  /** The version that all pods have, or are being updated to. */
  current(at: number): Version {
    return this.#updates.findLast((update) => update.from <= at)?.version ?? this.first;
  }

  /** The version that all pods have, or are being updated from. */
  before(update: RollingUpdate): Version {
    return this.#updates[this.#updates.indexOf(update) - 1]?.version ?? this.first;
  }

  /** Pods of a digest at a time. */
  podsOf(digest: string, at: number): number {
    const last = this.#updates.findLast((update) => update.from <= at);
    const replicas = this.replicas(at);
    if (!last || last.from + last.duration <= at) return this.current(at).digest === digest ? replicas : 0;
    let pods = 0;
    for (let slot = 0; slot < replicas; slot++) if (this.versionOf(slot, at).digest === digest) pods++;
    return pods;
  }

  #replacedAt(update: RollingUpdate, slot: number): number {
    const replicas = this.replicas(update.from);
    return update.from + Math.round((Math.min(slot, replicas - 1) * update.duration) / Math.max(1, replicas - 1));
  }
}

/** The phases of an update that a deployment tool reports: its start, quarters of the way, its end. */
export function reportedPhases(update: RollingUpdate): readonly { readonly at: number; readonly phase: ChangeRecord["phase"] }[] {
  const part = (share: number): number => update.from + Math.round(update.duration * share);
  return [
    { at: update.from, phase: "started" },
    { at: part(0.25), phase: "progressing" },
    { at: part(0.5), phase: "progressing" },
    { at: part(0.75), phase: "progressing" },
    { at: part(1), phase: "finished" },
  ];
}
