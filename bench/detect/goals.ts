/** The goals of these detectors, in the order in which they were set. */

import { DEPLOY_RATES } from "./deploys.ts";
import type { ClassOutcome } from "./detection.ts";
import { FLEETS } from "./fleet.ts";
import type { Measured } from "./measured.ts";
import { RUN_LENGTH_CASES } from "./run-lengths.ts";
import { SECOND_RATES } from "./second-incident.ts";
import type { Recall } from "./summary.ts";
import { meanOf, rateInterval, recallOf, wilson } from "./summary.ts";
import { type Judged, judgeGoal, type Target } from "./targets.ts";

/** Unit tests hold what needs no simulation. */
export const TESTED =
  "Held by tests: formulas to six digits (test/unit/detectors/math/), FOCuS against brute force over all starts (test/property/detectors/focus.property.test.ts), mean likelihood ratio 1 by enumeration (test/unit/detectors/math/likelihood.test.ts).";

/** Goals of the seven classes: false alarms per series-week, recall of tenfold rises and its median delay in minutes. */
const CLASS_GOALS: Readonly<Record<string, readonly [falseAlarms: number, recall: number, delay: number]>> = {
  poisson: [0.02, 0.95, 6],
  nb: [0.02, 0.95, 6],
  seasonal: [0.02, 0.95, 6],
  bursty: [0.1, 0.45, 30],
  drift: [0.02, 0.95, 6],
  autocorr: [0.02, 0.95, 6],
  realistic: [0.02, 0.85, 6],
};
const ONSET_SHARE = 0.9;
const SECOND_SHARE = 0.95;
const DEPLOYS = 1000;

export function goals(measured: Measured): readonly Judged[] {
  return [
    ...runLengthGoals(measured),
    ...Object.keys(CLASS_GOALS).flatMap((name) => classGoals(name, measured.classes)),
    ...delayGoals(measured),
    ...Object.keys(CLASS_GOALS).map((name) => onsetGoal(name, measured.classes)),
    ...secondGoals(measured),
    deployGoal(measured),
    ...fleetGoals(measured),
    ...costGoals(measured),
  ].map(judgeGoal);
}

function runLengthGoals({ runLengths }: Measured): readonly Target[] {
  return RUN_LENGTH_CASES.map(({ rate, excess }) => {
    const minutes = runLengths?.find((one) => one.rate === rate && one.excess === excess)?.minutes ?? [];
    const name = `mean time to a false alarm at A = 1000, ${excess === 0 ? "Poisson event by event" : `dispersion ${excess + 1} by minutes`}, ${rate}/min`;
    const bounds = { atLeast: 1000, ...(excess === 0 ? { atMost: 2000 } : {}) };
    return { name, ...bounds, unit: "min", ...mean(minutes), from: `${minutes.length} runs` };
  });
}

function classGoals(name: string, classes: Measured["classes"]): readonly Target[] {
  const [falseAlarms, recall, delay] = CLASS_GOALS[name] ?? [0, 1, 0];
  const own = outcomeOf(name, classes);
  const from = `${own?.series ?? 0} series`;
  const x10 = own?.recall.x10;
  return [
    {
      name: `${name}: false alarms per series-week`,
      atMost: falseAlarms,
      measured: own?.falseAlarms.perWeek,
      ...(own ? { interval: own.falseAlarms.interval } : {}),
      from,
    },
    { name: `${name}: tenfold rises found in six hours`, atLeast: recall, ...shareOf(x10), from },
    { name: `${name}: their median delay`, atMost: delay, unit: "min", ...medianOf(x10), from },
  ];
}

function delayGoals({ delays }: Measured): readonly Target[] {
  return [
    [1, 80],
    [10, 10],
  ].map(([rate = 0, seconds = 0]) => {
    const row = delays?.open.find((one) => one.rate === rate && one.ratio === 10);
    const value = row?.seconds["0"];
    const margin = row?.margin["0"] ?? 0;
    return {
      name: `tenfold of ${rate}/min, rate known, event by event: mean delay`,
      atMost: seconds,
      unit: "s",
      measured: value,
      ...(value === undefined ? {} : { interval: [value - margin, value + margin] as const }),
      from: `${row?.runs ?? 0} runs`,
    };
  });
}

