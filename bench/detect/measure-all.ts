/** The stages of `bench detect`, in the order in which they are worth most when time runs out. */
import { createPanel } from "../../detectors/index.ts";
import { coreUpdates } from "../core-updates.ts";
import { quickest } from "../measure.ts";
import { CLASSES } from "./classes.ts";
import { delayOrders, RUN_LENGTHS } from "./delays.ts";
import { DEPLOY_RATES } from "./deploys.ts";
import { FOUR_WEEK_FIGURES } from "./design-figures.ts";
import { classOutcome, classOutcomes } from "./detection.ts";
import { FLEETS, type FleetOrder, type FleetSeries } from "./fleet.ts";
import type { Measured } from "./measured.ts";
import { PANEL_CASES } from "./panel-delays.ts";
import { BENCH_OPTIONS } from "./panel-setting.ts";
import { live, MINUTE, START, stepBucket } from "./poisson-panel.ts";
import { seeded, subSeed } from "./random.ts";
import { RUN_LENGTH_CASES } from "./run-lengths.ts";
import { SECOND_RATES } from "./second-incident.ts";
import { FLEET_SETTING, type Study, type StudyOrder } from "./series-study.ts";
import { type Done, Stages } from "./stages.ts";

/** How much is looked at when there is time. */
export interface Plan {
  readonly minutes: number;
  readonly seriesPerClass: number;
  /** One block of series in so many is also studied with the panel taken apart. */
  readonly ablateEvery: number;
  /** Runs of each delay, and of each time to a false alarm. */
  readonly delayRuns: number;
  readonly runLengthRuns: number;
  /** Series, and deploys, of each rate. */
  readonly secondIncidents: number;
  readonly deploys: number;
  /** Series of the fleet one in a hundred of which rises. */
  readonly broadRise: number;
  /** Series of each class that learn for four weeks. */
  readonly fourWeeks: number;
  /** Share of the series of each fleet. */
  readonly fleetShare: number;
  /** Shares of the time after which the stages end. */
  readonly until: { readonly known: number; readonly lives: number; readonly classes: number; readonly fourWeeks: number };
}

export interface Reporter {
  say(line: string): void;
  /** What is known so far. */
  save(measured: Measured): void;
}

/**
 * A block of series: a multiple of the lengths of all lists of rates, so that every rate is among the blocks taken apart
 * as often as it should be.
 */
const BLOCK = 12;
/** Series of each class that are studied however little time there is. */
const LEAST_SERIES = 3;
/** Runs or series of one order: some seconds of work at most. */
const RUNS_AT_ONCE = 100;
const LIVES_AT_ONCE = 5;
const FLEET_AT_ONCE = 100;

export async function measureAll(seed: number, plan: Plan, { say, save }: Reporter) {
  const stages = new Stages(plan.minutes, say);
  let measured: Measured = {};
  const add = (more: Measured) => {
    measured = { ...measured, ...more };
    save(measured);
  };
  try {
    add({ delays: await delays(stages, seed, plan) });
    add({ runLengths: await lengths(stages, seed, plan) });
    add(await lives(stages, seed, plan));
    add({ broadRise: await broadRise(stages, seed, plan) });
    const studies = await classes(stages, seed, plan, (soFar) => save({ ...measured, ...outcomes(soFar) }));
    add(outcomes(studies));
    add({ fourWeeks: await fourWeeks(stages, seed, plan) });
    const fleets = await fleetRuns(stages, seed, plan, (soFar) => save({ ...measured, fleets: soFar }));
    add({ fleets });
    // Last, when the threads have nothing to do: processor time is that of the whole process.
    add({ speed: speed(seed) });
    return { measured, studies };
  } finally {
    await stages.stop();
  }
}

function outcomes(studies: readonly Study[]): Measured {
  return {
    classes: classOutcomes(studies, ({ shipped }) => shipped),
    fleetClasses: classOutcomes(studies, ({ settings }) => settings[FLEET_SETTING]),
  };
}

async function delays(stages: Stages, seed: number, { delayRuns, until }: Plan): Promise<NonNullable<Measured["delays"]>> {
  const [million, year, month] = RUN_LENGTHS;
  const open = delayOrders(seed, delayRuns, million, [0, 10, 60, 300]);
  const byMinute = [month, year].map((runLength) => delayOrders(seed, delayRuns, runLength, [60]));
  const rows = await stages.run({
    name: "delays, rate known",
    task: "delayRow",
    orders: [...open, ...byMinute.flat()],
    until: until.known,
    least: open.length,
  });
  const panel = await stages.run({
    name: "delays of the panel",
    task: "panelDelay",
    orders: PANEL_CASES.map((_case, position) => ({ seed, position, runs: delayRuns / 5 })),
    until: until.known,
    least: PANEL_CASES.length,
  });
  const rowsOf = (orders: readonly unknown[]) => rows.filter(({ order }) => orders.includes(order)).map(({ answer }) => answer);
  return { open: rowsOf(open), minutes: byMinute.map(rowsOf), panel: panel.map(({ answer }) => answer) };
}

async function lengths(
  stages: Stages,
  seed: number,
  { runLengthRuns, until }: Plan,
): Promise<NonNullable<Measured["runLengths"]>> {
  const orders = chunks(runLengthRuns, RUNS_AT_ONCE).flatMap(([from, runs]) =>
    RUN_LENGTH_CASES.map((one, position) => ({ ...one, seed: subSeed(seed, 76, position, from), runs })),
  );
  const done = await stages.run({
    name: "time to false alarms",
    task: "runLengths",
    orders,
    until: until.known,
    least: RUN_LENGTH_CASES.length,
  });
  return RUN_LENGTH_CASES.map(({ rate, excess }) => ({
    rate,
    excess,
    minutes: done.filter(({ order }) => order.rate === rate && order.excess === excess).flatMap(({ answer }) => answer),
  }));
}

