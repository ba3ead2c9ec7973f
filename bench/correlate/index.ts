/**
 * `bench correlate`: how often the engine names the right cause, how often it is right when it asserts one, and how it
 * compares with what people do today, on simulated fleets with harmless changes everywhere.
 *
 * Nothing of the engine was fitted on the seeds used here: they start at 7 000 000 times the given seed.
 */

import { table } from "../detect/summary.ts";
import { type AlarmRule, cusumAlarm, panelAlarm } from "./alarms.ts";
import { calibrationChart } from "./calibration-chart.ts";
import { type Conditions, REFERENCE } from "./fleet.ts";
import { baselineScores, gatesOf, type Scores, type Share, scoresAt } from "./metrics.ts";
import { DELAYS, type Outcome, type RunOptions, runEpisode } from "./run-episode.ts";

export interface CorrelateBenchOptions {
  readonly seed: number;
  readonly episodes: number;
  /** Also run the harder variants, a quarter of the episodes each. */
  readonly stress?: boolean;
  /** Who raises the alerts. Default `cusum`. */
  readonly alarms?: "cusum" | "panel";
}

export interface CorrelateBenchResult {
  readonly text: string;
  readonly json: unknown;
  readonly svg: string;
}

/** Distance between the seeds of two parts of a run. */
const PART = 1_000_003;
const GATE_DELAY = 3;

export async function runCorrelateBench(options: CorrelateBenchOptions): Promise<CorrelateBenchResult> {
  const alarm = options.alarms === "panel" ? panelAlarm : cusumAlarm;
  const outcomes = await runMany(options.seed, 0, options.episodes, { conditions: REFERENCE, alarm });
  const scores = DELAYS.map((delay) => scoresAt(outcomes, delay));
  const baselines = baselineScores(outcomes);
  const gated = scores.find(({ delay }) => delay === GATE_DELAY) ?? scoresAt(outcomes, GATE_DELAY);
  const gates = gatesOf(gated, baselines);
  const kinds = byKind(outcomes);
  const stress = options.stress ? await runStress(options, alarm) : [];
  const sections = [
    `${outcomes.length} alerts of ${options.episodes} episodes; share right with 95 % interval, minutes after the alert:`,
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
    "Gates:",
    table(
      ["gate", "value", "needed", ""],
      gates.map((gate) => [gate.name, gate.value.toFixed(3), gate.needed, gate.passed ? "passed" : "**missed**"]),
    ),
    ...(stress.length > 0 ? ["Harder conditions, three minutes after the alert:", stressTable(stress)] : []),
  ];
  return {
    text: sections.join("\n\n"),
    json: { options, alerts: outcomes.length, scores, baselines, gates, kinds, stress },
    svg: calibrationChart(gated.calibration),
  };
}

/** Plays episodes one after the other, letting other work in between. */
export async function runMany(seed: number, part: number, episodes: number, run: RunOptions): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const base = (seed * 7_000_000 + part * PART) >>> 0;
  for (let i = 0; i < episodes; i++) {
    const outcome = runEpisode((base + i * 7919) >>> 0, run);
    if (outcome) outcomes.push(outcome);
    if (i % 20 === 19) await new Promise((resolve) => setImmediate(resolve));
  }
  return outcomes;
}

interface StressRow {
  readonly name: string;
  readonly scores: Scores;
}

const STRESS: readonly {
  readonly name: string;
  readonly conditions?: Partial<Conditions>;
  readonly run?: Partial<RunOptions>;
}[] = [
  { name: "reference" },
  { name: "no pod names", conditions: { podNameMissing: 1 } },
  { name: "no digest on any event", conditions: { digestMissing: 1 } },
  { name: "onset told 3 min late", run: { hiding: { onsetShift: 3 } } },
  { name: "onset told 3 min early", run: { hiding: { onsetShift: -3 } } },
  { name: "pods younger than 3 min unresolved", run: { hiding: { youngUnresolved: 180 } } },
  { name: "clocks off by 120 s", conditions: { skew: 120 } },
  { name: "a rollout an hour everywhere", conditions: { noiseRollouts: 3, harmlessNearby: 1 } },
  {
    name: "history and siblings say nothing",
    conditions: { propensitySpread: 0, soakShows: 0.3, siblingHit: 0.05, byAge: 0.2 },
  },
];

async function runStress({ seed, episodes }: CorrelateBenchOptions, alarm: AlarmRule): Promise<StressRow[]> {
  const rows: StressRow[] = [];
  for (const { name, conditions, run } of STRESS) {
    const options: RunOptions = { conditions: { ...REFERENCE, ...conditions }, alarm, delays: [GATE_DELAY], ...run };
    const outcomes = await runMany(seed, 1, Math.ceil(episodes / 4), options);
    rows.push({ name, scores: scoresAt(outcomes, GATE_DELAY) });
  }
  return rows;
}

function byKind(outcomes: readonly Outcome[]) {
  const names = [...new Set(outcomes.map(({ kind }) => kind))].sort();
  return names.map((kind) => {
    const own = outcomes.filter((outcome) => outcome.kind === kind);
    const { top1 } = scoresAt(own, GATE_DELAY);
    const verdicts = own.flatMap((outcome) => outcome.verdicts.filter(({ delay }) => delay === GATE_DELAY));
    const asserted = verdicts.filter((verdict) => verdict.asserted).length;
    return { kind, alerts: own.length, right: top1, asserted: shareOfAll(asserted, own.length) };
  });
}

function shareOfAll(hits: number, of: number): Share {
  return { hits, of, value: of > 0 ? hits / of : Number.NaN, interval: [0, 1] };
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
