/** What earlier alerts blamed: remembered from the stored alerts, so that a digest that comes back is known. */
import { blamed, isEstablished } from "../alerting/lifecycle/cause-key.ts";
import type { Alert } from "../domain/alert.ts";
import type { AlertStore } from "../ports/alert-store.ts";

/** A change that an alert blamed. */
export interface Blame {
  readonly alert: string;
  readonly verdict: Alert["cause"]["verdict"];
  readonly cluster: string;
  readonly namespace: string;
  readonly workload: string | undefined;
  readonly digest: string | undefined;
  readonly policy: string | undefined;
  /** When the blamed change acted, and when the alert fired; milliseconds. */
  readonly changedAt: number;
  readonly firedAt: number;
}

/** An alert for which no cause was found. */
export interface Spike {
  readonly cluster: string;
  readonly series: readonly { readonly policy: string; readonly namespace: string; readonly workload: string }[];
  readonly resolvedAt: number;
}

export interface PastVerdicts {
  readonly blames: readonly Blame[];
  readonly spikes: readonly Spike[];
}

/** Alerts read at most, newest first. */
const MAX_ALERTS = 2_000;
/** Read again after so long at most, milliseconds: only alerts that fired well before a verdict matter to it. */
const FRESH_FOR = 60_000;

export class VerdictMemory {
  readonly #alerts: Pick<AlertStore, "listAlerts">;
  #read: { readonly at: number; readonly past: Promise<PastVerdicts> } | undefined;

  constructor(alerts: Pick<AlertStore, "listAlerts">) {
    this.#alerts = alerts;
  }

  /** As of about `now`. */
  async past(now: number): Promise<PastVerdicts> {
    if (!this.#read || Math.abs(now - this.#read.at) >= FRESH_FOR) {
      const past = this.#alerts.listAlerts({ includeResolved: true, limit: MAX_ALERTS });
      this.#read = { at: now, past: past.then((records) => pastVerdicts(records.map(({ alert }) => alert))) };
      // A failed reading must not be remembered as an answer.
      this.#read.past.catch(() => {
        this.#read = undefined;
      });
    }
    return this.#read.past;
  }
}

export function pastVerdicts(alerts: readonly Alert[]): PastVerdicts {
  return {
    blames: alerts.flatMap((alert) => blameOf(alert) ?? []),
    spikes: alerts.flatMap((alert) => spikeOf(alert) ?? []),
  };
}

function blameOf(alert: Alert): Blame | undefined {
  const suspect = blamed(alert.cause);
  if (!suspect) return undefined;
  return {
    alert: alert.id,
    verdict: alert.cause.verdict,
    cluster: alert.cluster,
    namespace: suspect.namespace,
    workload: suspect.workload,
    digest: suspect.digest,
    policy: suspect.policy,
    changedAt: Date.parse(suspect.changedAt ?? alert.onsetAt),
    firedAt: Date.parse(alert.firedAt),
  };
}

function spikeOf({ cause, cluster, series, resolvedAt }: Alert): Spike | undefined {
  if (resolvedAt === null || isEstablished(cause)) return undefined;
  return { cluster, series, resolvedAt: Date.parse(resolvedAt) };
}
