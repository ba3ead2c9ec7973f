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

export interface Assertion {
  /** Least probability at which a cause is asserted. */
  readonly at: number;
  readonly precision: Share;
  /** Of guilty rollouts, those asserted. */
  readonly recall: Share;
}

/** Probabilities looked at, from one half in steps of a hundredth. */
const LOWEST = 50;
const HIGHEST = 99;

/** The lowest threshold from which on asserted causes are right as often as asked; undefined when there is none. */
export function assertedAtPrecision(outcomes: readonly Outcome[], delay: number, precision: number): Assertion | undefined {
  const judged = outcomes.flatMap(({ truth, verdicts }) =>
    verdicts.filter((one) => one.delay === delay).map((verdict) => ({ truth, verdict })),
  );
  const guilty = judged.filter(({ truth }) => truth.kind === "rollout").length;
  for (let percent = LOWEST; percent <= HIGHEST; percent++) {
    const at = percent / 100;
    const asserted = judged.filter(({ verdict }) => verdict.guess !== "none" && verdict.probability >= at);
    const right = asserted.filter(({ verdict }) => verdict.right);
    if (right.length < precision * asserted.length) continue;
    const found = right.filter(({ truth }) => truth.kind === "rollout").length;
    return { at, precision: shareOf(right.length, asserted.length), recall: shareOf(found, guilty) };
  }
  return undefined;
}

export interface GateResult {
  readonly name: string;
  readonly value: number;
  readonly needed: string;
  readonly passed: boolean;
}

export const TARGET_PRECISION = 0.975;

/** What it aims at beyond the gates. */
export function targetsOf(scores: Scores, assertion: Assertion | undefined): GateResult[] {
  const recall = assertion?.recall.value ?? 0;
  return [
    { name: "best guess right", value: scores.top1.value, needed: ">= 0.95", passed: scores.top1.value >= 0.95 },
    {
      name: `guilty rollouts asserted where ${TARGET_PRECISION * 100} % of asserted causes are right (from ${assertion?.at ?? "–"} on)`,
      value: recall,
      needed: ">= 0.9",
      passed: recall >= 0.9,
    },
  ];
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
