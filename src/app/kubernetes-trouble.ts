/** Which failures of the Kubernetes watch are worth a line in the log: one for each reason, not one for each resource. */
import type { FailureReason, WatchTarget } from "../sources/kubernetes-watch/index.ts";

/** Failures of passing nature in a row before they are told. */
const PATIENCE = 4;
/** These do not pass by themselves. */
const LASTING: ReadonlySet<FailureReason> = new Set(["unauthorized", "forbidden", "certificate", "configuration", "protocol"]);

export class KubernetesTrouble {
  /** What fails for a while, and why. */
  readonly #failing = new Map<string, FailureReason>();

  /** True when nothing else fails for this reason yet. `inARow`: failures of this target, 1 for the first. */
  failed(target: WatchTarget, reason: FailureReason, inARow: number): boolean {
    if (!LASTING.has(reason) && inARow < PATIENCE) return false;
    const isNews = ![...this.#failing.values()].includes(reason);
    this.#failing.set(nameOf(target), reason);
    return isNews;
  }

  /** True when nothing fails any more, and something did. */
  recovered(target: WatchTarget): boolean {
    return this.#failing.delete(nameOf(target)) && this.#failing.size === 0;
  }
}

function nameOf({ resource, namespace }: WatchTarget): string {
  return `${namespace ?? ""}/${resource}`;
}
