/** Timing: how soon after the change did it begin? */
import type { Evidence } from "../domain/alert.ts";
import { BUCKET_MS, type CandidateChange } from "./episode.ts";
import type { EpisodeModels } from "./episode-models.ts";
import { doseCounts, oldPodsLeft } from "./evidence-dose.ts";
import { durationText, strength } from "./evidence-words.ts";
import type { Hypothesis } from "./hypothesis.ts";

export function timingEvidence(models: EpisodeModels, hypothesis: Hypothesis, start: number): Evidence | undefined {
  const { lnPrior, lnLag, changes } = hypothesis;
  const change = changes[0];
  if (lnPrior === undefined || !lnLag || !change) return undefined;
  const { episode, window } = models;
  const ln = lnPrior + (lnLag[start] ?? 0) - Math.log(models.priors.unexplained);
  const lag = (episode.startAt + (window.first + start + 0.5) * BUCKET_MS - change.at) / BUCKET_MS;
  return { kind: "timing", ln, text: `${whenText(lag, change)} (${strength(ln)})${aloneText(models, change, start)}` };
}

/** `lag` in minutes; negative when the effect seems to begin first, which clocks and bucket edges explain. */
function whenText(lag: number, change: CandidateChange): string {
  if (lag >= 0.5) return `started ${durationText(lag)} after ${whatHappened(change)}`;
  return lag < -0.5 ? `started with ${whatCame(change)}, within clock error` : `started within 30 s of ${whatCame(change)}`;
}

function whatHappened(change: CandidateChange): string {
  if (change.kind !== "rollout" && change.kind !== "rollback") return whatCame(change);
  return change.announced === false ? "this digest appeared without a recorded rollout" : "the first new pod was ready";
}

function whatCame(change: CandidateChange): string {
  switch (change.kind) {
    case "rollout":
    case "rollback":
      return change.announced === false ? "this digest, which appeared without a recorded rollout" : "the first new pod";
    case "policy":
      return change.policy === undefined ? "the policy edit" : `the edit of ${change.policy}`;
    case "config":
      return "the configuration change";
    case "scale":
      return "the resize";
  }
}

function aloneText(models: EpisodeModels, change: CandidateChange, start: number): string {
  if (change.activation === undefined || change.kind === "policy") return "";
  return oldPodsLeft(doseCounts(models, change.activation, start)) ? "" : "; timing only: no old pods left to compare with";
}
