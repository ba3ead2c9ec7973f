/** Attribute: from an anomaly to the cause its alert shows. */
import { type AttributionOptions, attribute } from "../correlation/attribute.ts";
import type { CandidateChange } from "../correlation/episode.ts";
import { isUnexplained } from "../correlation/hypothesis.ts";
import type { RankedCandidate, Verdict } from "../correlation/verdict.ts";
import type { Cause, Suspect } from "../domain/alert.ts";
import type { Anomaly } from "../domain/anomaly.ts";
import { formatTime } from "../domain/time.ts";
import { type AssembleOptions, assembleEpisode } from "./assemble-episode.ts";

export interface CauseOptions extends AssembleOptions {
  readonly attribution: AttributionOptions;
}

/** Onset and start of the effect that differ by no more than this are taken as one, milliseconds. */
const AGREEMENT = 3 * 60_000;

/** Which change is behind the anomaly, as of `asOf`. Reads the counts around its onset; costs some milliseconds. */
export async function causeOf(anomaly: Anomaly, asOf: number, options: CauseOptions): Promise<Cause> {
  const episode = await assembleEpisode(anomaly, asOf, options);
  return toCause(attribute(episode, options.attribution), anomaly);
}

function toCause(verdict: Verdict, anomaly: Anomaly): Cause {
  const suspects = verdict.ranking
    .filter((candidate) => !isUnexplained(candidate.kind))
    .map((candidate) => toSuspect(candidate, anomaly));
  return {
    verdict: verdict.verdict,
    tier: verdict.tier,
    probability: verdict.probability,
    unexplained: verdict.unexplainedProbability,
    revision: 1,
    asOf: formatTime(verdict.asOf),
    rollbackTarget: verdict.rollbackTarget,
    dataQuality: verdict.dataQuality,
    ...(verdict.notes.length === 0 ? {} : { notes: verdict.notes }),
    suspects,
  };
}

function toSuspect(candidate: RankedCandidate, anomaly: Anomaly): Suspect {
  const { change } = candidate;
  const kind = candidate.kind === "cluster" ? "environment" : candidate.kind === "other-policy" ? "policy" : candidate.kind;
  const base = {
    kind,
    cluster: anomaly.series.cluster,
    namespace: anomaly.series.namespace,
    probability: candidate.probability,
    evidence: candidate.evidence,
  };
  return change ? { ...base, ...changeFields(change), ...lagOf(candidate, anomaly) } : base;
}

function changeFields(change: CandidateChange): Partial<Suspect> {
  const slash = change.workload?.indexOf("/") ?? -1;
  return {
    ...(change.workload === undefined
      ? {}
      : { namespace: change.workload.slice(0, slash), workload: change.workload.slice(slash + 1) }),
    ...(change.digest === undefined ? {} : { digest: change.digest }),
    ...(change.image === undefined ? {} : { image: change.image }),
    ...(change.previousDigest === undefined ? {} : { previousDigest: change.previousDigest }),
    ...(change.policy === undefined ? {} : { policy: change.policy }),
    changedAt: formatTime(change.at),
    ...(change.actor === undefined ? {} : { actor: change.actor }),
    ...(change.revision === undefined ? {} : { revision: change.revision }),
    ...(change.url === undefined ? {} : { url: change.url }),
  };
}

/** From the change to the detector's onset, which is finer than the attribution's buckets, where the two agree. */
function lagOf(candidate: RankedCandidate, anomaly: Anomaly): Partial<Suspect> {
  const { change, effectAt } = candidate;
  if (!change || effectAt === undefined) return {};
  const began = Math.abs(effectAt - anomaly.onsetAt) <= AGREEMENT ? anomaly.onsetAt : effectAt;
  return { lagSeconds: Math.round((began - change.at) / 1000) };
}
