/**
 * The daemon: everything wired in one straight line, so that the order of birth, and therefore of death, can be read.
 * `createDaemon` opens what can fail, `start` begins to work, `stop` drains last-in-first-out.
 */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { fileURLToPath } from "node:url";
import type { Config } from "../../config/schema.ts";
import { compileRouting, type Routing } from "../alerting/routing/index.ts";
import type { Transition } from "../domain/alert.ts";
import { TenfoldError } from "../domain/errors.ts";
import { formatTime } from "../domain/time.ts";
import { createHttpServer, type HttpServer } from "../http/server.ts";
import { notifierKinds } from "../notifiers/index.ts";
import { noteTold } from "../pipeline/canary.ts";
import { Deliverer, type DeliveryAttempt } from "../pipeline/deliver.ts";
import { type DispatchInput, dispatch } from "../pipeline/dispatch.ts";
import { dispatchInStorms } from "../pipeline/dispatch-in-storms.ts";
import type { SourceTally } from "../pipeline/normalize.ts";
import type { AlertRecord } from "../ports/alert-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import { AUTO, sources } from "../sources/index.ts";
import type { Logger } from "../telemetry/logger.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { AlertDesk } from "./alert-desk.ts";
import { measureAlerts, reportDelivery } from "./alert-metrics.ts";
import { AuditTrail } from "./audit-trail.ts";
import { CanaryDesk } from "./canary-desk.ts";
import { CleanUp } from "./clean-up.ts";
import { configDigest } from "./config-digest.ts";
import { CountDesk } from "./count-desk.ts";
import { Engine } from "./engine.ts";
import { EventHub } from "./event-hub.ts";
import { ExplainDesk } from "./explain-desk.ts";
import { createHttpApi } from "./http-api.ts";
import { httpOptions } from "./http-options.ts";
import { KubernetesDesk } from "./kubernetes-desk.ts";
import { openAuditJournal } from "./open-audit-journal.ts";
import { stormPolicy } from "./policy.ts";
import { createReceivers, type Receivers } from "./receivers.ts";
import { SelfWatch } from "./self-watch.ts";

export interface DaemonOptions {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly write: (text: string) => void;
  readonly color: boolean;
  /** Reads the configuration again; rejects with what is wrong. */
  readonly reload: () => Promise<Config>;
  readonly onTransition?: (transition: Transition) => void;
}

