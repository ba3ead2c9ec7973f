/**
 * All changes of a workload, each once: what was announced and what the pods show of the same version are one change,
 * with the time it could first act (first pod ready) and the words of whoever announced it.
 */
import type { Change } from "../domain/change.ts";
import type { Episode } from "./episodes.ts";
import { CLOCK_SKEW, MATCH_AFTER, MATCH_BEFORE, MATCH_BEFORE_UNNAMED } from "./limits.ts";
import type { ObservedChange } from "./observed-changes.ts";

export function mergeCandidates(episodes: readonly Episode[], observed: readonly ObservedChange[]): readonly Change[] {
  const used = new Set<Episode>();
  const merged: Change[] = [];
  for (const { change } of observed) {
    const episode = bestMatch(change, episodes, used);
    if (episode === undefined) {
      merged.push(change);
      continue;
    }
    used.add(episode);
    merged.push(join(episode.change, change));
  }
  for (const episode of episodes) if (!used.has(episode)) merged.push(episode.change);
  return merged.sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
}

function bestMatch(observed: Change, episodes: readonly Episode[], used: ReadonlySet<Episode>): Episode | undefined {
  let best: Episode | undefined;
  for (const episode of episodes) {
    if (used.has(episode) || !matches(episode, observed)) continue;
    if (best === undefined || distance(episode, observed) < distance(best, observed)) best = episode;
  }
  return best;
}

function distance(episode: Episode, observed: Change): number {
  return Math.abs(observed.time - episode.firstAt);
}

function matches(episode: Episode, observed: Change): boolean {
  const announced = episode.change;
  if (announced.kind === "scale" || announced.kind === "policy") return false;
  if (announced.kind === "config" && (observed.kind !== "config" || announced.restart === false)) return false;
  if (announced.container !== undefined && observed.container !== undefined && announced.digest !== observed.digest) {
    if (announced.container !== observed.container) return false;
  }
  const named = announced.digest !== undefined && observed.digest !== undefined;
  if (named && announced.digest !== observed.digest) return false;
  if (!named && announced.image !== undefined && announced.image !== observed.image) return false;
  const before = named ? MATCH_BEFORE : MATCH_BEFORE_UNNAMED;
  return observed.time - episode.lastAt <= MATCH_AFTER && episode.firstAt - observed.time <= Math.max(before, CLOCK_SKEW);
}

function join(announced: Change, observed: Change): Change {
  const byDeployer = announced.source !== "kubernetes";
  return {
    ...observed,
    ...announced,
    // A version is what ran: the same digests under a new template are a change of configuration, whatever was said.
    kind: observed.kind === "config" || announced.kind !== "rollback" ? observed.kind : announced.kind,
    time: observed.time,
    phase: observed.phase === "finished" ? "finished" : announced.phase,
    ...(observed.digest !== undefined && { digest: observed.digest }),
    ...(observed.previousDigest !== undefined && { previousDigest: observed.previousDigest }),
    ...(observed.image !== undefined && !byDeployer && { image: observed.image }),
    ...(observed.restart === undefined ? {} : { restart: observed.restart }),
  };
}
