/** What a daemon does again and again: one method is one round, and WorkLoops repeats it. */
import type { ChangeTeller } from "../pipeline/tell-changes.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { AlertDesk } from "./alert-desk.ts";
import { measureAlerts } from "./alert-metrics.ts";
import type { AuditTrail } from "./audit-trail.ts";
import type { Engine } from "./engine.ts";
import type { SlackDesk } from "./slack-desk.ts";

export interface DaemonRoundsOptions {
  readonly engine: Engine;
  readonly store: Store;
  readonly clock: Clock;
  readonly audit: AuditTrail;
  readonly metrics: Metrics;
  readonly desk: AlertDesk;
  readonly slack: SlackDesk;
  readonly changes: ChangeTeller;
  /** Time after its end at which a bucket is judged, milliseconds. */
  readonly settle: number;
}

export class DaemonRounds {
  readonly #options: DaemonRoundsOptions;

  constructor(options: DaemonRoundsOptions) {
    this.#options = options;
  }

  /** Milliseconds between what could have been judged and what was. */
  lag(): number {
    const { engine, settle, store } = this.#options;
    const { position } = engine.evaluator;
    if (position === undefined) return 0;
    return Math.max(0, engine.events.now() - settle - position - store.windows.width);
  }

  async evaluate(): Promise<void> {
    const { engine, audit, metrics, store, clock } = this.#options;
    const startedAt = performance.now();
    const ticks = await engine.advance();
    await audit.settled();
    if (ticks === 0) return;
    const seconds = (performance.now() - startedAt) / 1000;
    const { activeSeries, shards } = engine.evaluator;
    metrics.evaluated({ seconds, lagSeconds: this.lag() / 1000, activeSeries, shards });
    await measureAlerts(store.alerts, metrics, clock.now());
  }

  async timeline(): Promise<void> {
    await this.#options.engine.feed.catchUp();
  }

  async silences(): Promise<void> {
    const { engine, audit, desk, clock } = this.#options;
    await desk.loadSilences();
    await audit.lookAtSilences(desk.silences, clock.now(), engine.leases.coordinator !== undefined);
  }

  async changes(signal: AbortSignal): Promise<void> {
    const { engine, changes } = this.#options;
    if (engine.leases.coordinator === undefined) changes.forget();
    else await changes.look(signal);
  }

  async requests(): Promise<void> {
    const { engine, slack } = this.#options;
    if (engine.leases.coordinator !== undefined) await slack.work();
  }
}
