/**
 * Coordinate: the composer of the telling half. Each step it takes the anomalies of all shards, attributes each to the
 * change behind it, lets the alerts transition, and commits alerts, transitions and what is owed to receivers together.
 */

import { isBlind } from "../alerting/blind.ts";
import type { EscalateOutcome } from "../alerting/escalate.ts";
import { type Finding, type LifecyclePolicy, type Reconciliation, reconcile } from "../alerting/lifecycle/index.ts";
import type { Alert, Cause, Transition } from "../domain/alert.ts";
import type { Anomaly } from "../domain/anomaly.ts";
import type { Change } from "../domain/change.ts";
import type { AlertRecord, AlertStore, OutboxEntry } from "../ports/alert-store.ts";
import type { WindowStore } from "../ports/windows.ts";
import { AttributionSchedule } from "./attribution-schedule.ts";
import { withoutRepeats } from "./one-spike.ts";

export interface DispatchResult {
  readonly outbox: readonly OutboxEntry[];
  /** Alert records with what each target was told noted in them. */
  readonly records: readonly AlertRecord[];
  /** Of storms, which dispatching begins and ends. */
  readonly transitions?: readonly Transition[];
}

export interface CoordinatorOptions {
  readonly windows: WindowStore;
  readonly alerts: AlertStore;
  /** Which change is behind an anomaly, as of `asOf`. */
  readonly attribute: (anomaly: Anomaly, asOf: number) => Promise<Cause>;
  readonly samplesOf: (anomaly: Anomaly) => Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Changes since `from`, for mitigation. */
  readonly changesSince: (cluster: string, from: number) => readonly Change[];
  /** Counts up whenever the timeline learned something. */
  readonly timelineVersion: () => number;
  /** What the targets are owed, given all alerts as they are now. */
  readonly dispatch: (records: readonly AlertRecord[], now: number) => DispatchResult;
  /** Which alerts nobody acknowledged in time, given all alerts as they are now. Absent: nothing escalates. */
  readonly escalate?: ((records: readonly AlertRecord[], now: number) => EscalateOutcome) | undefined;
  readonly policy: () => LifecyclePolicy;
  readonly onTransitions?: (transitions: readonly Transition[]) => void;
  /** Called with the alerts that somebody is owed a message about, after they were stored. Awaited; must not reject. */
  readonly onOwed?: (alerts: readonly Alert[]) => Promise<void>;
}

const MAX_ALERTS = 10_000;
/** Resolved alerts this old play no part in grouping any more. */
const FORGET_RESOLVED = 24 * 3_600_000;

export class Coordinator {
  readonly #options: CoordinatorOptions;
  readonly #schedule: AttributionSchedule;
  readonly #parsed = new Map<string, { readonly text: string; readonly anomaly: Anomaly }>();
  #records: Map<string, AlertRecord> | undefined;
  readonly #shards: readonly number[];

  constructor(options: CoordinatorOptions) {
    this.#options = options;
    this.#schedule = new AttributionSchedule(options.attribute);
    this.#shards = Array.from({ length: options.windows.shards + 1 }, (_, shard) => shard);
  }

  /** Forgets what is held in memory: the next step reads the store again (after an operator's action or a take-over). */
  refresh(): void {
    this.#records = undefined;
  }