function onsetGoal(name: string, classes: Measured["classes"]): Target {
  const onsets = outcomeOf(name, classes)?.onsets;
  const from = `${onsets?.of ?? 0} alarms`;
  return { name: `${name}: onset of x10 within 5 min, rate at least .1/min`, atLeast: ONSET_SHARE, ...shareOf(onsets), from };
}

function secondGoals({ secondIncidents }: Measured): readonly Target[] {
  return SECOND_RATES.map((rate) => {
    const trials = secondIncidents?.find((one) => one.rate === rate)?.trials.filter(({ first }) => first);
    const found = trials && recallOf(trials.map(({ delay }) => delay));
    const name = `x3 found in six hours, a day after twelve hours of x5, ${rate}/min`;
    return { name, atLeast: SECOND_SHARE, ...shareOf(found), from: `${found?.of ?? 0} series` };
  });
}

function deployGoal({ deploys }: Measured): Target {
  const trials = deploys?.flatMap((one) => one.trials) ?? [];
  const alarmed = trials.filter(({ alarms }) => alarms > 0).length;
  const [low, high] = wilson(alarmed, trials.length);
  return {
    name: `a deploy that changes nothing, with the history of the version before: false alarms in ${DEPLOYS} deploys of a week`,
    atMost: 0,
    measured: trials.length === 0 ? undefined : (alarmed * DEPLOYS) / trials.length,
    ...(trials.length === 0 ? {} : { interval: [low * DEPLOYS, high * DEPLOYS] as const }),
    from: `${trials.length} deploys at ${DEPLOY_RATES.join(", ")}/min`,
  };
}

function fleetGoals({ fleets }: Measured): readonly Target[] {
  const allowed = [2, 1];
  return FLEETS.map(({ name, size }, i) => {
    const own = fleets?.[i] ?? [];
    const alarms = own.reduce((sum, series) => sum + series.alarms, 0);
    const scale = size / Math.max(1, own.length);
    const interval = rateInterval(alarms, 1 / scale);
    return {
      name: `false alarms a week of ${size} series (${name}), threshold for one`,
      atMost: allowed[i] ?? 0,
      measured: own.length === 0 ? undefined : alarms * scale,
      ...(own.length === 0 ? {} : { interval }),
      from: `${alarms} in ${own.length} series`,
    };
  });
}

function costGoals({ speed, fleets }: Measured): readonly Target[] {
  const bytes = fleets?.[0]?.map((series) => series.bytes) ?? [];
  return [
    { name: "event updates of the core statistic per second and core", atLeast: 1e6, measured: speed?.updates },
    { name: "state of a sparse series, as stored", atMost: 400, unit: "bytes", ...mean(bytes), from: `${bytes.length} series` },
  ];
}

export function outcomeOf(name: string, classes: readonly ClassOutcome[] | undefined): ClassOutcome | undefined {
  return classes?.find((outcome) => outcome.name === name);
}

export function shareOf(recall: Recall | undefined): Pick<Target, "measured" | "interval"> {
  return recall && recall.of > 0 ? { measured: recall.recall, interval: recall.interval } : { measured: undefined };
}

export function medianOf(recall: Recall | undefined): Pick<Target, "measured" | "interval"> {
  return { measured: recall?.medianDelay, ...(recall?.medianInterval ? { interval: recall.medianInterval } : {}) };
}

function mean(values: readonly number[]): Pick<Target, "measured" | "interval"> {
  if (values.length === 0) return { measured: undefined };
  const { mean: measured, margin } = meanOf(values);
  return { measured, interval: [measured - margin, measured + margin] };
}
