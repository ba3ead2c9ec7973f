/** A resize, or load that made an autoscaler resize: counts follow the replicas, which may lag up to three buckets. */
import type { CandidateChange, Counts } from "./episode.ts";
import type { EpisodeModels } from "./episode-models.ts";
import { withLead } from "./exposure.ts";
import type { Hypothesis } from "./hypothesis.ts";
import { lnReached } from "./locality.ts";
import { logMeanExp } from "./log-sum-exp.ts";
import { lnUnchanged, seriesModel } from "./series-model.ts";
import { SIBLING_REACH } from "./sibling-evidence.ts";

const LEADS = [0, 1, 2, 3] as const;

export function scaleHypothesis(models: EpisodeModels, changes: readonly CandidateChange[], lnPrior: number): Hypothesis {
  const { episode, window, options, exposure } = models;
  const siblings = options.siblings ? models.siblings : [];
  const byLead = LEADS.map((lead) => {
    const led = withLead(exposure, lead, window.pre);
    const follows = (counts: Counts) => lnUnchanged(seriesModel(counts, led, window, { strayShare: options.strayShare }), 1);
    return siblings.reduce((sum, { model, background, sibling }) => {
      return sum + lnReached(model.unchanged, follows(sibling.counts), SIBLING_REACH.scale, background);
    }, follows(episode.counts));
  });
  return { kind: "scale", changes, lnWeight: lnPrior + logMeanExp(byLead), lnPrior };
}