export interface Daemon {
  readonly engine: Engine;
  /** Binds and begins to work. */
  start(): Promise<{ readonly url: string }>;
  /** Takes over a new configuration; a bad one changes nothing and rejects. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

const SOURCE_NAMES = [AUTO, ...new Set(sources.map((source) => source.name))];
const LEASE_TTL = 10_000;
const FLUSH_PATIENCE = 2_000;
const SETTLE = 1_000;
const LOOP_PAUSE = 500;
const STOP_LIMIT = 15_000;
const SILENCES_EVERY = 5_000;
const SELF_WATCH_EVERY = 5_000;

export function createDaemon(options: DaemonOptions): Daemon {
  return new RunningDaemon(options);
}

class RunningDaemon implements Daemon {
  readonly engine: Engine;
  readonly #options: DaemonOptions;
  readonly #cleanUp = new CleanUp();
  readonly #abort = new AbortController();
  readonly #hub = new EventHub();
  readonly #audit: AuditTrail;
  readonly #metrics;
  readonly #desk: AlertDesk;
  readonly #deliverer: Deliverer;
  readonly #http: HttpServer;
  readonly #kubernetes: KubernetesDesk | undefined;
  readonly #selfWatch: SelfWatch;
  readonly #canary: CanaryDesk;
  #routing: Routing;
  #receivers: Receivers;
  #storeDown = false;

  constructor(options: DaemonOptions) {
    this.#options = options;
    const { config, store, clock } = options;
    const owner = `${hostname()}-${process.pid}-${randomBytes(4).toString("hex")}`;
    const externalUrl = config.server.external_url || `http://${config.server.listen.host}:${config.server.listen.port}`;
    this.#metrics = createMetrics({ sources: SOURCE_NAMES, notifierKinds: Object.keys(notifierKinds), process: true });
    this.#receivers = createReceivers(config, store.alerts, options);
    this.#routing = compileRouting(config, this.#receivers.targets);
    this.engine = new Engine({
      config,
      store,
      clock,
      owner,
      leaseTtl: LEASE_TTL,
      settle: SETTLE,
      flushPatience: FLUSH_PATIENCE,
      externalUrl,
      dispatch: (records, now) =>
        dispatchInStorms({ ...this.#owed(records, now), externalUrl, storm: stormPolicy(this.engine.config.delivery) }),
      onSources: (tallies) => this.#noteSources(tallies),
      onTransitions: (transitions) => this.#tell(transitions),
      onFlushed: (events, late) => this.#flushed(events, late),
      onTrouble: (what, error) => options.log.warn({ what, err: error }, "trouble"),
    });
    this.#audit = new AuditTrail(owner);
    this.#desk = new AlertDesk({
      alerts: store.alerts,
      clock,
      audit: this.#audit,
      lease: () => this.engine.leases.coordinator,
      onChange: (transitions) => {
        this.engine.coordinator.refresh();
        this.#selfWatch.refresh();
        this.#tell(transitions);
      },
    });
    this.#deliverer = new Deliverer({
      store: store.alerts,
      notifier: (target) => this.#receivers.notifier(target),
      clock,
      random: Math.random,
      owner,
      horizon: config.delivery.horizon,
      externalUrl,
      onEvent: (event) => reportDelivery(event, this.#metrics, options.log),
      onAttempt: (attempt) => this.#attempted(attempt),
    });
    const counts = new CountDesk({
      windows: store.windows,
      timeline: this.engine.timeline,
      panelFor: (series) => this.engine.panelFor(series),
      now: () => clock.now(),
    });
    const { kubernetes } = config.sources;
    const desk = { config, engine: this.engine, clock, log: options.log, metrics: this.#metrics };
    this.#kubernetes = kubernetes && new KubernetesDesk(desk, kubernetes);
    this.#selfWatch = new SelfWatch({
      config: () => this.engine.config,
      alerts: store.alerts,
      clock,
      externalUrl,
      lease: () => this.engine.leases.coordinator,
      lag: () => this.#lag(),
      watchTrouble: () => this.#kubernetes?.checks().find(({ ok }) => !ok)?.detail,
      dispatch: (records, now) => dispatch(this.#owed(records, now)),
      onTransitions: (transitions) => this.#tell(transitions),
    });
    const targets = () => this.#receivers.targets;
    this.#canary = new CanaryDesk({ engine: this.engine, alerts: store.alerts, clock, targets });
    const api = createHttpApi({
      engine: this.engine,
      store,
      alerts: this.#desk,
      counts,
      explain: new ExplainDesk(this.engine, store, clock, config),
      hub: this.#hub,
      metrics: this.#metrics,
      cluster: config.cluster,
      maxErrors: config.limits.errors,
      lag: () => this.#lag(),
      reload: () => this.reload(),
      journal: () => this.#audit.status(),
      kubernetes: this.#kubernetes,
    });
    const webRoot = fileURLToPath(new URL("../web/", import.meta.url));
    this.#http = createHttpServer(
      { ...httpOptions(config, webRoot), log: options.log, observe: this.#metrics.httpAnswered },
      api,
    );
  }

  async start(): Promise<{ url: string }> {
    const { config, store, log } = this.#options;
    const { path } = config.audit;
    this.#cleanUp.add("store", () => store.close());
    this.#cleanUp.add("receivers", () => this.#receivers.close());
    if (path !== undefined) await this.#audit.begin(await openAuditJournal(path, this.#options), configDigest(config));
    this.#cleanUp.add("audit", () => this.#endAudit());
    for (const warning of (await store.warnings?.()) ?? []) log.warn({ warning }, "store setting");
    await this.engine.feed.catchUp();
    await this.#desk.loadSilences();
    this.#cleanUp.add("leases", () => this.engine.leases.release());
    const work = [
      this.#loop("evaluate", () => this.#evaluate(), LOOP_PAUSE),
      this.#loop("timeline", () => this.#tail(), LOOP_PAUSE),
    ];
    work.push(
      this.#loop("silences", () => this.#lookAtSilences(), SILENCES_EVERY),
      this.#loop("self-watch", async () => this.#selfWatch.look(await this.#canary.look()), SELF_WATCH_EVERY),
      this.#deliverer.run(this.#abort.signal),
    );
    if (this.#kubernetes !== undefined) work.push(this.#kubernetes.run(this.#abort.signal));
    this.#cleanUp.add("work", async () => {
      this.#abort.abort();
      await Promise.all(work);
    });
    this.#cleanUp.add("samples", () => this.engine.samples.drain());
    this.#cleanUp.add("recorder", () => this.engine.recorder.drain());
    const address = await this.#http.listen();
    this.#cleanUp.add("http", () => this.#http.close());
    log.info({ url: address.url }, "ready");
    return { url: address.url };
  }

  async reload(): Promise<void> {
    const { log, store } = this.#options;
    try {
      const config = await this.#options.reload();
      const receivers = createReceivers(config, store.alerts, this.#options);
      const routing = compileRouting(config, receivers.targets);
      this.#http.reload(httpOptions(config, undefined));
      this.engine.reconfigure(config);
      const before = this.#receivers;
      this.#receivers = receivers;
      this.#routing = routing;
      await before.close();
      await this.#audit.reloaded(configDigest(config));
      this.#metrics.reloaded("ok");
      log.info("configuration reloaded");
    } catch (error) {
      this.#metrics.reloaded("failed");
      log.error({ err: error }, "configuration not reloaded");
      throw new TenfoldError("invalid_configuration", error instanceof Error ? error.message : String(error), { cause: error });
    }
  }

  async stop(): Promise<void> {
    for (const { name, error } of await this.#cleanUp.run(STOP_LIMIT)) {
      this.#options.log.error({ step: name, err: error }, "clean-up failed");
    }
  }

  async #endAudit(): Promise<void> {
    const lost = await this.#audit.end();
    if (lost > 0) this.#options.log.error({ lost }, "audit records were lost: the journal could not be written to the end");
  }

  #owed(records: readonly AlertRecord[], now: number): DispatchInput {
    return { now, records, routing: this.#routing, silences: this.#desk.silences };
  }

  async #evaluate(): Promise<void> {
    const startedAt = performance.now();
    const ticks = await this.engine.advance();
    await this.#audit.settled();
    if (ticks === 0) return;
    const seconds = (performance.now() - startedAt) / 1000;
    const { evaluator } = this.engine;
    this.#metrics.evaluated({
      seconds,
      lagSeconds: this.#lag() / 1000,
      activeSeries: evaluator.activeSeries,
      shards: evaluator.shards,
    });
    await measureAlerts(this.#options.store.alerts, this.#metrics, this.#options.clock.now());
  }

  async #lookAtSilences(): Promise<void> {
    await this.#desk.loadSilences();
    const coordinates = this.engine.leases.coordinator !== undefined;
    await this.#audit.lookAtSilences(this.#desk.silences, this.#options.clock.now(), coordinates);
  }

  async #tail(): Promise<void> {
    await this.engine.feed.catchUp();
  }

  /** Repeats until stopped. An unreachable store is told once, and once more when it is back. */
  async #loop(name: string, work: () => Promise<void>, pause: number): Promise<void> {
    const { signal } = this.#abort;
    const { clock, log } = this.#options;
    while (!signal.aborted) {
      try {
        await work();
        if (this.#storeDown && name === "evaluate") {
          // A round without a due tick asks nothing of the store, so its success proves nothing.
          await this.#options.store.ping();
          this.#storeDown = false;
          log.info("store is back");
        }
      } catch (error) {
        const code = error instanceof TenfoldError ? error.code : "internal";
        this.#metrics.storeFailed(code);
        this.#selfWatch.storeFailed();
        if (code !== "store_unavailable") log.error({ work: name, err: error }, "work failed; it will be tried again");
        else if (!this.#storeDown) {
          this.#storeDown = true;
          log.error({ work: name, err: error }, "store is not reachable");
        }
      }
      await clock.sleep(pause, signal).catch(() => undefined);
    }
  }

  /** Milliseconds between what could have been judged and what was. */
  #lag(): number {
    const { position } = this.engine.evaluator;
    if (position === undefined) return 0;
    return Math.max(0, this.engine.events.now() - SETTLE - position - this.#options.store.windows.width);
  }

  #tell(transitions: readonly Transition[]): void {
    for (const transition of transitions) {
      this.#metrics.transitioned(transition.type);
      this.#hub.transition(transition);
      void this.#audit.transition(transition);
      this.#options.onTransition?.(transition);
    }
    this.#deliverer.wake();
  }

  async #attempted(attempt: DeliveryAttempt): Promise<void> {
    const { canary, target, alert, outcome } = attempt;
    await this.#audit.attempt(attempt);
    if (canary && outcome === "delivered") {
      // Unnoted because the store is away, it is told as a failure: the way to tell of it was closed indeed.
      await noteTold(this.#options.store.alerts, target, alert).catch(() => undefined);
    }
  }

  #noteSources(tallies: ReadonlyMap<string, SourceTally>): void {
    this.#selfWatch.noteSources(tallies);
    for (const [source, { lost }] of tallies) if (lost > 0) this.#metrics.lostAtSource(source, lost);
  }

  #flushed(events: number, late: number): void {
    this.#metrics.late(late);
    this.#hub.counts({ at: formatTime(this.#options.clock.now()), events, late });
  }
}
