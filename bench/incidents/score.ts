/** Compares the alerts of a replay with the incidents that were really planted. */
import type { Alert, Transition } from "../../src/domain/alert.ts";
import type { TruthRecord } from "../../src/simulation/records.ts";

export interface Found {
  readonly truth: TruthRecord;
  /** The alert that tells of it, as it was last told while it lasted; undefined: missed. */
  readonly alert: Alert | undefined;
}

export interface Score {
  readonly found: readonly Found[];
  /** Alerts that tell of no incident. */
  readonly falseAlarms: readonly Alert[];
}

/** An alert may come this long after an incident's end and still be about it: a slow detector, or the return to normal. */
const AFTER = 15 * 60_000;
/** The detector may date the onset this much too early. */
const EARLY = 10 * 60_000;

export function scoreAlerts(truth: readonly TruthRecord[], transitions: readonly Transition[]): Score {
  const taken = new Set<string>();
  const found = truth.map((incident) => {
    const own = new Map<string, Alert>();
    for (const transition of transitions) if (tellsOf(transition, incident)) own.set(transition.data.id, transition.data);
    for (const id of own.keys()) taken.add(id);
    // Where an incident is told by several alerts, the one with its first series speaks for it.
    const told = [...own.values()];
    return { truth: incident, alert: told.find((one) => one.series.some((series) => isTarget(series, incident))) ?? told[0] };
  });
  const last = new Map(transitions.map(({ data }) => [data.id, data]));
  return { found, falseAlarms: [...last.values()].filter(({ id }) => !taken.has(id)) };
}

/** An incident may be told by a new alert, one that fires again, or by joining one that is open; its series began with it. */
function tellsOf({ type, timestamp, data }: Transition, { time, endedAt, series }: TruthRecord): boolean {
  const at = Date.parse(timestamp);
  const from = Date.parse(time);
  if (type !== "alert.fired" && type !== "alert.updated") return false;
  if (at < from || at > Date.parse(endedAt) + AFTER) return false;
  return data.series.some(
    (one) =>
      Date.parse(one.onsetAt) >= from - EARLY &&
      series.some(
        (hit) =>
          one.policy === hit.policy &&
          (one.workload === "" || (one.namespace === hit.namespace && one.workload === hit.workload)),
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