  /** Alerts that are not resolved, as of the last step. */
  get openAlerts(): number {
    let open = 0;
    for (const record of this.#records?.values() ?? []) if (record.alert.state !== "resolved") open++;
    return open;
  }

  /** One step at evaluation time `now`. False when the lease was lost: somebody else coordinates. */
  async step(now: number, token: number): Promise<boolean> {
    const records = await this.#load(now);
    const live = [...records.values()];
    const told = new Set(live.flatMap(({ alert }) => (alert.state === "resolved" ? [] : alert.series.map(({ id }) => id))));
    const anomalies = withoutRepeats(await this.#anomalies(), now, told);
    if (anomalies.length === 0 && live.length === 0) return true;
    const findings: Finding[] = [];
    for (const anomaly of anomalies) findings.push(await this.#finding(anomaly, now));
    const clusters = new Set(findings.map((finding) => finding.anomaly.series.cluster));
    for (const record of live) clusters.add(record.alert.cluster);
    const changes = [...clusters].flatMap((cluster) => this.#options.changesSince(cluster, now - FORGET_RESOLVED));
    const spikes = live.filter(({ alert }) => alert.notice === undefined);
    const outcome = reconcile({ now, records: spikes, findings, policy: this.#options.policy(), changes });
    const { changed, transitions } = this.#escalate(now, records, outcome);
    return this.#commit(now, token, records, changed, transitions);
  }

  /** What the lifecycle changed, and what escalates after it. */
  #escalate(now: number, records: ReadonlyMap<string, AlertRecord>, outcome: Reconciliation) {
    const all = new Map([...records, ...outcome.records.map((record) => [record.alert.id, record] as const)]);
    const escalated = this.#options.escalate?.([...all.values()], now);
    if (!escalated) return { changed: outcome.records, transitions: outcome.transitions };
    const transitions = [...outcome.transitions, ...escalated.transitions];
    const newer = new Set(escalated.records.map(({ alert }) => alert.id));
    return { changed: [...outcome.records.filter(({ alert }) => !newer.has(alert.id)), ...escalated.records], transitions };
  }

  async #commit(
    now: number,
    token: number,
    records: Map<string, AlertRecord>,
    changed: readonly AlertRecord[],
    transitions: readonly Transition[],
  ): Promise<boolean> {
    const merged = new Map(records);
    for (const record of changed) merged.set(record.alert.id, record);
    const dispatched = this.#options.dispatch([...merged.values()], now);
    const all = [...transitions, ...(dispatched.transitions ?? [])];
    const final = new Map(changed.map((record) => [record.alert.id, record]));
    for (const record of dispatched.records) final.set(record.alert.id, record);
    if (final.size === 0 && all.length === 0 && dispatched.outbox.length === 0) return true;
    const ok = await this.#options.alerts.commitAlerts({
      token,
      alerts: [...final.values()],
      transitions: all,
      outbox: dispatched.outbox,
    });
    if (!ok) {
      this.refresh();
      return false;
    }
    for (const [id, record] of final) records.set(id, record);
    if (all.length > 0) this.#options.onTransitions?.(all);
    const owed = new Set(dispatched.outbox.map(({ key }) => key));
    if (owed.size > 0) await this.#options.onOwed?.([...owed].flatMap((id) => merged.get(id)?.alert ?? []));
    return true;
  }

  async #load(now: number): Promise<Map<string, AlertRecord>> {
    if (!this.#records) {
      const stored = await this.#options.alerts.listAlerts({ includeResolved: true, limit: MAX_ALERTS });
      // Alerts about being blind are kept by the self-watch: two keepers of one record would undo each other.
      this.#records = new Map(stored.flatMap((record) => (isBlind(record) ? [] : [[record.alert.id, record]])));
    }
    for (const [id, { alert }] of this.#records) {
      if (alert.resolvedAt !== null && now - Date.parse(alert.resolvedAt) > FORGET_RESOLVED) this.#records.delete(id);
    }
    return this.#records;
  }

  async #anomalies(): Promise<readonly Anomaly[]> {
    const out: Anomaly[] = [];
    const seen = new Set<string>();
    for (const shard of await this.#options.windows.readAnomalies(this.#shards)) {
      for (const [id, text] of shard) {
        seen.add(id);
        const known = this.#parsed.get(id);
        if (known?.text === text) {
          out.push(known.anomaly);
          continue;
        }
        const anomaly = JSON.parse(text) as Anomaly;
        this.#parsed.set(id, { text, anomaly });
        out.push(anomaly);
      }
    }
    for (const id of this.#parsed.keys()) if (!seen.has(id)) this.#parsed.delete(id);
    this.#schedule.keep(seen);
    return out.sort((a, b) => a.openedAt - b.openedAt || (a.series.id < b.series.id ? -1 : 1));
  }

  async #finding(anomaly: Anomaly, now: number): Promise<Finding> {
    const { cause, fresh } = await this.#schedule.causeOf(anomaly, now, this.#options.timelineVersion());
    const samples = fresh ? await this.#options.samplesOf(anomaly) : [];
    return { anomaly, cause, samples };
  }
}
