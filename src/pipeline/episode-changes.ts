/** The candidates of an episode: recorded changes that touch the subject, and versions that appeared untold. */
import type { CandidateChange } from "../correlation/episode.ts";
import type { Anomaly } from "../domain/anomaly.ts";
import type { Change } from "../domain/change.ts";
import type { Frame } from "./episode-counts.ts";
import { type EpisodeWorkload, fullName, type RunVersion } from "./episode-workload.ts";

/** A neighbour's name and versions. */
export interface NeighbourWorkload {
  /** `namespace/Kind/name`. */
  readonly name: string;
  readonly versions: readonly RunVersion[];
}

/** Changes that touch the subject, rollouts of its digests on neighbours, and versions that appeared untold. */
export function candidates(
  changes: readonly Change[],
  anomaly: Anomaly,
  subject: EpisodeWorkload,
  neighbours: readonly NeighbourWorkload[],
  frame: Frame,
): readonly CandidateChange[] {
  const own = fullName(anomaly.series.namespace, anomaly.series.workload);
  const digests = new Set(subject.versions.flatMap((version) => version.digests));
  const out: CandidateChange[] = [];
  for (const change of changes) {
    const workload = change.workload === undefined ? undefined : fullName(change.namespace, change.workload);
    if (change.kind === "policy") out.push(candidateOf(change, undefined, undefined));
    else if (workload === own) out.push(candidateOf(change, own, activationOf(change, subject.versions)));
    else {
      const neighbour = neighbours.find((one) => one.name === workload);
      const sister = change.digest !== undefined && digests.has(change.digest);
      if (neighbour && sister) out.push(candidateOf(change, neighbour.name, activationOf(change, neighbour.versions)));
    }
  }
  for (const [activation, first] of subject.appeared) {
    const version = subject.activations[activation];
    const told = out.some((one) => one.workload === own && (one.activation === activation || one.digest === version?.digest));
    if (!version || told) continue;
    const at = frame.startAt + first * frame.step;
    const previous = subject.activations[activation - 1]?.digest;
    out.push({
      id: `appeared:${version.digest}`,
      kind: "rollout",
      at,
      workload: own,
      activation,
      digest: version.digest,
      announced: false,
      ...(version.image === undefined ? {} : { image: version.image }),
      ...(previous === undefined ? {} : { previousDigest: previous }),
    });
  }
  return out;
}

/**
 * The version a change brought: one that holds its digest, in any container and under any of its names, and of several
 * openings the one nearest to the change. Undefined while no pod of it is known.
 */
export function activationOf(change: Pick<Change, "digest" | "time">, versions: readonly RunVersion[]): number | undefined {
  if (change.digest === undefined) return undefined;
  let best: number | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const [index, { digests, openedAt }] of versions.entries()) {
    if (!digests.includes(change.digest)) continue;
    const distance = Math.abs(openedAt - change.time);
    if (best !== undefined && distance > bestDistance) continue;
    best = index;
    bestDistance = distance;
  }
  return best;
}

function candidateOf(change: Change, workload: string | undefined, activation: number | undefined): CandidateChange {
  const kind = change.kind === "rollback" ? "rollout" : change.kind;
  return {
    id: change.id,
    kind,
    at: change.time,
    ...(workload === undefined ? {} : { workload }),
    ...(activation === undefined || kind === "scale" ? {} : { activation }),
    ...(change.digest === undefined ? {} : { digest: change.digest }),
    ...(change.image === undefined ? {} : { image: change.image }),
    ...(change.previousDigest === undefined ? {} : { previousDigest: change.previousDigest }),
    ...(change.policy === undefined ? {} : { policy: change.policy }),
    ...(change.restart === undefined ? {} : { restart: change.restart }),
    ...(change.source === "timeline" ? { announced: false } : {}),
    ...(change.actor === undefined ? {} : { actor: change.actor }),
    ...(change.revision === undefined ? {} : { revision: change.revision }),
    ...(change.url === undefined ? {} : { url: change.url }),
  };
}
