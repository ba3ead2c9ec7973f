/** History: how this digest behaved where it ran before. */
import type { Evidence } from "../domain/alert.ts";
import type { Soak } from "./episode.ts";
import type { EpisodeModels } from "./episode-models.ts";
import { durationText, strength } from "./evidence-words.ts";
import { elsewhereOf, rolloutPrior } from "./history-priors.ts";
import type { Hypothesis } from "./hypothesis.ts";

export function historyEvidence(models: EpisodeModels, hypothesis: Hypothesis): Evidence | undefined {
  const change = hypothesis.changes[0];
  if (!models.options.history || hypothesis.kind !== "rollout" || !change) return undefined;
  const { changes } = models.episode;
  const text = [soakText(change.here, "here before"), soakText(elsewhereOf(change, changes), "elsewhere")]
    .filter((part) => part !== undefined)
    .join("; ");
  if (text === "") return undefined;
  const ln = Math.log(rolloutPrior(change, changes, models.priors.rollout) / models.priors.rollout);
  return { kind: "history", ln, text: `${text} (${strength(ln)})` };
}

function soakText(soak: Soak | undefined, otherwise: string): string | undefined {
  if (!soak) return undefined;
  const where = soak.where === undefined ? otherwise : `on ${soak.where}`;
  const how = soak.outcome === "quiet" ? "without it" : "and showed it there";
  return `this digest ran ${durationText(soak.minutes)} ${where} ${how}`;
}
