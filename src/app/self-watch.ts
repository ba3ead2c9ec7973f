/**
 * Watches whether this installation can see, judge and tell, and keeps the alerts about it. Every daemon notes what it
 * meets; the one that coordinates alerts.
 */
import type { Config } from "../../config/schema.ts";
import { type BlindCondition, isBlind, reconcileBlind } from "../alerting/blind.ts";
import type { EscalateOutcome } from "../alerting/escalate.ts";
import type { Transition } from "../domain/alert.ts";
import type { DispatchResult } from "../pipeline/coordinate.ts";
import type { SourceTally } from "../pipeline/normalize.ts";
import { SourceCadence } from "../pipeline/source-cadence.ts";
import type { AlertRecord, AlertStore } from "../ports/alert-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { Lease } from "../ports/leases.ts";
import { behindCondition, lossCondition, quietCondition, storeCondition, watchCondition } from "./blind-conditions.ts";

export interface SelfWatchOptions {
  readonly config: () => Config;
  readonly alerts: AlertStore;
  readonly clock: Clock;
  readonly externalUrl: string;
  readonly lease: () => Lease | undefined;
  /** Milliseconds evaluation is behind. */
  readonly lag: () => number;
  /** What is wrong with the Kubernetes watch, if anything. */
  readonly watchTrouble: () => string | undefined;
  readonly dispatch: (records: readonly AlertRecord[], now: number) => DispatchResult;
  /** Which of these alerts nobody acknowledged in time. Absent: none escalates. */
  readonly escalate?: (records: readonly AlertRecord[], now: number) => EscalateOutcome;
  readonly onTransitions: (transitions: readonly Transition[]) => void;
}

const VALUE = "monitor:sources";
const VALUE_TTL = 90 * 86_400_000;
const MAX_ALERTS = 10_000;
/** Resolved alerts are looked at for so long: some targets are told of an end several times. */
const KEEP_RESOLVED = 3_600_000;
/** Trouble that passes sooner is none. */
const BEHIND_FOR = 2 * 60_000;
const WATCH_BEHIND_FOR = 5 * 60_000;
const FAILURES_WITHIN = 5 * 60_000;
/** The store fails when it did so in so many different spells of ten seconds: a failover is shorter. */
const SPELL = 10_000;
const FAILING_SPELLS = 4;

export class SelfWatch {
  readonly #options: SelfWatchOptions;
  readonly #cadence: SourceCadence;
  readonly #failures: number[] = [];
  #behindSince: number | undefined;
  #watchTroubleSince: number | undefined;
  #token: number | undefined;
  #records: Map<string, AlertRecord> | undefined;
  #conditions: readonly BlindCondition[] = [];

  constructor(options: SelfWatchOptions) {
    this.#options = options;
    this.#cadence = new SourceCadence(options.clock.now());
  }

  noteSources(sources: ReadonlyMap<string, SourceTally>): void {
    this.#cadence.note(sources, this.#options.clock.now());
  }

