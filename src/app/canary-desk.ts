/** Sends the canary when it is due, looks whether it arrived, and says what failed. */
import type { Config } from "../../config/schema.ts";
import type { BlindCondition } from "../alerting/blind.ts";
import { span } from "../alerting/message/plain-text.ts";
import type { DeliveryTarget } from "../alerting/routing/index.ts";
import { CANARY_NAMESPACE, CANARY_POLICY } from "../domain/canary.ts";
import {
  alertOfRun,
  type CanaryRun,
  canaryRecords,
  DETECTION,
  isDue,
  isOver,
  judgeRun,
  newRun,
  readRun,
  readTold,
  writeRun,
} from "../pipeline/canary.ts";
import { normalize } from "../pipeline/normalize.ts";
import { assumeSilence, LONGEST_SILENCE } from "../pipeline/prior.ts";
import type { AlertStore } from "../ports/alert-store.ts";
import type { Clock } from "../ports/clock.ts";
import { selectSources } from "../sources/index.ts";
import type { Engine } from "./engine.ts";

export interface CanaryDeskOptions {
  readonly engine: Engine;
  readonly alerts: AlertStore;
  readonly clock: Clock;
  /** Targets by receiver, as of the last reload. */
  readonly targets: () => ReadonlyMap<string, readonly DeliveryTarget[]>;
  /** Ends an alert: the canary's own would stay until silence proves the rate normal, which takes a day where nothing is normal. */
  readonly resolve: (alert: string) => Promise<unknown>;
}

type CanarySettings = NonNullable<Config["monitoring"]["canary"]>;

/** Alerts among which the canary's is looked for, newest first. */
const NEWEST = 500;

export class CanaryDesk {
  readonly #options: CanaryDeskOptions;

  constructor(options: CanaryDeskOptions) {
    this.#options = options;
  }

  /** Call every few seconds; only the coordinating daemon does something. Resolves with what fails. */
  async look(): Promise<readonly BlindCondition[]> {
    const { engine, alerts, clock } = this.#options;
    const settings = engine.config.monitoring.canary;
    if (settings === undefined || engine.leases.coordinator === undefined) return [];
    const now = clock.now();
    const before = await readRun(alerts);
    // While a backlog is read, a record of this very moment would make all of it late.
    const due = isDue(now, before, settings.every) && !engine.events.behind;
    const run = due ? await this.#start(newRun(now, before)) : before;
    if (run === undefined) return [];
    const after = await this.#judge(now, run, settings);
    if (after !== run && JSON.stringify(after) !== JSON.stringify(run)) await writeRun(alerts, after);
    return after.failing.map((subject) => conditionOf(subject, after, settings));
  }

  async #start(run: CanaryRun): Promise<CanaryRun> {
    const { engine, alerts } = this.#options;
    const { cluster } = engine.config;
    await writeRun(alerts, run);
    const series = { cluster, policy: CANARY_POLICY, namespace: CANARY_NAMESPACE, workload: run.workload };
    await assumeSilence(alerts, series, run.startedAt - LONGEST_SILENCE);
    const records = canaryRecords(run, cluster).map((record, index) => ({ index, record }));
    // Not by `records`, which would take it for a sign of life of the source.
    const normalized = normalize(records, selectSources("native", "events"), { now: run.startedAt, cluster });
    await engine.ingest.normalized(normalized, records);
    return run;
  }

  async #judge(now: number, run: CanaryRun, settings: CanarySettings): Promise<CanaryRun> {
    const { alerts } = this.#options;
    const alert = run.alert ?? alertOfRun(run, await alerts.listAlerts({ includeResolved: true, limit: NEWEST }));
    const found = alert === undefined ? run : { ...run, alert };
    const targets = this.#targetsOf(settings);
    const judged = judgeRun(now, found, { ...settings, targets }, await readTold(alerts, targets));
    return judged.ended || !isOver(now, judged, settings) ? judged : await this.#end(judged);
  }

  async #end(run: CanaryRun): Promise<CanaryRun> {
    const record = run.alert === undefined ? undefined : await this.#options.alerts.getAlert(run.alert);
    if (record && record.alert.state !== "resolved") await this.#options.resolve(record.alert.id);
    return { ...run, ended: true };
  }

  #targetsOf({ receivers }: CanarySettings): readonly string[] {
    const all = this.#options.targets();
    return (receivers ?? [...all.keys()]).flatMap((name) => (all.get(name) ?? []).map(({ target }) => target));
  }
}

function conditionOf(subject: string, run: CanaryRun, { within }: CanarySettings): BlindCondition {
  const what = subject === DETECTION ? "raised no alert" : `did not reach ${subject}`;
  return {
    name: "TenfoldCanaryFailed",
    subject,
    since: run.startedAt,
    severity: "critical",
    title: subject === DETECTION ? "The canary raised no alert" : `The canary did not reach ${subject}`,
    summary: `Invented violations ${what} within ${span(within)}.`,
    meaning: "Real violations would go the same way.",
    details: [
      subject === DETECTION
        ? "Look at /readyz, at the log, and at tenfold explain for policy tenfold-canary."
        : "Look at the log (delivery failed) and try tenfold test-receiver.",
    ],
  };
}
