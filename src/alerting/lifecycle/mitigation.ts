/** Whether somebody has already taken the blamed version out of service. */
import type { Alert, Suspect } from "../../domain/alert.ts";
import type { Change } from "../../domain/change.ts";
import { blamed } from "./cause-key.ts";

export type Mitigation = "rolled-back" | "scaled-to-zero";

/**
 * What the timeline says about the blamed image since it was rolled out: the newest change that settles the question
 * wins, so a version that is rolled out again is not mitigated. Undefined while no image is blamed or it still runs.
 */
export function mitigationOf(alert: Alert, changes: readonly Change[]): Mitigation | undefined {
  const suspect = alert.cause.verdict === "image" ? blamed(alert.cause) : undefined;
  if (!suspect?.digest) return undefined;
  const since = Date.parse(suspect.changedAt ?? alert.onsetAt);
  let latest: { readonly time: number; readonly outcome: Mitigation | "running" } | undefined;
  for (const change of changes) {
    if (change.time <= since || !concerns(change, suspect)) continue;
    const outcome = outcomeOf(change, suspect.digest);
    if (outcome && (!latest || change.time >= latest.time)) latest = { time: change.time, outcome };
  }
  return latest && latest.outcome !== "running" ? latest.outcome : undefined;
}

function concerns(change: Change, suspect: Suspect): boolean {
  return change.cluster === suspect.cluster && change.namespace === suspect.namespace && change.workload === suspect.workload;
}

function outcomeOf(change: Change, guilty: string): Mitigation | "running" | undefined {
  if (change.kind === "scale") return change.replicas === 0 ? "scaled-to-zero" : change.replicas ? "running" : undefined;
  if (change.kind !== "rollout" && change.kind !== "rollback") return undefined;
  if (change.digest === guilty) return "running";
  if (change.digest === undefined) return undefined;
  // Pods of the blamed version may still run until the roll-out of the other one is through.
  const through = change.phase === "finished" || change.previousReplicas === 0;
  return through ? "rolled-back" : undefined;
}
