/**
 * Which change caused the spike? Weighs every explanation of one onset against every other, the ones without a change
 * included, and says how sure it is. Called when an alert fires and again while knowledge arrives (`RERUN_MINUTES`).
 * Pure: equal episodes give equal verdicts; safe for empty and degenerate ones.
 */
import type { DataQuality, VerdictKind } from "../domain/alert.ts";
import { capEpisode } from "./caps.ts";
import type { Episode } from "./episode.ts";
import { modelEpisode } from "./episode-models.ts";
import { rankCandidate } from "./evidence.ts";
import { partsEvidence } from "./evidence-parts.ts";
import { type HypothesisKind, isUnexplained } from "./hypothesis.ts";
import { FULL_MODEL, type ModelOptions } from "./model-options.ts";
import { rollbackTarget } from "./rollback-target.ts";
import { inRoom } from "./room.ts";
import { shiftNote } from "./shift-note.ts";
import { DEFAULT_THRESHOLDS, decideTier, type TierThresholds } from "./tier.ts";
import type { RankedCandidate, Verdict } from "./verdict.ts";
import { weigh } from "./weigh.ts";

export interface AttributionOptions {
  readonly thresholds?: TierThresholds;
  /** Default: the full model. */
  readonly model?: ModelOptions;
}

export function attribute(input: Episode, options: AttributionOptions = {}): Verdict {
  return inRoom(() => judge(input, options));
}

function judge(input: Episode, options: AttributionOptions): Verdict {
  const thresholds = options.thresholds ?? DEFAULT_THRESHOLDS;
  const { episode, notes } = capEpisode(input);
  const models = modelEpisode(episode, options.model ?? FULL_MODEL);
  const weighed = weigh(models);
  const ranking = weighed.map((entry) => rankCandidate(models, entry));
  const unexplainedProbability = Math.min(
    ranking.reduce((sum, { kind, probability }) => sum + (isUnexplained(kind) ? probability : 0), 0),
    1,
  );
  const best = ranking.find(({ kind }) => !isUnexplained(kind));
  const decision = decideTier(episode, best?.probability ?? 0, thresholds);
  const cause = best && decision.tier !== "unexplained" ? withParts(episode, best) : null;
  const blamesRollout = cause?.kind === "rollout";
  return {
    verdict: cause ? verdictOf(cause.kind) : withoutCause(ranking, unexplainedProbability, thresholds),
    tier: decision.tier,
    cause,
    probability: cause?.probability ?? unexplainedProbability,
    ranking: ranking.map((candidate) => (cause && candidate === best ? cause : candidate)),
    unexplainedProbability,
    rollbackTarget: blamesRollout ? rollbackTarget(episode.earlier ?? [], cause.change?.digest) : null,
    dataQuality: dataQualityOf(episode),
    notes: [
      ...(episode.remarks ?? []),
      ...shiftNotes(episode, cause),
      ...notes,
      ...explanatoryNotes(ranking, cause, decision.heldBack),
    ],
    asOf: episode.asOf,
  };
}

/** A blamed rollout says which of its parts it was, where several changed at once. */
function withParts(episode: Episode, cause: RankedCandidate): RankedCandidate {
  const parts = cause.kind === "rollout" && cause.change ? partsEvidence(episode, cause.change) : undefined;
  return parts ? { ...cause, evidence: [...cause.evidence, parts] } : cause;
}

const VERDICTS: Readonly<Record<HypothesisKind, VerdictKind>> = {
  rollout: "image",
  config: "config",
  scale: "scale",
  policy: "policy",
  "other-policy": "policy",
  cluster: "environment",
  "policy-wide": "environment",
  unexplained: "unexplained",
  "one-pod": "unexplained",
  nothing: "inconclusive",
};

function verdictOf(kind: HypothesisKind): VerdictKind {
  return VERDICTS[kind];
}

/** No change is blamed: name the best of the other explanations if they are likely, else too little is known. */
function withoutCause(ranking: readonly RankedCandidate[], probability: number, thresholds: TierThresholds): VerdictKind {
  const best = ranking.find(({ kind }) => isUnexplained(kind));
  return best && probability >= thresholds.likelyAt ? verdictOf(best.kind) : "inconclusive";
}

function dataQualityOf({ dataQuality }: Episode): DataQuality {
  const events = Math.max(dataQuality?.events ?? 0, 1);
  const share = (count: number | undefined) => Math.min((count ?? 0) / events, 1);
  return {
    shareWithDigest: share(dataQuality?.withDigest),
    shareByIp: share(dataQuality?.byIp),
    lateShare: share(dataQuality?.late),
  };
}

/** Told where another policy's edit is blamed, or where nothing is and the counts show such a shift. */
function shiftNotes(episode: Episode, cause: RankedCandidate | null): readonly string[] {
  if (cause && cause.kind !== "other-policy") return [];
  const note = shiftNote(episode, cause?.change);
  return note === undefined ? [] : [note];
}

function explanatoryNotes(ranking: readonly RankedCandidate[], cause: RankedCandidate | null, heldBack: boolean): string[] {
  const notes: string[] = [];
  if (heldBack) notes.push("More than 20 % of the events name pods that are not known yet: not asserted before they are.");
  if (cause) return notes;
  const examined = ranking.filter(({ change }) => change !== undefined);
  const best = examined[0];
  notes.push(
    best
      ? `Not established. ${examined.length} recorded ${examined.length === 1 ? "change was" : "changes were"} examined; the best one has a probability of ${best.probability.toFixed(2)}.`
      : "Not established. No change of this workload or policy is on record in the hour before.",
  );
  if (ranking[0]?.kind === "policy-wide") {
    notes.push("The whole policy jumped and no edit is recorded: look for an unrecorded edit.");
  }
  return notes;
}
