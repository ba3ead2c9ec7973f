/** Compares the alerts of a replay with the incidents that were really planted. */
import type { Alert, Transition } from "../../src/domain/alert.ts";
import type { TruthRecord } from "../../src/simulation/records.ts";

export interface Found {
  readonly truth: TruthRecord;
  /** The alert that tells of it, as it was last told; undefined: missed. */
  readonly alert: Alert | undefined;
}

export interface Score {
  readonly found: readonly Found[];
  /** Alerts that tell of no incident. */
  readonly falseAlarms: readonly Alert[];
}

/** An alert may come this long after an incident's end and still be about it: a slow detector, or the return to normal. */
const AFTER = 15 * 60_000;

export function scoreAlerts(truth: readonly TruthRecord[], transitions: readonly Transition[]): Score {
  const alerts = new Map<string, Alert>();
  for (const { data } of transitions) alerts.set(data.id, data);
  const taken = new Set<string>();
  const found = truth.map((incident) => {
    const own = [...alerts.values()].filter((alert) => tellsOf(alert, incident));
    for (const alert of own) taken.add(alert.id);
    // Where an incident is told by several alerts, the one with its first series speaks for it.
    const alert = own.find((one) => one.series.some((series) => isTarget(series, incident))) ?? own[0];
    return { truth: incident, alert };
  });
  return { found, falseAlarms: [...alerts.values()].filter(({ id }) => !taken.has(id)) };
}

function tellsOf(alert: Alert, { time, endedAt, series }: TruthRecord): boolean {
  const fired = Date.parse(alert.firedAt);
  if (fired < Date.parse(time) || fired > Date.parse(endedAt) + AFTER) return false;
  return alert.series.some((one) =>
    series.some(
      (hit) =>
        one.policy === hit.policy && (one.workload === "" || (one.namespace === hit.namespace && one.workload === hit.workload)),
    ),
  );
}

function isTarget(series: Alert["series"][number], { policy, series: [target] }: TruthRecord): boolean {
  return series.policy === policy && series.namespace === target?.namespace && series.workload === target?.workload;
}

/** The verdict an alert ended with is the true one. */
export function isRightVerdict({ truth, alert }: Found): boolean {
  return alert?.cause.verdict === truth.verdict;
}

/** The alert names the guilty digest first. */
export function isRightDigest({ truth, alert }: Found): boolean {
  return alert?.cause.verdict === "image" && alert.cause.suspects[0]?.digest === truth.digest;
}

export function share<T>(of: readonly T[], holds: (one: T) => boolean): number {
  return of.length === 0 ? 1 : of.filter(holds).length / of.length;
}
