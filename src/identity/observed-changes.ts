/**
 * Changes that the pods themselves tell: a version that opens while or after another one ran. They need no
 * announcement, so bits that arrive under an unchanged tag are candidates like any rollout.
 */
import type { Change, ChangeKind } from "../domain/change.ts";
import { shortId } from "../domain/ids.ts";
import type { Interval } from "./intervals.ts";
import { NEW_TEMPLATE } from "./limits.ts";
import type { ContainerVersion } from "./pod-versions.ts";
import { digestOf, type Version } from "./version.ts";
import type { WorkloadState } from "./workload-state.ts";

export interface ObservedChange {
  readonly version: Version;
  readonly previous: Version | undefined;
  readonly opening: Interval;
  readonly change: Change;
}

/** When the template behind a version was made; undefined when that was not seen. */
export type TemplateCreatedAt = (version: Version) => number | undefined;

/**
 * Ascending in time. The first version known is news only if its template is: else it ran before we came in, on pods
 * that are gone.
 */
export function observedChanges(
  state: WorkloadState,
  versions: readonly Version[],
  createdAt: TemplateCreatedAt,
): readonly ObservedChange[] {
  const openings = versions.flatMap((version) => version.openings.map((opening) => ({ version, opening })));
  openings.sort((a, b) => a.opening.from - b.opening.from || (a.version.key < b.version.key ? -1 : 1));
  return openings.flatMap(({ version, opening }) => {
    const previous = predecessor(versions, version, opening.from);
    if (previous === version) return [];
    if (previous === undefined && (createdAt(version) ?? opening.from) < opening.from - NEW_TEMPLATE) return [];
    return [{ version, previous, opening, change: describe(state, versions, version, previous, opening) }];
  });
}

/**
 * What ran before: the version with most ready pods just before the opening, else the one that closed last. That may be
 * the version itself: then it only paused, as a Job does between runs.
 */
export function predecessor(versions: readonly Version[], version: Version, at: number): Version | undefined {
  let running: Version | undefined;
  let most = 0;
  let paused: Version | undefined;
  let closedAt = Number.NEGATIVE_INFINITY;
  for (const other of versions) {
    const level = other === version ? 0 : levelAt(other, at - 1);
    if (level > most) {
      running = other;
      most = level;
    }
    const closed = other.openings.findLast((opening) => opening.to <= at)?.to;
    if (closed !== undefined && closed > closedAt) {
      paused = other;
      closedAt = closed;
    }
  }
  return running ?? paused;
}

/** Ready pods; a version that ran then but whose pods are forgotten, or were just restarting, counts less than any pod. */
function levelAt(version: Version, time: number): number {
  const level = version.curve.valueAt(time);
  if (level > 0) return level;
  return version.openings.some((opening) => opening.from <= time && time < opening.to) ? Number.MIN_VALUE : 0;
}

/** Containers whose image differs from the version before: the blame of a rollout is theirs. */
export function changedContainers(version: Version, previous: Version | undefined): readonly ContainerVersion[] {
  if (previous === undefined) return version.containers;
  return version.containers.filter((container) => {
    const before = previous.containers.find((other) => other.name === container.name);
    if (before === undefined) return true;
    return before.digest !== container.digest || (container.digest === undefined && before.image !== container.image);
  });
}

function describe(
  state: WorkloadState,
  versions: readonly Version[],
  version: Version,
  previous: Version | undefined,
  opening: Interval,
): Change {
  const [changed] = changedContainers(version, previous);
  const container = changed ?? version.containers[0];
  const before = previous?.containers.find((other) => other.name === container?.name) ?? previous?.containers[0];
  const ranBefore = versions.some(
    (other) => digestOf(other) === digestOf(version) && other.openings.some((earlier) => earlier.to <= opening.from),
  );
  const kind: ChangeKind = changed === undefined ? "config" : ranBefore && previous !== undefined ? "rollback" : "rollout";
  const oldPods = previous?.curve.valueAt(opening.from) ?? 0;
  const finished = previous === undefined || previous.openings.every((interval) => Number.isFinite(interval.to));
  return {
    id: shortId(["change", "timeline", state.cluster, state.namespace, state.name, version.key, String(opening.from)]),
    time: opening.from,
    receivedAt: opening.from,
    kind,
    phase: finished ? "finished" : "progressing",
    cluster: state.cluster,
    namespace: state.namespace,
    workload: state.name,
    ...(container !== undefined && container.name !== "" && { container: container.name }),
    ...(container?.image !== undefined && { image: container.image }),
    ...(container?.digest !== undefined && { digest: container.digest }),
    ...(before?.digest !== undefined && { previousDigest: before.digest }),
    ...(before?.image !== undefined && { previousImage: before.image }),
    replicas: version.curve.valueAt(opening.from),
    ...(previous !== undefined && { previousReplicas: oldPods }),
    ...(kind === "config" && { restart: true }),
    source: "timeline",
  };
}
