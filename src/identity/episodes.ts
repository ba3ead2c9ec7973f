/** Announced changes, with the several notices of one rollout (started, progressing, finished; two sources) made one. */
import type { Change, ChangePhase } from "../domain/change.ts";
import { SAME_NOTICE } from "./limits.ts";

export interface Episode {
  /** Time of the first notice, details of the best notice, phase and numbers of the last. */
  readonly change: Change;
  readonly firstAt: number;
  readonly lastAt: number;
}

const PHASES: Readonly<Record<ChangePhase, number>> = { started: 0, progressing: 1, finished: 2 };

/** Ascending in time; notices of one moment by phase. */
export function inOrder(changes: Iterable<Change>): Change[] {
  return [...changes].sort(
    (a, b) => a.time - b.time || PHASES[a.phase] - PHASES[b.phase] || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
}

/** `changes`: those of one workload, in order. */
export function episodesOf(changes: readonly Change[]): readonly Episode[] {
  const episodes: Episode[] = [];
  for (const change of changes) {
    const index = episodes.findLastIndex((episode) => isSame(episode, change));
    const known = episodes[index];
    // A version that returns after another one began is rolled out anew.
    const overtaken = isRollout(change) && episodes.slice(index + 1).some((later) => isRollout(later.change));
    if (known === undefined || (overtaken && change.phase === "started")) {
      episodes.push({ change, firstAt: change.time, lastAt: change.time });
    } else {
      episodes[index] = { change: mergeNotices(known.change, change), firstAt: known.firstAt, lastAt: change.time };
    }
  }
  return episodes;
}

function isRollout(change: Change): boolean {
  return change.kind === "rollout" || change.kind === "rollback";
}

function isSame(episode: Episode, change: Change): boolean {
  const before = episode.change;
  const near = change.time - episode.lastAt <= SAME_NOTICE;
  if (isRollout(before) && isRollout(change)) {
    return sameVersion(before, change) && (near || (before.phase !== "finished" && change.phase !== "started"));
  }
  if (before.kind !== change.kind || !near) return false;
  if (change.kind === "scale") return before.replicas === change.replicas;
  return before.policy === change.policy && (before.revision === change.revision || change.phase !== "started");
}

/** Notices of one version may name it by digest, by image or only by revision. */
function sameVersion(before: Change, change: Change): boolean {
  if (before.container !== undefined && change.container !== undefined && before.container !== change.container) return false;
  if (before.digest !== undefined && change.digest !== undefined) return before.digest === change.digest;
  if (before.image !== undefined && change.image !== undefined) return before.image === change.image;
  return before.revision === change.revision || before.revision === undefined || change.revision === undefined;
}

/** What `kubernetes` merely observed yields to what a deployer said: who, which revision, where to look. */
function mergeNotices(first: Change, second: Change): Change {
  const [base, other] = first.source === "kubernetes" && second.source !== "kubernetes" ? [second, first] : [first, second];
  return {
    ...other,
    ...base,
    kind: first.kind === "rollback" || second.kind === "rollback" ? "rollback" : first.kind,
    time: first.time,
    receivedAt: Math.min(first.receivedAt, second.receivedAt),
    phase: PHASES[second.phase] > PHASES[first.phase] ? second.phase : first.phase,
    ...(second.replicas === undefined ? {} : { replicas: second.replicas }),
    ...(second.previousReplicas === undefined ? {} : { previousReplicas: second.previousReplicas }),
  };
}
