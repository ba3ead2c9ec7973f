/**
 * The Kubernetes watch of a daemon: runs while this daemon coordinates, so that of several daemons one watches; feeds the
 * timeline, and says how it is doing.
 */
import type { Config } from "../../config/schema.ts";
import type { TimelineRecord } from "../domain/observation.ts";
import type { Readiness } from "../http/api.ts";
import type { Clock } from "../ports/clock.ts";
import { KubernetesWatch, type WatchEvent } from "../sources/kubernetes-watch/index.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Engine } from "./engine.ts";
import { KubernetesTrouble } from "./kubernetes-trouble.ts";

export interface KubernetesDeskOptions {
  readonly config: Config;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

const LOOK_EVERY = 500;
/** A lease lost for less than this is a hiccup of the store, not worth listing everything again, milliseconds. */
const GRACE = 30_000;
/** Further behind than this a watch is not well, milliseconds. */
const MAX_LAG = 60_000;

export class KubernetesDesk {
  readonly #options: KubernetesDeskOptions;
  readonly #trouble = new KubernetesTrouble();
  readonly #watch: KubernetesWatch;

  constructor(options: KubernetesDeskOptions, settings: NonNullable<Config["sources"]["kubernetes"]>) {
    this.#options = options;
    const { config, engine, clock } = options;
    const cluster = settings.cluster ?? config.cluster;
    this.#watch = new KubernetesWatch({
      access: { kubeconfig: settings.kubeconfig, apiServer: settings.api_server },
      cluster,
      namespaces: settings.namespaces,
      clock,
      random: Math.random,
      open: () => engine.timeline.open(cluster),
      onEvent: (event) => this.#note(event),
    });
  }

  /** Until aborted. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#leads) await this.#term(signal);
      await this.#options.clock.sleep(LOOK_EVERY, signal).catch(() => undefined);
    }
  }

  /** Tells, and keeps nobody from sending: violations are counted without a timeline, too. */
  checks(): Readiness["checks"] {
    const status = this.#watch.status();
    if (status.length === 0) return [{ name: "kubernetes", ok: true, detail: "not watched by this daemon" }];
    const behind = status.filter(({ synced, lag }) => !synced || lag > MAX_LAG);
    if (behind.length === 0) return [{ name: "kubernetes", ok: true }];
    const words = behind.map(({ resource, synced, lag, lastFailure }) => {
      const state = synced ? `${Math.round(lag / 1000)} s behind` : "not listed yet";
      return `${resource} ${state}${lastFailure === undefined ? "" : ` (${lastFailure})`}`;
    });
    return [{ name: "kubernetes", ok: false, detail: words.join(", ") }];
  }

  /** Brings the gauges up to date; called when metrics are read. */
  measure(): void {
    this.#options.metrics.kubernetes.watching(this.#watch.status());
  }

  get #leads(): boolean {
    return this.#options.engine.leases.coordinator !== undefined;
  }

  /** Watches until the lease is gone for good. */
  async #term(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const over = new AbortController();
    const end = () => over.abort();
    signal.addEventListener("abort", end, { once: true });
    const running = this.#watch.run((records) => this.#accept(records), over.signal);
    let ledAt = clock.now();
    while (!signal.aborted && clock.now() - ledAt < GRACE) {
      await clock.sleep(LOOK_EVERY, signal).catch(() => undefined);
      if (this.#leads) ledAt = clock.now();
    }
    end();
    signal.removeEventListener("abort", end);
    await running;
  }

  async #accept(records: readonly TimelineRecord[]): Promise<void> {
    const { engine, metrics, clock } = this.#options;
    await engine.feed.append(records);
    metrics.ingested("kubernetes", { accepted: records.length, duplicates: 0, rejected: 0, ignored: new Map() }, clock.now());
  }

  #note(event: WatchEvent): void {
    const { log, metrics } = this.#options;
    const { resource, namespace } = event.target;
    switch (event.type) {
      case "listed":
        metrics.kubernetes.listed(resource, event.reason, event.took / 1000);
        log.debug({ resource, namespace, reason: event.reason, objects: event.objects }, "kubernetes listed");
        return;
      case "failed": {
        const { reason, detail, inARow } = event;
        metrics.kubernetes.failed(resource, reason);
        if (!this.#trouble.failed(event.target, reason, inARow)) return;
        log.warn({ resource, namespace, reason, detail }, "kubernetes watch failed; it will be tried again");
        return;
      }
      case "recovered":
        if (this.#trouble.recovered(event.target)) log.info("kubernetes watch is back");
    }
  }
}
