/** Turns a weighed hypothesis into a ranked candidate with sentences. */
import type { Evidence } from "../domain/alert.ts";
import { BUCKET_MS } from "./episode.ts";
import type { EpisodeModels } from "./episode-models.ts";
import { doseEvidence } from "./evidence-dose.ts";
import { effectEvidence, scaleEvidence } from "./evidence-effect.ts";
import { historyEvidence } from "./evidence-history.ts";
import { localityEvidence, siblingsEvidence, sisterEvidence } from "./evidence-locality.ts";
import { podEvidence } from "./evidence-pods.ts";
import { timingEvidence } from "./evidence-timing.ts";
import type { Hypothesis } from "./hypothesis.ts";
import type { RankedCandidate } from "./verdict.ts";
import type { Weighed } from "./weigh.ts";

export function rankCandidate(models: EpisodeModels, { hypothesis, probability }: Weighed): RankedCandidate {
  const change = hypothesis.changes[0];
  const start = likelyStart(hypothesis);
  const effectAt = start === undefined ? undefined : models.episode.startAt + (models.window.first + start + 0.5) * BUCKET_MS;
  return {
    kind: hypothesis.kind,
    ...(change ? { change } : {}),
    changes: hypothesis.changes,
    probability,
    ...(effectAt === undefined ? {} : { effectAt }),
    ...(effectAt !== undefined && change ? { lagSeconds: Math.round((effectAt - change.at) / 1000) } : {}),
    evidence: evidenceOf(models, hypothesis, start),
  };
}

/** Index of the start that weighs most. */
function likelyStart({ byStart }: Hypothesis): number | undefined {
  if (!byStart || byStart.length === 0) return undefined;
  let best = 0;
  for (let i = 1; i < byStart.length; i++) if ((byStart[i] ?? 0) > (byStart[best] ?? 0)) best = i;
  return Number.isFinite(byStart[best]) ? best : undefined;
}

function evidenceOf(models: EpisodeModels, hypothesis: Hypothesis, start: number | undefined): Evidence[] {
  if (hypothesis.kind === "scale") return scaleEvidence(models, hypothesis);
  if (start === undefined) return [];
  const found = [
    doseEvidence(models, hypothesis, start),
    timingEvidence(models, hypothesis, start),
    localityEvidence(models, hypothesis, start),
    sisterEvidence(models, hypothesis),
    podEvidence(models, hypothesis, start),
    siblingsEvidence(models, hypothesis, start),
    historyEvidence(models, hypothesis),
    effectEvidence(models, start),
  ];
  return found.filter((entry) => entry !== undefined);
}
