/** Compares the alerts of a replay with the incidents that were really planted. */
import type { Alert, Transition } from "../../src/domain/alert.ts";
import type { TruthRecord } from "../../src/simulation/records.ts";

export interface Found {
  readonly truth: TruthRecord;
  /** The alert that tells of it, as it was last told; undefined: missed. */
  readonly alert: Alert | undefined;
  /** Alerts that tell of it, not counting those that were merged into another: one is wanted. */
  readonly alerts: number;
  /** When, milliseconds, people were told of an earlier rise of its first series that was not over when it began; undefined: of none. */
  readonly before: number | undefined;
}

export interface Score {
  readonly found: readonly Found[];
  /** Alerts that tell of no incident. */
  readonly falseAlarms: readonly Alert[];
}

/** An alert may come this long after an incident's end and still be about it: a slow detector, or the return to normal. */
const AFTER = 15 * 60_000;

export function scoreAlerts(truth: readonly TruthRecord[], transitions: readonly Transition[]): Score {
  const told = tellings(transitions);
  const taken = new Set<Telling>();
  const found = truth.map((incident) => {
    const own = told.filter((telling) => tellsOf(telling, incident));
    for (const telling of own) taken.add(telling);
    // Where an incident is told by several alerts, the one with its first series speaks for it; one that was merged into
    // another only when there is no other.
    const kept = own.filter(({ merged }) => !merged);
    const last = [...kept, ...own];
    const best = last.find(({ alert }) => alert.series.some((series) => isTarget(series, incident))) ?? last[0];
    const before = told.find((telling) => lastsUntil(telling, incident))?.firedAt;
    return { truth: incident, alert: best?.alert, alerts: new Set(kept.map(({ alert }) => alert.id)).size, before };
  });
  return { found, falseAlarms: told.filter((telling) => !taken.has(telling)).map(({ alert }) => alert) };
}

/** An alert from its firing to its end, or to when it fires again: people are called each time. */
interface Telling {
  readonly firedAt: number;
  /** As it was told last. */
  alert: Alert;
  /** Its series went to the alert of their now known cause. */
  merged: boolean;
}

function tellings(transitions: readonly Transition[]): readonly Telling[] {
  const all: Telling[] = [];
  const current = new Map<string, Telling>();
  for (const { type, timestamp, reason, data } of transitions) {
    const known = current.get(data.id);
    if (known && type !== "alert.fired") {
      known.alert = data;
      known.merged = reason === "merged";
      continue;
    }
    const telling = { firedAt: Date.parse(timestamp), alert: data, merged: false };
    current.set(data.id, telling);
    all.push(telling);
  }
  return all;
}

function tellsOf({ firedAt, alert }: Telling, { time, endedAt, series }: TruthRecord): boolean {
  if (firedAt < Date.parse(time) || firedAt > Date.parse(endedAt) + AFTER) return false;
  return alert.series.some((one) =>
    series.some(
      (hit) =>
        one.policy === hit.policy && (one.workload === "" || (one.namespace === hit.namespace && one.workload === hit.workload)),
    ),
  );
}

/** Told before the incident began, of its first series, which had not come back to normal by then. */
function lastsUntil({ firedAt, alert }: Telling, incident: TruthRecord): boolean {
  const began = Date.parse(incident.time);
  if (firedAt >= began) return false;
  return alert.series.some((series) => {
    const over = series.resolvedAt ?? alert.resolvedAt;
    return isTarget(series, incident) && (over === null || Date.parse(over) > began);
  });
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
