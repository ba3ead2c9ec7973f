/** When a pod started, became ready and ended, read from one state of it. */
import { type JsonObject, objectAt, objectsAt, textAt, timeAt } from "./kubernetes-fields.ts";
import type { Metadata, SeenObject } from "./kubernetes-metadata.ts";

export interface PodTimes {
  readonly startedAt: number | undefined;
  readonly readyAt: number | undefined;
  readonly endedAt: number | undefined;
}

export function readPodTimes(seen: SeenObject, metadata: Metadata): PodTimes {
  const status = objectAt(seen.object, "status");
  return {
    startedAt: timeAt(status, "startTime") ?? (status === undefined ? undefined : metadata.createdAt),
    readyAt: readyAt(status),
    endedAt: endedAt(seen, metadata, status),
  };
}

/**
 * The Ready condition while it holds. A finished pod is no longer ready but did run: its first container start counts,
 * so that a short Job pod has exposure.
 */
function readyAt(status: JsonObject | undefined): number | undefined {
  const condition = objectsAt(status, "conditions").find((candidate) => textAt(candidate, "type") === "Ready");
  const statuses = objectsAt(status, "containerStatuses");
  if (textAt(condition, "status") === "True") {
    return (
      timeAt(condition, "lastTransitionTime") ?? latest(statuses.map((container) => stateTime(container, "running", "startedAt")))
    );
  }
  if (condition === undefined && statuses.length > 0 && statuses.every((container) => container.ready === true)) {
    return latest(statuses.map((container) => stateTime(container, "running", "startedAt")));
  }
  return isFinished(status) ? earliest(statuses.map((container) => stateTime(container, "terminated", "startedAt"))) : undefined;
}

/**
 * The earliest of: end of its last container once the pod is finished or going, the deletion time, and, for an object a
 * watch saw deleted, now. Never waits for the object to disappear: a finished Job pod stays listed for days.
 */
function endedAt(seen: SeenObject, metadata: Metadata, status: JsonObject | undefined): number | undefined {
  const now = seen.context.now;
  const candidates: (number | undefined)[] = [metadata.deletionAt];
  if (seen.deleted) candidates.push(now);
  const containers = objectsAt(status, "containerStatuses");
  const ends = containers.map((container) => stateTime(container, "terminated", "finishedAt"));
  const allEnded = ends.length > 0 && ends.every((end) => end !== undefined);
  const finalForGood =
    isFinished(status) || metadata.deletionAt !== undefined || textAt(objectAt(seen.object, "spec"), "restartPolicy") === "Never";
  if (allEnded && finalForGood) candidates.push(latest(ends));
  else if (isFinished(status)) candidates.push(latest(ends) ?? lastTransition(status) ?? now);
  return earliest(candidates);
}

function isFinished(status: JsonObject | undefined): boolean {
  const phase = textAt(status, "phase");
  return phase === "Succeeded" || phase === "Failed";
}

function stateTime(container: JsonObject, state: string, key: string): number | undefined {
  return timeAt(objectAt(container, "state", state), key);
}

function lastTransition(status: JsonObject | undefined): number | undefined {
  return latest(objectsAt(status, "conditions").map((condition) => timeAt(condition, "lastTransitionTime")));
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function latest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
