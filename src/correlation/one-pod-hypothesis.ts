/** One pod misbehaves without a change: a bad node, a stuck connection. */
import type { EpisodeModels } from "./episode-models.ts";
import type { Hypothesis } from "./hypothesis.ts";
import { logAddExp, logSumExp } from "./log-sum-exp.ts";
import { zeros } from "./room.ts";

/** Empty when no event names a pod. */
export function onePodHypothesis({ pods, priors, window }: EpisodeModels): Hypothesis[] {
  if (!pods || pods.single.length === 0) return [];
  const lnPrior = Math.log(priors.onePod) - Math.log(pods.live);
  const byStart = zeros(window.starts).fill(Number.NEGATIVE_INFINITY);
  for (const { ln } of pods.single) {
    for (let i = 0; i < byStart.length; i++) byStart[i] = logAddExp(byStart[i] ?? 0, ln[i] ?? 0);
  }
  return [{ kind: "one-pod", changes: [], lnWeight: lnPrior + logSumExp(byStart), byStart }];
}
