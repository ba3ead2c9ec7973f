/** Dose: do the events come from the new pods, and in which proportion to their number? */
import { versionRatioInterval } from "../../detectors/math/version-ratio-interval.ts";
import type { Evidence } from "../domain/alert.ts";
import { BUCKET_MS } from "./episode.ts";
import type { EpisodeModels } from "./episode-models.ts";
import { clockText, countText, percentText, strength } from "./evidence-words.ts";
import type { Hypothesis } from "./hypothesis.ts";

/** From this share of the pods on there are no others to compare with. */
const NOTHING_TO_COMPARE = 0.98;
/** Of the interval that compares the versions' rates; beyond it the interval is not shown. */
const RATIO_CONFIDENCE = 0.95;
/** An interval that begins below this says little more than the counts do. */
const LEAST_RATIO = 1.1;
/** From here on no other evidence makes up for it, nats. */
const RULED_OUT = -9;

export interface DoseCounts {
  /** Events of known version on the new pods, on all pods, and events of unknown version, since the start. */
  readonly onNew: number;
  readonly known: number;
  readonly unknown: number;
  /** Share of the pod-minutes since the start that the new pods had, 0..1. */
  readonly podShare: number;
}

export function doseCounts({ subject, exposure, window }: EpisodeModels, activation: number, start: number): DoseCounts {
  const { buckets } = window;
  let onNew = 0;
  let known = 0;
  let unknown = 0;
  let newPods = 0;
  let pods = 0;
  for (let b = window.first + start; b < buckets; b++) {
    unknown += subject.unknown[b] ?? 0;
    for (let a = 0; a < exposure.activations; a++) known += subject.known[a * buckets + b] ?? 0;
    onNew += subject.known[activation * buckets + b] ?? 0;
    const level = exposure.totals[1][b] ?? 0;
    pods += level;
    newPods += level * (exposure.share[activation * buckets + b] ?? 0);
  }
  return { onNew, known, unknown, podShare: pods > 0 ? newPods / pods : 0 };
}

export function oldPodsLeft(counts: DoseCounts): boolean {
  return counts.podShare < NOTHING_TO_COMPARE;
}

export function doseEvidence(models: EpisodeModels, hypothesis: Hypothesis, start: number): Evidence | undefined {
  const change = hypothesis.changes[0];
  if (change?.activation === undefined || (hypothesis.kind !== "rollout" && hypothesis.kind !== "config")) return undefined;
  const [version] = models.version(change.activation);
  const ln = (version?.[start] ?? 0) - (models.everyone[start] ?? 0);
  const counts = doseCounts(models, change.activation, start);
  if (!oldPodsLeft(counts)) return strayEvidence(counts, ln);
  const since = clockText(models.episode.startAt + (models.window.first + start) * BUCKET_MS);
  const share = percentText(counts.podShare);
  if (counts.known === 0) {
    const text = `none of ${countText(counts.unknown, "event")} since ${since} carries a version; the count follows the share of new pods, ${share} of pod-minutes (${strength(ln)})`;
    return { kind: "dose", ln, text };
  }
  // Fewer events than its share of pods cannot speak for it, whatever the comparison with "all pods" says.
  if (ln > 0 && counts.onNew < counts.known * counts.podShare) return undefined;
  if (ln > 0 && counts.onNew === 0) return undefined;
  const of = `${counts.onNew} of ${countText(counts.known, "event")} since ${since}`;
  const text =
    ln > -3
      ? `${of} come from new pods, which were ${share} of pod-minutes${ln > 0 ? ratioText(counts, models.subject.dispersion) : ""} (${strength(ln)})`
      : `its pods (${share} of pod-minutes) made ${percentText(counts.onNew / counts.known)} of the events: ${of} (${strength(ln)})${ln < RULED_OUT ? ": ruled out" : ""}`;
  return { kind: "dose", ln, text };
}

/** Rate per pod of the new version beside that of the others, once both are told apart; events come in clumps of `dispersion`. */
function ratioText({ onNew, known, podShare }: DoseCounts, dispersion: number): string {
  if (podShare <= 0) return "";
  const [low, high] = versionRatioInterval(
    (known - onNew) / dispersion,
    1 - podShare,
    onNew / dispersion,
    podShare,
    RATIO_CONFIDENCE,
  );
  if (low < LEAST_RATIO) return "";
  const range = Number.isFinite(high) ? `${twoDigits(low)} to ${twoDigits(high)}` : `at least ${twoDigits(low)}`;
  return `: ${range} times the others' rate per pod`;
}

function twoDigits(ratio: number): number {
  return Number(ratio.toPrecision(2));
}

/** The rollout is complete: what still carries the old version is taken to be mislabelled. */
function strayEvidence({ known, onNew }: DoseCounts, ln: number): Evidence | undefined {
  const stray = known - onNew;
  if (stray <= 0 || onNew === 0) return undefined;
  const text = `${stray} of ${countText(known, "event")} carry another version although it has no pods left: treated as mislabelled`;
  return { kind: "dose", ln, text };
}
