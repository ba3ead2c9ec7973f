/**
 * The live Kubernetes source: lists and watches pods and their owners, for the timeline. The objects are read by the same
 * code as those sent over HTTP (`../kubernetes.ts`).
 */
import { setMaxListeners } from "node:events";
import type { OpenObject, TimelineRecord } from "../../domain/observation.ts";
import type { Clock } from "../../ports/clock.ts";
import type { PullSource } from "../../ports/source.ts";
import type { Access } from "./access.ts";
import { Connection } from "./connection.ts";
import { Gate } from "./gate.ts";
import { kindOf, WATCHED_RESOURCES, type WatchTarget } from "./resources.ts";
import { WatchLoop } from "./watch-loop.ts";
import { type ResourceStatus, summarize, type WatchEvent, WatchProgress } from "./watch-status.ts";

export type { FailureReason } from "./api-failure.ts";
export type { WatchTarget } from "./resources.ts";
export type { WatchEvent } from "./watch-status.ts";

export interface KubernetesWatchOptions {
  readonly access: Access;
  readonly cluster: string;
  /** None means all. */
  readonly namespaces: readonly string[];
  /** How long the server may take to begin an answer, and to go on with a list, milliseconds. Default: 30 s. */
  readonly patience?: number;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Objects that exist as far as is recorded. Asked at the start: what a list lacks of them has ended unseen. */
  readonly open: () => readonly OpenObject[];
  readonly onEvent: (event: WatchEvent) => void;
}

export class KubernetesWatch implements PullSource {
  readonly name = "kubernetes";
  readonly #options: KubernetesWatchOptions;
  #watches: readonly WatchProgress[] = [];

  constructor(options: KubernetesWatchOptions) {
    this.#options = options;
  }

  /** Each run begins with complete lists, so it may be run again after it was aborted. Never rejects. */
  async run(accept: (records: readonly TimelineRecord[]) => Promise<void>, signal: AbortSignal): Promise<void> {
    const { access, cluster, clock, random, onEvent } = this.#options;
    // Every request under way listens to it.
    setMaxListeners(0, signal);
    const connection = new Connection(access, this.#options.patience);
    const lists = new Gate();
    const open = this.#options.open();
    const watches = this.#targets().map((target) => new WatchProgress(target, clock.now()));
    this.#watches = watches;
    const loops = watches.map((progress) => {
      const { target } = progress;
      const own = open.filter((object) => isWithin(object, target));
      return new WatchLoop({ target, cluster, connection, clock, random, open: own, accept, onEvent, progress, lists });
    });
    await Promise.all(loops.map((loop) => loop.run(signal)));
    this.#watches = [];
  }

  /** Empty while it does not run. */
  status(): readonly ResourceStatus[] {
    return summarize(this.#watches, this.#options.clock.now());
  }

  #targets(): readonly WatchTarget[] {
    const namespaces = [...new Set(this.#options.namespaces)];
    const places = namespaces.length === 0 ? [undefined] : namespaces;
    return WATCHED_RESOURCES.flatMap((resource) => places.map((namespace) => ({ resource, namespace })));
  }
}

function isWithin(object: OpenObject, target: WatchTarget): boolean {
  return object.kind === kindOf(target) && (target.namespace === undefined || object.namespace === target.namespace);
}
