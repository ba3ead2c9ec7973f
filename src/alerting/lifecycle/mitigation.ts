/** Whether somebody has already taken the blamed version out of service. */
import type { Alert, Suspect } from "../../domain/alert.ts";
import type { Change } from "../../domain/change.ts";
import { blamed } from "./cause-key.ts";

export type Mitigation = "rolled-back" | "scaled-to-zero";

type Outcome = Mitigation | "running";

/**
 * What the timeline says about the blamed image since it was rolled out: the newest change that settles the question
 * wins, so a version that is rolled out again is not mitigated. Undefined while no image is blamed or it still runs.
 */
export function mitigationOf(alert: Alert, changes: readonly Change[]): Mitigation | undefined {
  const suspect = blamedImage(alert);
  const since = Date.parse(suspect?.changedAt ?? alert.onsetAt);
  const latest = suspect && latestOutcome(suspect, changes, (time) => time > since);
  return latest === "running" ? undefined : latest;
}

/**
 * Whether the blamed image was brought back after it had been taken out of service. To be asked of mitigated alerts:
 * the verdict may by now name the second roll-out.
 */
export function hasReturned(alert: Alert, changes: readonly Change[]): boolean {
  const suspect = blamedImage(alert);
  const onset = Date.parse(alert.onsetAt);
  return suspect !== undefined && latestOutcome(suspect, changes, (time) => time > onset) === "running";
}

function blamedImage(alert: Alert): Suspect | undefined {
  return alert.cause.verdict === "image" ? blamed(alert.cause) : undefined;
}

function latestOutcome(suspect: Suspect, changes: readonly Change[], counts: (time: number) => boolean): Outcome | undefined {
  const { digest } = suspect;
  if (digest === undefined) return undefined;
  const relevant = changes.filter((change) => counts(change.time) && concerns(change, suspect));
  return relevant
    .sort((a, b) => a.time - b.time)
    .reduce<Outcome | undefined>((before, change) => outcomeOf(change, digest, before) ?? before, undefined);
}

function concerns(change: Change, suspect: Suspect): boolean {
  return change.cluster === suspect.cluster && change.namespace === suspect.namespace && change.workload === suspect.workload;
}

function outcomeOf(change: Change, guilty: string, before: Outcome | undefined): Outcome | undefined {
  if (change.kind === "scale") {
    if (change.replicas === 0) return "scaled-to-zero";
    // More pods of the version that replaced it do not bring it back.
    return change.replicas && before === "scaled-to-zero" ? "running" : undefined;
  }
  if (change.kind !== "rollout" && change.kind !== "rollback") return undefined;
  if (change.digest === guilty) return "running";
  if (change.digest === undefined) return undefined;
  // Pods of the blamed version may still run until the roll-out of the other one is through.
  const through = change.phase === "finished" || change.previousReplicas === 0;
  return through ? "rolled-back" : undefined;
}
