/** A resize, or load that made an autoscaler resize: counts follow the replicas, which may lag up to three buckets. */
import type { CandidateChange } from "./episode.ts";
import type { EpisodeModels } from "./episode-models.ts";
import { withLead } from "./exposure.ts";
import type { Hypothesis } from "./hypothesis.ts";
import { logMeanExp } from "./log-sum-exp.ts";
import { lnUnchanged, seriesModel } from "./series-model.ts";

const LEADS = [0, 1, 2, 3] as const;

export function scaleHypothesis(models: EpisodeModels, changes: readonly CandidateChange[], lnPrior: number): Hypothesis {
  const { episode, window, options, exposure } = models;
  const byLead = LEADS.map((lead) => {
    const led = withLead(exposure, lead, window.pre);
    const model = seriesModel(episode.counts, led, window, { strayShare: options.strayShare });
    return lnUnchanged(model, 1);
  });
  return { kind: "scale", changes, lnWeight: lnPrior + logMeanExp(byLead), lnPrior };
}