async function lives(stages: Stages, seed: number, plan: Plan): Promise<Pick<Measured, "secondIncidents" | "deploys">> {
  const second = await stages.run({
    name: "second incidents",
    task: "secondIncidents",
    orders: chunks(plan.secondIncidents, LIVES_AT_ONCE).flatMap(([from, series]) =>
      SECOND_RATES.map((rate) => ({ seed, rate, from, series })),
    ),
    until: plan.until.lives,
    least: SECOND_RATES.length,
  });
  const deployed = await stages.run({
    name: "deploys",
    task: "deploys",
    orders: chunks(plan.deploys, LIVES_AT_ONCE).flatMap(([from, deploys]) =>
      DEPLOY_RATES.map((rate) => ({ seed, rate, from, deploys })),
    ),
    until: plan.until.lives,
    least: DEPLOY_RATES.length,
  });
  const at = <T>(
    done: readonly { readonly order: { readonly rate: number }; readonly answer: readonly T[] }[],
    rate: number,
  ) => ({
    rate,
    trials: done.filter(({ order }) => order.rate === rate).flatMap(({ answer }) => answer),
  });
  return {
    secondIncidents: SECOND_RATES.map((rate) => at(second, rate)),
    deploys: DEPLOY_RATES.map((rate) => at(deployed, rate)),
  };
}

async function broadRise(stages: Stages, seed: number, plan: Plan): Promise<NonNullable<Measured["broadRise"]>> {
  const done = await stages.run({
    name: "a rise in one of a hundred series",
    task: "broadRise",
    orders: [{ seed, series: plan.broadRise }],
    until: plan.until.lives,
    least: 1,
  });
  return done.flatMap(({ answer }) => answer);
}

async function classes(stages: Stages, seed: number, plan: Plan, onMinute: (studies: readonly Study[]) => void) {
  const studiesOf = (done: readonly Done<"studySeries">[]) => done.map(({ answer }) => answer);
  return studiesOf(
    await stages.run({
      name: "series of all classes",
      task: "studySeries",
      orders: studyOrders(seed, plan),
      until: plan.until.classes,
      least: LEAST_SERIES * CLASSES.length,
      onMinute: (done) => onMinute(studiesOf(done)),
    }),
  );
}

/** All classes advance together, so that time runs out for all at the same number of series. */
function studyOrders(seed: number, { seriesPerClass, ablateEvery }: Plan): readonly StudyOrder[] {
  return Array.from({ length: seriesPerClass }, (_, index) =>
    CLASSES.map((_class, series) => ({ seed, series, index, ablate: Math.floor(index / BLOCK) % ablateEvery === 0 })),
  ).flat();
}

const FOUR_WEEKS = 28;

async function fourWeeks(stages: Stages, seed: number, plan: Plan): Promise<NonNullable<Measured["fourWeeks"]>> {
  const names = Object.keys(FOUR_WEEK_FIGURES);
  const positions = names.map((name) => CLASSES.findIndex((one) => one.name === name));
  const done = await stages.run({
    name: "four weeks of learning",
    task: "studyHistory",
    orders: Array.from({ length: plan.fourWeeks }, (_, index) =>
      positions.map((series) => ({ seed, series, index, learningDays: FOUR_WEEKS })),
    ).flat(),
    until: plan.until.fourWeeks,
    least: 0,
  });
  return names.flatMap((name, i) => {
    const own = done.filter(({ order }) => order.series === positions[i]).map(({ answer }) => answer);
    return own.length === 0 ? [] : [classOutcome(name, own)];
  });
}

type Fleets = readonly (readonly FleetSeries[])[];

async function fleetRuns(
  stages: Stages,
  seed: number,
  { fleetShare }: Plan,
  onMinute: (fleets: Fleets) => void,
): Promise<Fleets> {
  const fleetsOf = (done: readonly Done<"fleetSeries">[]): Fleets =>
    FLEETS.map((_one, fleet) => done.filter(({ order }) => order.fleet === fleet).flatMap(({ answer }) => answer));
  const orders = FLEETS.flatMap(({ size }, fleet) =>
    chunks(Math.ceil(size * fleetShare), FLEET_AT_ONCE).map(([from, series], i, all) => ({
      order: { seed, fleet, from, series } satisfies FleetOrder,
      share: i / all.length,
    })),
  ).sort((a, b) => a.share - b.share);
  return fleetsOf(
    await stages.run({
      name: "fleets of sparse series",
      task: "fleetSeries",
      orders: orders.map(({ order }) => order),
      until: 1,
      least: FLEETS.length,
      onMinute: (done) => onMinute(fleetsOf(done)),
    }),
  );
}

const STEPS = 20_000;
const STEP_RUNS = 3;

function speed(seed: number): NonNullable<Measured["speed"]> {
  const panel = createPanel(BENCH_OPTIONS);
  const { state } = live(panel, undefined, { from: 0, to: 2880, rate: 0.5 }, seeded(subSeed(seed, 81)));
  const bucket = { at: START + 2880 * MINUTE, width: 10_000, count: 1 };
  const seconds = quickest(STEP_RUNS, () => {
    for (let i = 0; i < STEPS; i++) stepBucket(panel, state, bucket);
  });
  return { updates: coreUpdates(seed), steps: STEPS / seconds };
}

/** `total` in pieces: first number and length of each. */
function chunks(total: number, size: number): readonly (readonly [from: number, length: number])[] {
  return Array.from({ length: Math.ceil(total / size) }, (_, i) => [i * size, Math.min(size, total - i * size)] as const);
}