  storeFailed(): void {
    const now = this.#options.clock.now();
    // One a spell is enough to know, and keeps the list short.
    if (Math.floor((this.#failures.at(-1) ?? 0) / SPELL) !== Math.floor(now / SPELL)) this.#failures.push(now);
  }

  /** Alerts changed behind our back: they are read again. */
  refresh(): void {
    this.#records = undefined;
  }

  /** What held at the last look. */
  get conditions(): readonly BlindCondition[] {
    return this.#conditions;
  }

  /** Call every few seconds. Rejects when the store does not answer; the next look makes up for it. */
  async look(more: readonly BlindCondition[] = []): Promise<void> {
    const { alerts, clock, config, lease } = this.#options;
    const now = clock.now();
    this.#cadence.look(now);
    this.#cadence.merge(await alerts.readValue(VALUE));
    await alerts.writeValue(VALUE, this.#cadence.encode(), VALUE_TTL);
    this.#conditions = [...this.#present(now), ...more];
    const own = lease();
    if (!own) {
      this.refresh();
      return;
    }
    if (own.token !== this.#token) this.refresh();
    this.#token = own.token;
    const records = await this.#load(now);
    const conditions = config().monitoring.blind.enabled ? this.#conditions : [];
    await this.#commit(records, conditions, own.token, now);
  }

  async #commit(
    records: Map<string, AlertRecord>,
    conditions: readonly BlindCondition[],
    token: number,
    now: number,
  ): Promise<void> {
    const { alerts, config, externalUrl, dispatch, escalate, onTransitions } = this.#options;
    const { cluster } = config();
    const outcome = reconcileBlind({ now, records: [...records.values()], conditions, cluster, externalUrl });
    const merged = new Map([...records, ...outcome.records.map((record): [string, AlertRecord] => [record.alert.id, record])]);
    const escalated = escalate?.([...merged.values()], now);
    const changed = new Map([...outcome.records, ...(escalated?.records ?? [])].map((record) => [record.alert.id, record]));
    for (const [id, record] of changed) merged.set(id, record);
    const dispatched = dispatch([...merged.values()], now);
    for (const record of dispatched.records) changed.set(record.alert.id, record);
    if (changed.size === 0 && dispatched.outbox.length === 0) return;
    const transitions = [...outcome.transitions, ...(escalated?.transitions ?? [])];
    const ok = await alerts.commitAlerts({ token, alerts: [...changed.values()], transitions, outbox: dispatched.outbox });
    if (!ok) return this.refresh();
    for (const [id, record] of changed) records.set(id, record);
    onTransitions(transitions);
  }

  async #load(now: number): Promise<Map<string, AlertRecord>> {
    if (!this.#records) {
      const stored = await this.#options.alerts.listAlerts({ includeResolved: true, limit: MAX_ALERTS });
      this.#records = new Map(stored.flatMap((record) => (isBlind(record) ? [[record.alert.id, record]] : [])));
    }
    for (const [id, { alert }] of this.#records)
      if (alert.resolvedAt !== null && now - Date.parse(alert.resolvedAt) > KEEP_RESOLVED) this.#records.delete(id);
    return this.#records;
  }

  #present(now: number): readonly BlindCondition[] {
    const { severity, expect, learn_after, lost_events } = this.#options.config().monitoring.blind;
    const learnAfter = learn_after === 0 ? Number.POSITIVE_INFINITY : learn_after;
    const quiet = this.#cadence.quiet({ expect, learnAfter }, now).map((source) => quietCondition(source, now, severity));
    const lossy = this.#cadence
      .lossy(now)
      .filter(({ lost }) => lost_events > 0 && lost >= lost_events)
      .map((source) => lossCondition(source, severity));
    return [...quiet, ...lossy, ...this.#behind(now), ...this.#store(now), ...this.#watch(now)];
  }

  #behind(now: number): readonly BlindCondition[] {
    const { severity, evaluator_lag } = this.#options.config().monitoring.blind;
    const lag = this.#options.lag();
    this.#behindSince = lag > evaluator_lag ? (this.#behindSince ?? now) : undefined;
    if (this.#behindSince === undefined || now - this.#behindSince < BEHIND_FOR) return [];
    return [behindCondition(lag, this.#behindSince, severity)];
  }

  #store(now: number): readonly BlindCondition[] {
    while ((this.#failures[0] ?? now) < now - FAILURES_WITHIN) this.#failures.shift();
    const [first] = this.#failures;
    if (first === undefined || this.#failures.length < FAILING_SPELLS) return [];
    return [storeCondition(this.#failures.length, first, this.#options.config().monitoring.blind.severity)];
  }

  #watch(now: number): readonly BlindCondition[] {
    const trouble = this.#options.watchTrouble();
    this.#watchTroubleSince = trouble === undefined ? undefined : (this.#watchTroubleSince ?? now);
    if (trouble === undefined || now - (this.#watchTroubleSince ?? now) < WATCH_BEHIND_FOR) return [];
    return [watchCondition(trouble, this.#watchTroubleSince ?? now, this.#options.config().monitoring.blind.severity)];
  }
}
