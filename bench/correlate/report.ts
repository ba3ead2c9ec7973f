/** The tables of `bench correlate`. */
import { table } from "../detect/summary.ts";
import { type BaselineScore, type GateResult, type Scores, type Share, scoresAt, shareOf } from "./metrics.ts";
import type { Outcome } from "./run-episode.ts";

/** Minutes after the alert at which the gates are held. */
export const GATE_DELAY = 3;

/** What was played with alerts of one origin. */
export interface Played {
  readonly raisedBy: string;
  readonly episodes: number;
  readonly alerts: number;
  readonly scores: readonly Scores[];
  readonly gated: Scores;
  readonly baselines: readonly BaselineScore[];
  readonly gates: readonly GateResult[];
  readonly targets: readonly GateResult[];
  readonly kinds: readonly KindRow[];
  readonly mistakes: readonly Mistake[];
  readonly stress: readonly StressRow[];
}

export interface StressRow {
  readonly name: string;
  readonly scores: Scores;
}

export function reportOf(played: Played): string {
  const { raisedBy, episodes, alerts, scores, gated, baselines, gates, targets, kinds, mistakes, stress } = played;
  return [
    `### Alerts raised by ${raisedBy}`,
    `${alerts} alerts of ${episodes} episodes; share right with 95 % interval, minutes after the alert:`,
    scoreTable(scores),
    "Three minutes after the alert, against what people do today:",
    table(
      ["method", "best guess right", "blamed rollouts right", "guilty rollouts blamed"],
      [
        ["**this, asserted**", shown(gated.top1), shown(gated.rolloutPrecision), shown(gated.rolloutRecall)],
        ...baselines.map((one) => [one.name, shown(one.top1), shown(one.rolloutPrecision), shown(one.rolloutRecall)]),
      ],
    ),
    "By incident, three minutes after the alert:",
    table(
      ["incident", "alerts", "best guess right", "asserted"],
      kinds.map((row) => [row.kind, String(row.alerts), shown(row.right), shown(row.asserted)]),
    ),
    "Wrong most often, three minutes after the alert:",
    table(
      ["what happened", "best guess", "alerts", "of these asserted"],
      mistakes.map((row) => [row.truth, row.guess, String(row.alerts), String(row.asserted)]),
    ),
    "Gates:",
    gateTable(gates),
    "Targets beyond them:",
    gateTable(targets),
    ...(stress.length > 0 ? ["Harder conditions, three minutes after the alert:", stressTable(stress)] : []),
  ].join("\n\n");
}

function gateTable(gates: readonly GateResult[]): string {
  return table(
    ["gate", "value", "needed", ""],
    gates.map((gate) => [gate.name, gate.value.toFixed(3), gate.needed, gate.passed ? "passed" : "**missed**"]),
  );
}

interface KindRow {
  readonly kind: string;
  readonly alerts: number;
  readonly right: Share;
  readonly asserted: Share;
}

export function byKind(outcomes: readonly Outcome[]): KindRow[] {
  const names = [...new Set(outcomes.map(({ kind }) => kind))].sort();
  return names.map((kind) => {
    const own = outcomes.filter((outcome) => outcome.kind === kind);
    const { top1 } = scoresAt(own, GATE_DELAY);
    const verdicts = own.flatMap((outcome) => outcome.verdicts.filter(({ delay }) => delay === GATE_DELAY));
    const asserted = verdicts.filter((verdict) => verdict.asserted).length;
    return { kind, alerts: own.length, right: top1, asserted: shareOf(asserted, own.length) };
  });
}

interface Mistake {
  readonly truth: string;
  readonly guess: string;
  readonly alerts: number;
  readonly asserted: number;
}

const MOST_MISTAKES = 8;

/** Pairs of what happened and what was guessed instead, most frequent first. */
export function mistakesOf(outcomes: readonly Outcome[]): Mistake[] {
  const found = new Map<string, Mistake>();
  for (const { kind, truth, verdicts } of outcomes) {
    for (const { delay, guess, right, asserted } of verdicts) {
      if (delay !== GATE_DELAY || right) continue;
      const happened = truth.kind === "none" ? `${kind}, no cause on record` : kind;
      const known = found.get(`${happened} ${guess}`) ?? { truth: happened, guess, alerts: 0, asserted: 0 };
      found.set(`${happened} ${guess}`, { ...known, alerts: known.alerts + 1, asserted: known.asserted + Number(asserted) });
    }
  }
  return [...found.values()].sort((one, other) => other.alerts - one.alerts).slice(0, MOST_MISTAKES);
}

function scoreTable(scores: readonly Scores[]): string {
  return table(
    [
      "after",
      "best guess",
      "asserted right",
      "asserted rollouts right",
      "guilty rollouts asserted",
      "blamed without cause",
      "Brier",
      "calibration error",
    ],
    scores.map((one) => [
      `+${one.delay} min`,
      withInterval(one.top1),
      withInterval(one.assertedPrecision),
      withInterval(one.rolloutPrecision),
      withInterval(one.rolloutRecall),
      withInterval(one.unexplainedBlamed),
      one.brier.toFixed(3),
      one.calibrationError.toFixed(3),
    ]),
  );
}

function stressTable(rows: readonly StressRow[]): string {
  return table(
    ["conditions", "alerts", "best guess", "asserted right", "guilty rollouts asserted", "Brier"],
    rows.map(({ name, scores }) => [
      name,
      String(scores.alerts),
      shown(scores.top1),
      shown(scores.assertedPrecision),
      shown(scores.rolloutRecall),
      scores.brier.toFixed(3),
    ]),
  );
}

function shown({ value }: Share): string {
  return Number.isNaN(value) ? "–" : value.toFixed(3);
}

function withInterval(share: Share): string {
  return Number.isNaN(share.value) ? "–" : `${shown(share)} (${share.interval.map((end) => end.toFixed(3)).join("-")})`;
}
