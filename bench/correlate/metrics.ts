/** Scores over many episodes, with 95 % intervals, and the gates they are held against. */
import { wilson } from "../detect/summary.ts";
import type { Judged, Outcome } from "./run-episode.ts";

export interface Share {
  readonly hits: number;
  readonly of: number;
  readonly value: number;
  readonly interval: readonly [number, number];
}

export interface Scores {
  readonly delay: number;
  readonly alerts: number;
  readonly top1: Share;
  /** Of asserted causes, those that are right: all, and rollouts. */
  readonly assertedPrecision: Share;
  readonly rolloutPrecision: Share;
  /** Of guilty rollouts, those asserted. */
  readonly rolloutRecall: Share;
  /** Of alerts without a cause, those for which one is asserted. */
  readonly unexplainedBlamed: Share;
  /** Mean squared error of the probability of each candidate rollout. */
  readonly brier: number;
  /** Mean gap between stated probability and share right, over ten bins, weighted by their size. */
  readonly calibrationError: number;
  readonly calibration: readonly CalibrationBin[];
  /** Of delayed effects, those asserted. */
  readonly delayedAsserted: Share;
}

export interface CalibrationBin {
  readonly stated: number;
  readonly right: number;
  readonly count: number;
}

export function scoresAt(outcomes: readonly Outcome[], delay: number): Scores {
  const judged = outcomes.flatMap((outcome) => {
    const verdict = outcome.verdicts.find((one) => one.delay === delay);
    return verdict ? [{ outcome, verdict }] : [];
  });
  const asserted = judged.filter(({ verdict }) => verdict.asserted);
  const rollouts = asserted.filter(({ verdict }) => verdict.guess === "rollout");
  const guilty = judged.filter(({ outcome }) => outcome.truth.kind === "rollout");
  const none = judged.filter(({ outcome }) => outcome.truth.kind === "none");
  const delayed = judged.filter(({ outcome }) => outcome.kind === "delayed" && outcome.truth.kind === "rollout");
  const candidates = judged.flatMap(({ verdict }) => verdict.rollouts);
  const right = (list: typeof judged) => list.filter(({ verdict }) => verdict.right).length;
  const rightAsserted = (list: typeof judged) => list.filter(({ verdict }) => verdict.asserted && verdict.right).length;
  const bins = calibrationBins(judged.map(({ verdict }) => verdict));
  return {
    delay,
    alerts: judged.length,
    top1: shareOf(right(judged), judged.length),
    assertedPrecision: shareOf(right(asserted), asserted.length),
    rolloutPrecision: shareOf(right(rollouts), rollouts.length),
    rolloutRecall: shareOf(rightAsserted(guilty), guilty.length),
    unexplainedBlamed: shareOf(none.filter(({ verdict }) => verdict.asserted).length, none.length),
    brier: mean(candidates.map(({ probability, guilty: blamed }) => (probability - (blamed ? 1 : 0)) ** 2)),
    calibrationError:
      bins.reduce((sum, bin) => sum + Math.abs(bin.stated - bin.right) * bin.count, 0) / Math.max(judged.length, 1),
    calibration: bins,
    delayedAsserted: shareOf(rightAsserted(delayed), delayed.length),
  };
}

const BINS = 10;

function calibrationBins(verdicts: readonly Judged[]): CalibrationBin[] {
  return Array.from({ length: BINS }, (_, i) => {
    const inside = verdicts.filter(({ probability }) => Math.min(Math.floor(probability * BINS), BINS - 1) === i);
    return {
      stated: mean(inside.map(({ probability }) => probability)),
      right: mean(inside.map(({ right }) => (right ? 1 : 0))),
      count: inside.length,
    };
  });
}

export function shareOf(hits: number, of: number): Share {
  return { hits, of, value: of > 0 ? hits / of : Number.NaN, interval: wilson(hits, of) };
}

function mean(values: readonly number[]): number {
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : 0;
}

export interface BaselineScore {
  readonly name: string;
  readonly top1: Share;
  readonly rolloutPrecision: Share;
  readonly rolloutRecall: Share;
}

export function baselineScores(outcomes: readonly Outcome[]): BaselineScore[] {
  const names = Object.keys(outcomes[0]?.baselines ?? {});
  return names.map((name) => {
    const judged = outcomes.flatMap((outcome) => {
      const answer = outcome.baselines[name];
      return answer ? [{ truth: outcome.truth.kind, ...answer }] : [];
    });
    const blamed = judged.filter((entry) => entry.blamed === "rollout");
    const guilty = judged.filter((entry) => entry.truth === "rollout");
    const right = (list: typeof judged) => list.filter((entry) => entry.right).length;
    return {
      name,
      top1: shareOf(right(judged), judged.length),
      rolloutPrecision: shareOf(right(blamed), blamed.length),
      rolloutRecall: shareOf(right(guilty), guilty.length),
    };
  });
}

export interface GateResult {
  readonly name: string;
  readonly value: number;
  readonly needed: string;
  readonly passed: boolean;
}

/** What the engine promises three minutes after the alert. */
export function gatesOf(scores: Scores, baselines: readonly BaselineScore[]): GateResult[] {
  const least = (name: string, value: number, bound: number): GateResult => ({
    name,
    value,
    needed: `>= ${bound}`,
    passed: value >= bound,
  });
  const most = (name: string, value: number, bound: number): GateResult => ({
    name,
    value,
    needed: `<= ${bound}`,
    passed: value <= bound,
  });
  const bestBaseline = Math.max(...baselines.map(({ top1 }) => top1.value));
  return [
    least("best guess right", scores.top1.value, 0.91),
    least("asserted causes right", scores.assertedPrecision.value, 0.965),
    least("asserted rollouts right", scores.rolloutPrecision.value, 0.95),
    least("guilty rollouts asserted", scores.rolloutRecall.value, 0.86),
    most("alerts without cause blamed", scores.unexplainedBlamed.value, 0.14),
    most("Brier score per candidate rollout", scores.brier, 0.035),
    most("calibration error", scores.calibrationError, 0.03),
    least("delayed effects asserted", scores.delayedAsserted.value, 0.4),
    least("best guess above the best baseline by", scores.top1.value - bestBaseline, 0.15),
  ];
}
