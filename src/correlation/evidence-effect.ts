/** Effect: how far the rate moved at all. */
import type { Evidence } from "../domain/alert.ts";
import { BUCKET_MS } from "./episode.ts";
import type { EpisodeModels } from "./episode-models.ts";
import { clockText, countText, strength } from "./evidence-words.ts";
import type { Hypothesis } from "./hypothesis.ts";

export function effectEvidence(models: EpisodeModels, start: number): Evidence {
  const { subject, window, episode, everyone } = models;
  const from = window.first + start;
  const ln = (everyone[start] ?? 0) - subject.unchanged;
  const before = sum(subject.total, 0, from);
  const after = sum(subject.total, from, window.buckets);
  const since = clockText(episode.startAt + from * BUCKET_MS);
  const text = `${countText(after, "event")} in the ${window.buckets - from} min since ${since}, ${before} in the ${from} min before (${strength(ln)})`;
  return { kind: "effect", ln, text };
}

/** Counts per replica before and after a resize. */
export function scaleEvidence(models: EpisodeModels, hypothesis: Hypothesis): Evidence[] {
  const change = hypothesis.changes[0];
  if (!change) return [];
  const { subject, window, episode } = models;
  const resized = Math.min(Math.max(Math.floor((change.at - episode.startAt) / BUCKET_MS), 0), window.buckets);
  const ln = hypothesis.lnWeight - (hypothesis.lnPrior ?? 0) - subject.unchanged;
  const podsBefore = meanPods(models, 0, resized);
  const podsAfter = meanPods(models, resized, window.buckets);
  const before = sum(subject.total, 0, resized) / Math.max(resized, 1);
  const after = sum(subject.total, resized, window.buckets) / Math.max(window.buckets - resized, 1);
  const text = `events went from ${before.toFixed(1)} to ${after.toFixed(1)} a minute while pods went from ${podsBefore.toFixed(1)} to ${podsAfter.toFixed(1)} (${strength(ln)})`;
  return [{ kind: "scale", ln, text }];
}

function meanPods({ exposure }: EpisodeModels, from: number, to: number): number {
  let pods = 0;
  for (let a = 0; a < exposure.activations; a++)
    pods += sum(exposure.pods, a * exposure.buckets + from, a * exposure.buckets + to);
  return pods / Math.max(to - from, 1);
}

function sum(values: ArrayLike<number>, from: number, to: number): number {
  let total = 0;
  for (let i = from; i < to; i++) total += values[i] ?? 0;
  return total;
}
