/**
 * The daemon: everything wired in one straight line, so that the order of birth, and therefore of death, can be read.
 * `createDaemon` opens what can fail, `start` begins to work, `stop` drains last-in-first-out.
 */
import { randomBytes } from "node:crypto";
import { setMaxListeners } from "node:events";
import { hostname } from "node:os";
import { fileURLToPath } from "node:url";
import type { Config } from "../../config/schema.ts";
import { escalate } from "../alerting/escalate.ts";
import { compileRouting, type Routing } from "../alerting/routing/index.ts";
import type { Transition } from "../domain/alert.ts";
import { type ErrorCode, TenfoldError } from "../domain/errors.ts";
import type { Series } from "../domain/series.ts";
import { formatTime } from "../domain/time.ts";
import { createHttpServer, type HttpServer } from "../http/server.ts";
import { notifierKinds } from "../notifiers/index.ts";
import { noteTold } from "../pipeline/canary.ts";
import { Deliverer, type DeliveryAttempt } from "../pipeline/deliver.ts";
import { type DispatchInput, dispatch } from "../pipeline/dispatch.ts";
import { dispatchInStorms } from "../pipeline/dispatch-in-storms.ts";
import type { SourceTally } from "../pipeline/normalize.ts";
import type { Flushed } from "../pipeline/record.ts";
import { ChangeTeller } from "../pipeline/tell-changes.ts";
import type { AlertRecord } from "../ports/alert-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import { AUTO, sources } from "../sources/index.ts";
import type { Logger } from "../telemetry/logger.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { AlertDesk } from "./alert-desk.ts";
import { reportDelivery } from "./alert-metrics.ts";
import { AuditTrail } from "./audit-trail.ts";
import { CanaryDesk } from "./canary-desk.ts";
import { ChartDesk } from "./chart-desk.ts";
import { CleanUp } from "./clean-up.ts";
import { configDigest } from "./config-digest.ts";
import { CountDesk } from "./count-desk.ts";
import { DaemonRounds } from "./daemon-rounds.ts";
import { DeliveryDesk } from "./delivery-desk.ts";
import { Engine } from "./engine.ts";
import { EventHub } from "./event-hub.ts";
import { ExplainDesk } from "./explain-desk.ts";
import { Heartbeat, troubleOf } from "./heartbeat.ts";
import { createHttpApi } from "./http-api.ts";
import { httpOptions } from "./http-options.ts";
import { KubernetesDesk } from "./kubernetes-desk.ts";
import { needingRestart } from "./needs-restart.ts";
import { openAuditJournal } from "./open-audit-journal.ts";
import { stormPolicy } from "./policy.ts";
import { createReceivers, type ReceiverSettings, type Receivers } from "./receivers.ts";
import { SelfWatch } from "./self-watch.ts";
import { SlackDesk } from "./slack-desk.ts";
import { WorkLoops } from "./work-loops.ts";

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
/** Renewed after a third of it, so a daemon that dies is replaced within 4/3 of it: less than ten seconds. */
const LEASE_TTL = 7_000;
const FLUSH_PATIENCE = 2_000;
const CANARY_ENDED = { by: "Tenfold", comment: "the canary's run is over" };
const SETTLE = 1_000;
const LOOP_PAUSE = 500;
const STOP_LIMIT = 15_000;
const SILENCES_EVERY = 5_000;
const SELF_WATCH_EVERY = 5_000;
const HEARTBEAT_LOOK = 1_000;
const CHANGES_LOOK = 10_000;

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
  readonly #slack: SlackDesk;
  readonly #deliverer: Deliverer;
  readonly #charts: ChartDesk;
  readonly #http: HttpServer;
  readonly #kubernetes: KubernetesDesk | undefined;
  readonly #selfWatch: SelfWatch;
  readonly #canary: CanaryDesk;
  readonly #rounds: DaemonRounds;
  readonly #loops: WorkLoops;
  readonly #heartbeat: Heartbeat;
  #routing: Routing;
  #receivers: Receivers;

  constructor(options: DaemonOptions) {
    this.#options = options;
    const { config, store, clock } = options;
    const owner = `${hostname()}-${process.pid}-${randomBytes(4).toString("hex")}`;
    const externalUrl = config.server.external_url || `http://${config.server.listen.host}:${config.server.listen.port}`;
    const onTrouble = (what: string, error: unknown) => options.log.warn({ what, err: error }, "trouble");
    this.#metrics = createMetrics({ sources: SOURCE_NAMES, notifierKinds: Object.keys(notifierKinds), process: true });
    this.#receivers = this.#createReceivers(config);
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
      escalate: (records, now) => escalate(this.#owed(records, now)),
      onSources: (tallies) => this.#noteSources(tallies),
      onTransitions: (transitions) => this.#tell(transitions),
      onOwed: (alerts) => this.#charts.keep(alerts),
      onMembers: (living) => this.#deliverer.inherit(living),
      onFlushed: (flushed) => this.#flushed(flushed),
      onPlaced: (events) => this.#metrics.placed(events),
      onTrouble,
    });
    const { timeline } = this.engine;
    const panelFor = (series: Series) => this.engine.panelFor(series);
    this.#charts = new ChartDesk({ store, timeline, panelFor, onTrouble });
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
    this.#slack = new SlackDesk({
      ...{ alerts: store.alerts, desk: this.#desk, clock, wallClock: Date.now },
      warn: (text) => options.log.warn(text),
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
    const changes = new ChangeTeller({
      ...{ windows: store.windows, values: store.alerts, clock, externalUrl },
      changes: (filter) => timeline.changes(filter),
      targets: () => this.#receivers.changeTargets,
      onRefused: (target, detail) => options.log.warn({ target, detail }, "change event was not taken"),
    });
    const shared = { engine: this.engine, store, clock, audit: this.#audit, metrics: this.#metrics };
    this.#rounds = new DaemonRounds({ ...shared, desk: this.#desk, slack: this.#slack, changes, settle: SETTLE });
    const counts = new CountDesk({ windows: store.windows, timeline, panelFor, now: () => clock.now() });
    const { kubernetes } = config.sources;
    const desk = { config, engine: this.engine, clock, log: options.log, metrics: this.#metrics };
    this.#kubernetes = kubernetes && new KubernetesDesk(desk, kubernetes);
    this.#selfWatch = new SelfWatch({
      config: () => this.engine.config,
      alerts: store.alerts,
      clock,
      externalUrl,
      lease: () => this.engine.leases.coordinator,
      lag: () => this.#rounds.lag(),
      watchTrouble: () => this.#kubernetes?.checks().find(({ ok }) => !ok)?.detail,
      dispatch: (records, now) => dispatch(this.#owed(records, now)),
      escalate: (records, now) => escalate(this.#owed(records, now)),
      onTransitions: (transitions) => this.#tell(transitions),
    });
    const targets = () => this.#receivers.targets;
    const resolve = (id: string) => this.#desk.resolve(id, CANARY_ENDED);
    this.#canary = new CanaryDesk({ engine: this.engine, alerts: store.alerts, clock, targets, resolve });
    const api = createHttpApi({
      engine: this.engine,
      store,
      alerts: this.#desk,
      deliveries: new DeliveryDesk({ alerts: store.alerts, clock, audit: this.#audit, wake: () => this.#deliverer.wake() }),
      counts,
      charts: this.#charts,
      slack: this.#slack,
      explain: new ExplainDesk(this.engine, store, clock, config),
      hub: this.#hub,
      metrics: this.#metrics,
      cluster: config.cluster,
      maxErrors: config.limits.errors,
      lag: () => this.#rounds.lag(),
      reload: () => this.reload(),
      journal: () => this.#audit.status(),
      kubernetes: this.#kubernetes,
    });
    const onFailure = (code: ErrorCode) => {
      this.#metrics.storeFailed(code);
      this.#selfWatch.storeFailed();
    };
    this.#loops = new WorkLoops({ clock, store, log: options.log, onFailure });
    const trouble = async () => troubleOf(this.#loops.sinceSuccess("evaluate"), await api.ready());
    this.#heartbeat = new Heartbeat({ config: () => this.engine.config, clock, log: options.log, trouble });
    const webRoot = fileURLToPath(new URL("../web/", import.meta.url));
    const http = { ...httpOptions(config, webRoot), log: options.log, observe: this.#metrics.httpAnswered };
    this.#http = createHttpServer(http, api);
  }

  async start(): Promise<{ url: string }> {
    const { config, store, log } = this.#options;
    this.#cleanUp.add("store", () => store.close());
    this.#cleanUp.add("receivers", () => this.#receivers.close());
    if (config.audit.path !== undefined)
      await this.#audit.begin(await openAuditJournal(config.audit.path, this.#options), configDigest(config));
    this.#cleanUp.add("audit", () => this.#endAudit());
    for (const warning of (await store.warnings?.()) ?? []) log.warn({ warning }, "store setting");
    await this.engine.feed.catchUp();
    await this.#desk.loadSilences();
    this.#cleanUp.add("leases", () => this.engine.leases.release());
    const { signal } = this.#abort;
    // Every message under way listens to it.
    setMaxListeners(0, signal);
    const loops = this.#loops;
    const work = [
      loops.run("evaluate", () => this.#rounds.evaluate(), LOOP_PAUSE, signal),
      loops.run("timeline", () => this.#rounds.timeline(), LOOP_PAUSE, signal),
      loops.run("requests", () => this.#rounds.requests(), LOOP_PAUSE, signal),
      loops.run("silences", () => this.#rounds.silences(), SILENCES_EVERY, signal),
      loops.run("self-watch", async () => this.#selfWatch.look(await this.#canary.look()), SELF_WATCH_EVERY, signal),
      loops.run("changes", () => this.#rounds.changes(signal), CHANGES_LOOK, signal),
      loops.run("heartbeat", () => this.#heartbeat.look(signal), HEARTBEAT_LOOK, signal),
      this.#deliverer.run(signal),
    ];
    if (this.#kubernetes !== undefined) work.push(this.#kubernetes.run(signal));
    this.#cleanUp.add("work", async () => {
      this.#abort.abort();
      await Promise.all(work);
    });
    this.#cleanUp.add("samples", () => this.engine.samples.drain());
    this.#cleanUp.add("recorder", () => this.engine.recorder.drain());
    await this.#slack.configure(config);
    this.#cleanUp.add("slack", () => this.#slack.close());
    const address = await this.#http.listen();
    this.#cleanUp.add("http", () => this.#http.close());
    log.info({ url: address.url }, "ready");
    return { url: address.url };
  }

  async reload(): Promise<void> {
    const { log } = this.#options;
    try {
      const config = await this.#options.reload();
      const receivers = this.#createReceivers(config);
      const routing = compileRouting(config, receivers.targets);
      this.#http.reload(httpOptions(config, undefined));
      this.engine.reconfigure(config);
      const before = this.#receivers;
      this.#receivers = receivers;
      this.#routing = routing;
      await before.close();
      await this.#slack.configure(config);
      await this.#audit.reloaded(configDigest(config));
      this.#metrics.reloaded("ok");
      log.info("configuration reloaded");
      const waiting = needingRestart(this.#options.config, config);
      if (waiting.length > 0) log.warn({ settings: waiting }, "these settings differ and take effect only after a restart");
    } catch (error) {
      this.#metrics.reloaded("failed");
      log.error({ err: error }, "configuration not reloaded");
      throw new TenfoldError("invalid_configuration", error instanceof Error ? error.message : String(error), { cause: error });
    }
  }

  #createReceivers(config: Config): Receivers {
    const { clock, write, color, log, store } = this.#options;
    const picture: ReceiverSettings["picture"] = (alert, theme) => this.#charts.picture(alert, theme);
    return createReceivers(config, store.alerts, { clock, write, color, picture, warn: (text) => log.warn(text) });
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
    return { now, sentAt: this.#options.clock.now(), records, routing: this.#routing, silences: this.#desk.silences };
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

  #flushed({ events, late, overflow }: Flushed): void {
    this.#metrics.late(late);
    this.#metrics.unplaceable(overflow);
    this.#hub.counts({ at: formatTime(this.#options.clock.now()), events, late });
  }
}
