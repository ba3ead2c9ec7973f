/** Pods: did they begin one after the other by their own age, all at once, or is it one of them? */
import type { Evidence } from "../domain/alert.ts";
import type { CohortSet } from "./cohorts.ts";
import type { EpisodeModels } from "./episode-models.ts";
import { countText, durationText, strength } from "./evidence-words.ts";
import type { Hypothesis } from "./hypothesis.ts";
import { logSumExp } from "./log-sum-exp.ts";
import type { SinglePod } from "./pod-models.ts";

export function podEvidence(models: EpisodeModels, hypothesis: Hypothesis, start: number): Evidence | undefined {
  const { pods, window } = models;
  if (!pods) return undefined;
  if (hypothesis.kind === "one-pod") return onePodEvidence(models);
  const { modes } = hypothesis;
  const activation = hypothesis.changes[0]?.activation;
  const set = activation === undefined ? undefined : pods.cohorts[activation];
  if (!modes?.age || !set) return undefined;
  const first = firstStart(set);
  // Some ran before the window: how long after them the others began is not known.
  if (!Number.isFinite(first)) return undefined;
  const ln = logSumExp(modes.age) - logSumExp(modes.wall);
  const spread = durationText(largestDelay(set));
  if (ln < 0) {
    const text = `all pods began at the same time although they started over ${spread}: a common cause or moment (${strength(ln)})`;
    return Math.abs(ln) < 1 ? undefined : { kind: "pods", ln, text };
  }
  const after = Math.max(window.first + start + 0.5 - first, 0);
  const text = `pods started over ${spread} and each began about ${durationText(after)} after its own start (${strength(ln)})`;
  return { kind: "pods", ln, text };
}

function onePodEvidence({ pods, subject }: EpisodeModels): Evidence | undefined {
  const best = pods?.single.reduce((top, pod) => (logSumExp(pod.ln) > logSumExp(top.ln) ? pod : top));
  if (!pods || !best) return undefined;
  const ln = logSumExp(best.ln) - Math.log(best.ln.length) - subject.unchanged;
  const all = pods.recent;
  const sisters = Math.max(pods.live - 1, 0);
  const text = `${best.events} of ${countText(all, "event")} that name a pod come from ${podName(best)}; ${countText(sisters, "sister pod")} made the other ${all - best.events} (${strength(ln)})`;
  return { kind: "pods", ln, text };
}

function podName({ presence: { pod } }: SinglePod): string {
  return pod.node === undefined ? `pod ${pod.name}` : `pod ${pod.name} on node ${pod.node}`;
}

function largestDelay({ delay }: CohortSet): number {
  return delay.reduce((most, value) => Math.max(most, value), 0);
}

function firstStart({ pods }: CohortSet): number {
  return Math.min(...pods.map(({ start }) => start));
}
