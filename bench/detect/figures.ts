/** The figures of the design beside those of this run. */
import { INJECTIONS } from "./anomalies.ts";
import {
  type Cell,
  CLASS_FIGURES,
  DELAY_FIGURES,
  DEPLOY_FIGURES,
  FLEET_FIGURES,
  FOUR_WEEK_FIGURES,
  SPARSE_FIGURES,
} from "./design-figures.ts";
import type { ClassOutcome } from "./detection.ts";
import { medianOf, outcomeOf, shareOf } from "./goals.ts";
import type { Measured } from "./measured.ts";
import { type Recall, rateInterval, recallOf, shown, table, wilson } from "./summary.ts";
import { type Judged, judgeFigure, type Target } from "./targets.ts";

/** Those that are not by class and kind of rise. */
export function figures(measured: Measured): readonly Judged[] {
  return [
    ...delayFigures(measured),
    ...deployFigures(measured),
    ...sparseFigures(measured),
    ...fleetFigures(measured),
    ...fourWeekFigures(measured),
  ].map(judgeFigure);
}

/** Every class with every kind of rise. */
export function classFigures({ classes }: Measured): readonly Judged[] {
  return Object.keys(CLASS_FIGURES).flatMap((name) => {
    const outcome = outcomeOf(name, classes);
    return outcome ? [...alarmFigures(outcome), ...INJECTIONS.flatMap((_one, i) => cellFigures(outcome, i))] : [];
  });
}

/** One cell each: what was measured, in brackets what the design has, and whether it was missed. */
export function classFigureTable({ classes = [] }: Measured): string {
  const rows = classes.flatMap((outcome) => {
    const wanted = CLASS_FIGURES[outcome.name];
    if (!wanted) return [];
    const alarms = alarmFigures(outcome);
    const perWeek = alarms.map(({ measured }) => (measured ?? 0).toFixed(3)).join(" / ");
    const cells = INJECTIONS.map(({ name }, i) => {
      const recall = outcome.recall[name];
      const [share, delay] = wanted.cells[i] ?? [0];
      const design = `${share.toFixed(2).replace(/^0/, "")}${delay === undefined ? "" : `/${delay}`}`;
      return `${recall ? shown(recall) : "–"} (${design})${mark(cellFigures(outcome, i))}`;
    });
    return [[outcome.name, `${perWeek} (${wanted.falseAlarms.join(" / ")})${mark(alarms)}`, ...cells]];
  });
  return table(["class", "false alarms: test week / days .5-3 / 3-7", ...INJECTIONS.map(({ name }) => name)], rows);
}

function mark(judged: readonly Judged[]): string {
  if (judged.some(({ verdict }) => verdict === "missed")) return " **missed**";
  return judged.some(({ verdict }) => verdict === "within") ? " ~" : "";
}

function alarmFigures({ name, series, falseAlarms, early }: ClassOutcome): readonly Judged[] {
  const wanted = CLASS_FIGURES[name]?.falseAlarms ?? [0, 0, 0];
  const periods = ["the test week", "days .5 to 3", "days 3 to 7"];
  return [falseAlarms.perWeek, ...early].map((measured, i) =>
    judgeFigure({
      name: `${name}: false alarms per series in ${periods[i]}`,
      atMost: wanted[i] ?? 0,
      measured,
      interval: rateInterval(Math.round(measured * series), series),
      from: `${series} series`,
    }),
  );
}

function cellFigures({ name, series, recall }: ClassOutcome, position: number): readonly Judged[] {
  const injection = INJECTIONS[position]?.name ?? "";
  const cell = CLASS_FIGURES[name]?.cells[position];
  return cell ? cellTargets(`${name} ${injection}`, cell, recall[injection], `${series} series`).map(judgeFigure) : [];
}

/** Share found and median delay of those found, where enough were found to tell it. */
function cellTargets(name: string, [share, delay]: Cell, recall: Recall | undefined, from: string): readonly Target[] {
  const found: Target = { name: `${name}: found`, atLeast: share, ...shareOf(recall), from };
  if (delay === undefined || recall?.medianInterval === undefined) return [found];
  return [found, { name: `${name}: median delay`, atMost: delay, unit: "min", ...medianOf(recall), from }];
}

function delayFigures({ delays }: Measured): readonly Target[] {
  return DELAY_FIGURES.flatMap(({ rate, ratio, seconds }) => {
    const row = delays?.open.find((one) => one.rate === rate && one.ratio === ratio);
    return Object.entries(seconds).map(([width, wanted]): Target => {
      const measured = row?.seconds[width];
      const margin = row?.margin[width] ?? 0;
      return {
        name: `x${ratio} of ${rate}/min, rate known, ${width === "0" ? "event by event" : `every ${width} s`}: mean delay`,
        atMost: wanted,
        unit: "s",
        measured,
        ...(measured === undefined ? {} : { interval: [measured - margin, measured + margin] as const }),
        from: `${row?.runs ?? 0} runs`,
      };
    });
  });
}

function deployFigures({ deploys }: Measured): readonly Target[] {
  return DEPLOY_FIGURES.flatMap(({ rate, cell }) => {
    const trials = deploys?.find((one) => one.rate === rate)?.trials;
    const recall = trials && recallOf(trials.map(({ delay }) => delay));
    return cellTargets(
      `x10 from a deploy on, ${rate}/min, within a day (the design: with all of the history and a lower limit)`,
      cell,
      recall,
      `${trials?.length ?? 0} deploys`,
    );
  });
}

/** In the fleet with bursts, whose threshold the figures are for. */
function sparseFigures({ fleets }: Measured): readonly Target[] {
  return SPARSE_FIGURES.map(({ from, to, found }) => {
    const own = fleets?.[1]?.filter(({ rate }) => rate >= from && rate < to) ?? [];
    const hits = own.filter((series) => series.found).length;
    return {
      name: `x10 of sparse series found in six hours, ${from}${Number.isFinite(to) ? ` to ${to}` : " and more"}/min`,
      atLeast: found,
      measured: own.length === 0 ? undefined : hits / own.length,
      ...(own.length === 0 ? {} : { interval: wilson(hits, own.length) }),
      from: `${own.length} series`,
    };
  });
}

function fleetFigures({ fleetClasses }: Measured): readonly Target[] {
  return Object.entries(FLEET_FIGURES).flatMap(([name, { cell, falseAlarms }]) => {
    const own = outcomeOf(name, fleetClasses);
    const from = `${own?.series ?? 0} series`;
    const alarms: Target = {
      name: `${name} at ln A = 23: false alarms per series-week`,
      atMost: falseAlarms,
      measured: own?.falseAlarms.perWeek,
      ...(own ? { interval: own.falseAlarms.interval } : {}),
      from,
    };
    return [alarms, ...cellTargets(`${name} x10 at ln A = 23`, cell, own?.recall.x10, from)];
  });
}

function fourWeekFigures({ fourWeeks }: Measured): readonly Target[] {
  return Object.entries(FOUR_WEEK_FIGURES).flatMap(([name, cells]) => {
    const own = outcomeOf(name, fourWeeks);
    const from = `${own?.series ?? 0} series`;
    return Object.entries(cells).flatMap(([injection, cell]) =>
      cellTargets(`${name} ${injection} after four weeks`, cell, own?.recall[injection], from),
    );
  });
}
