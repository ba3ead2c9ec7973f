/** A watch of a server of the harness, with everything it told, for the tests beside this file. */
import { setTimeout as delay } from "node:timers/promises";
import { expect, vi } from "vitest";
import type { PodObservation, TimelineRecord } from "../../../src/domain/observation.ts";
import { createTimeline } from "../../../src/identity/timeline.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import { KubernetesWatch, type KubernetesWatchOptions, type WatchEvent } from "../../../src/sources/kubernetes-watch/index.ts";
import { WATCHED_RESOURCES } from "../../../src/sources/kubernetes-watch/resources.ts";
import { keyOf } from "../../harness/kubernetes-fixtures.ts";
import type { KubernetesServer } from "../../harness/kubernetes-server.ts";

/** How long tests wait for what must come, milliseconds. */
export const PATIENCE = { timeout: 240_000, interval: 5 };

export class WatchedCluster {
  readonly records: TimelineRecord[] = [];
  readonly events: WatchEvent[] = [];
  /** Milliseconds the watch wanted to wait; it waited next to nothing. */
  readonly pauses: number[] = [];
  readonly timeline = createTimeline();
  readonly watch: KubernetesWatch;
  readonly #server: KubernetesServer;
  readonly #abort = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(server: KubernetesServer, options: Partial<KubernetesWatchOptions> = {}) {
    this.#server = server;
    const clock: Clock = {
      now: () => Date.now(),
      sleep: async (ms, signal) => {
        this.pauses.push(ms);
        await delay(1, undefined, signal === undefined ? {} : { signal });
      },
    };
    this.watch = new KubernetesWatch({
      access: { apiServer: server.url },
      cluster: "prod-eu",
      namespaces: [],
      clock,
      random: () => 0.5,
      open: () => [],
      onEvent: (event) => this.events.push(event),
      ...options,
    });
  }

  begin(accept?: (records: readonly TimelineRecord[]) => Promise<void>): void {
    const take = async (records: readonly TimelineRecord[]): Promise<void> => {
      await accept?.(records);
      for (const record of records) {
        this.records.push(record);
        this.timeline.apply(record);
      }
    };
    this.#running = this.watch.run(take, this.#abort.signal);
  }

  async end(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  /** Resolves when everything is watched, in each of so many namespaces. */
  async standing(namespaces = 1): Promise<void> {
    await vi.waitFor(() => expect(this.#server.watches()).toBe(namespaces * WATCHED_RESOURCES.length), PATIENCE);
  }

  /** Resolves when the pods told as living are those of the server. */
  async settled(): Promise<void> {
    await vi.waitFor(() => expect(this.living).toEqual(this.existing), PATIENCE);
  }

  /** Pods the server has, in order of their names. */
  get existing(): readonly string[] {
    return this.#server.objects("pods").map(keyOf).sort();
  }

  get pods(): readonly PodObservation[] {
    return this.records.filter((record) => record.type === "pod");
  }

  /** Pods that live by what was told, in order of their names. */
  get living(): readonly string[] {
    const ended = new Set(this.pods.filter(({ endedAt }) => endedAt !== undefined).map(({ uid }) => uid));
    const names = this.pods.filter(({ uid }) => !ended.has(uid)).map(({ namespace, name }) => `${namespace}/${name}`);
    return [...new Set(names)].sort();
  }

  /** How often each thing was told: anything above once was told twice. */
  get repetitions(): number {
    const told = this.records.map((record) => {
      const { observedAt: _, resourceVersion: __, ...content } = record as PodObservation;
      return JSON.stringify(content);
    });
    return told.length - new Set(told).size;
  }

  failures(): readonly string[] {
    return this.events.flatMap((event) => (event.type === "failed" ? [event.reason] : []));
  }

  lists(resource: string): readonly string[] {
    return this.events.flatMap((event) => (event.type === "listed" && event.target.resource === resource ? [event.reason] : []));
  }
}
