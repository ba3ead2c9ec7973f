/**
 * `bench correlate`: how often the engine names the right cause, how often it is right when it asserts one, and how it
 * compares with what people do today, on simulated fleets with harmless changes everywhere. Twice: with alerts raised by
 * the shipped detectors, and by a plain CUSUM.
 *
 * Nothing of the engine was fitted on the seeds used here: they start at 7 000 000 times the given seed.
 */

import type { BenchmarkResult } from "../benchmark-result.ts";
import { type AlarmRule, cusumAlarm, panelAlarm } from "./alarms.ts";
import { calibrationChart } from "./calibration-chart.ts";
import { type Conditions, REFERENCE } from "./fleet.ts";
import { assertedAtPrecision, baselineScores, gatesOf, scoresAt, TARGET_PRECISION, targetsOf } from "./metrics.ts";
import { byKind, GATE_DELAY, mistakesOf, type Played, reportOf, type StressRow } from "./report.ts";
import { DELAYS, type Outcome, type RunOptions, runEpisode } from "./run-episode.ts";

const EPISODES = 300;
/** Enough for more than 1500 alerts. */
const FULL_EPISODES = 1900;

const ALARMS: readonly { readonly name: string; readonly file: string; readonly alarm: AlarmRule }[] = [
  { name: "the shipped detectors, as configured by default", file: "calibration.svg", alarm: panelAlarm },
  { name: "a plain CUSUM", file: "calibration-cusum.svg", alarm: cusumAlarm },
];

export interface CorrelateBenchOptions {
  readonly seed: number;
  /** At least 1500 alerts of either origin, and the harder conditions with a quarter of the episodes each. */
  readonly full?: boolean | undefined;
}

/** Distance between the seeds of two parts of a run. */
const PART = 1_000_003;

export async function runCorrelateBench({ seed, full = false }: CorrelateBenchOptions): Promise<BenchmarkResult> {
  const episodes = full ? FULL_EPISODES : EPISODES;
  const played: Played[] = [];
  for (const { name, alarm } of ALARMS) {
    const outcomes = await runMany(seed, 0, episodes, { conditions: REFERENCE, alarm });
    const stress = full ? await runStress(seed, Math.ceil(episodes / 4), alarm) : [];
    played.push(scored(name, episodes, outcomes, stress));
  }
  return {
    text: played.map(reportOf).join("\n\n"),
    json: { seed, played },
    pictures: Object.fromEntries(ALARMS.map(({ file }, i) => [file, calibrationChart(played[i]?.gated.calibration ?? [])])),
  };
}

export function scored(raisedBy: string, episodes: number, outcomes: readonly Outcome[], stress: readonly StressRow[]): Played {
  const gated = scoresAt(outcomes, GATE_DELAY);
  const baselines = baselineScores(outcomes);
  return {
    raisedBy,
    episodes,
    alerts: outcomes.length,
    scores: DELAYS.map((delay) => scoresAt(outcomes, delay)),
    gated,
    baselines,
    gates: gatesOf(gated, baselines),
    targets: targetsOf(gated, assertedAtPrecision(outcomes, GATE_DELAY, TARGET_PRECISION)),
    kinds: byKind(outcomes),
    mistakes: mistakesOf(outcomes),
    stress,
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

async function runStress(seed: number, episodes: number, alarm: AlarmRule): Promise<StressRow[]> {
  const rows: StressRow[] = [];
  for (const { name, conditions, run } of STRESS) {
    const options: RunOptions = { conditions: { ...REFERENCE, ...conditions }, alarm, delays: [GATE_DELAY], ...run };
    const outcomes = await runMany(seed, 1, episodes, options);
    rows.push({ name, scores: scoresAt(outcomes, GATE_DELAY) });
  }
  return rows;
}
