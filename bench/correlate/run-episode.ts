/** Plays one seed: scenario, events, first alarm, and the verdicts after it. */
import { attribute } from "../../src/correlation/attribute.ts";
import type { CandidateChange, Episode } from "../../src/correlation/episode.ts";
import { isUnexplained } from "../../src/correlation/hypothesis.ts";
import type { ModelOptions } from "../../src/correlation/model-options.ts";
import type { Verdict } from "../../src/correlation/verdict.ts";
import type { AlarmRule } from "./alarms.ts";
import { BASELINES } from "./baselines.ts";
import { type AlertSeen, drawHistories, episodeOf, type Hiding } from "./episode-of.ts";
import { drawEvents, promptCounts, type SeriesEvents } from "./events.ts";
import { type Conditions, makeFleet } from "./fleet.ts";
import type { IncidentKind, Truth } from "./incident.ts";
import { makeScenario, resizedAround, type Scenario } from "./scenario.ts";

export const DELAYS = [0, 1, 3, 10] as const;

export interface RunOptions {
  readonly conditions: Conditions;
  readonly alarm: AlarmRule;
  readonly hiding?: Hiding;
  readonly model?: ModelOptions;
  readonly delays?: readonly number[];
}

/** One verdict against the truth. */
export interface Judged {
  readonly delay: number;
  /** Best guess: kind of its change, or none; and its probability. */
  readonly guess: string;
  readonly probability: number;
  readonly right: boolean;
  readonly asserted: boolean;
  /** Each candidate rollout: its probability and whether it is to blame. */
  readonly rollouts: readonly { readonly probability: number; readonly guilty: boolean }[];
}

export interface Outcome {
  readonly seed: number;
  readonly kind: IncidentKind;
  readonly mode: string;
  readonly truth: Truth;
  readonly onsetError: number;
  readonly verdicts: readonly Judged[];
  /** By baseline: the kind it blamed (undefined: none), and whether it was right. */
  readonly baselines: Readonly<Record<string, { readonly blamed: string | undefined; readonly right: boolean }>>;
}

/** Longest wait for an alarm after the onset, seconds. */
const PATIENCE = 2400;
const HEAD_START = 120;
const RESIZED = 1.3;
const GRACE = 10;
/** Baselines are asked when most verdicts count. */
const BASELINE_DELAY = 3;

/** Undefined when the episode is not scored: no alarm, or an alarm whose truth is not clear. */
export function runEpisode(seed: number, options: RunOptions): Outcome | undefined {
  const scenario = makeScenario(makeFleet(seed, options.conditions));
  const events = drawEvents(scenario);
  const alert = firstAlert(scenario, events, options.alarm);
  if (!alert) return undefined;
  const truth = scenario.truthOf(alert.series);
  const schedule = scenario.schedules[alert.series.workload];
  if (truth.kind === "none" && schedule) {
    const ratio = resizedAround(schedule, scenario.onset - 900, (alert.minute + 1) * 60);
    if (ratio > RESIZED || ratio < 1 / RESIZED) return undefined;
  }
  const histories = drawHistories(scenario);
  const at = (delay: number) => episodeOf(scenario, events, histories, alert, delay, options.hiding);
  const verdicts = (options.delays ?? DELAYS).map((delay) => {
    const verdict = attribute(at(delay), options.model ? { model: options.model } : {});
    return judge(delay, verdict, truth);
  });
  const onsetError = alert.onset - scenario.onset / 60;
  const baselines = judgeBaselines(at(BASELINE_DELAY), scenario, truth);
  return { seed, kind: scenario.kind, mode: scenario.mode, truth, onsetError, verdicts, baselines };
}

function firstAlert(scenario: Scenario, events: readonly SeriesEvents[], alarm: AlarmRule): AlertSeen | undefined {
  const from = Math.floor((scenario.onset - HEAD_START) / 60);
  let first: AlertSeen | undefined;
  for (const one of events) {
    const raised = alarm(promptCounts(one, GRACE), from);
    if (!raised || raised.minute * 60 > scenario.onset + PATIENCE) continue;
    if (!first || raised.minute < first.minute) first = { series: one.series, ...raised };
  }
  return first;
}

function judge(delay: number, verdict: Verdict, truth: Truth): Judged {
  const best = verdict.ranking.find(({ kind }) => !isUnexplained(kind));
  const blames = best !== undefined && best.probability > verdict.unexplainedProbability;
  const rollouts = verdict.ranking.filter(({ kind }) => kind === "rollout");
  return {
    delay,
    guess: blames ? classOf(best.kind) : "none",
    probability: blames ? best.probability : verdict.unexplainedProbability,
    right: blames ? matches(classOf(best.kind), best.changes, truth) : truth.kind === "none",
    asserted: verdict.tier === "asserted",
    rollouts: rollouts.map(({ probability, changes }) => ({ probability, guilty: matches("rollout", changes, truth) })),
  };
}

function classOf(kind: string): string {
  return kind === "other-policy" ? "policy" : kind;
}

function matches(kind: string, changes: readonly CandidateChange[], truth: Truth): boolean {
  if (kind !== truth.kind) return false;
  return truth.kind === "cluster" || truth.kind === "scale" || changes.some(({ id }) => truth.changes.includes(id));
}

function judgeBaselines(episode: Episode, { changes }: Scenario, truth: Truth): Outcome["baselines"] {
  const everywhere = changes.map((change): CandidateChange => ({ id: change.id, kind: change.kind, at: change.at * 1000 }));
  const known = everywhere.filter(({ at }) => at <= episode.asOf);
  return Object.fromEntries(
    Object.entries(BASELINES).map(([name, rule]) => {
      const blamed = rule(episode, known);
      const right = blamed ? matches(blamed.kind, [blamed], truth) : truth.kind === "none";
      return [name, { blamed: blamed?.kind, right }];
    }),
  );
}
