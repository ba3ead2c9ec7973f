/** Targets and what became of them, as text and as JSON. */
import { classFigures, classFigureTable, figures } from "./figures.ts";
import { fleetSummaries, fleetTable } from "./fleet-report.ts";
import { goals, TESTED } from "./goals.ts";
import type { Measured } from "./measured.ts";
import { tally, targetTable } from "./targets.ts";

export function targetSections(measured: Measured): readonly string[] {
  const own = goals(measured);
  const design = figures(measured);
  const byClass = classFigures(measured);
  const { speed, fleets } = measured;
  return [
    ...(fleets
      ? [
          "Very many sparse series (median .003 events a minute) for a week, threshold for one false alarm a week in the whole fleet; tenfold rises at its end, found within six hours:",
          fleetTable(fleetSummaries(fleets)),
        ]
      : []),
    "## Targets",
    `Goals; met or missed by the measured value alone. ${tally(own)} ${TESTED}`,
    targetTable(own),
    ...(speed ? [`A whole step of the panel with its four members: ${speed.steps.toFixed(0)} a second and core.`] : []),
    `Figures of the design, from a reference implementation on series of its own, which are samples too: "within its interval" where the figure lies in the 95 % interval of what was measured. By class, recall / median delay, the design in brackets; ~: within its interval. ${tally(byClass)}`,
    classFigureTable(measured),
    ...missedByClass(byClass),
    `Others. ${tally(design)}`,
    targetTable(design),
  ];
}

function missedByClass(judged: ReturnType<typeof classFigures>): readonly string[] {
  const missed = judged.filter(({ verdict }) => verdict === "missed");
  return missed.length === 0 ? [] : ["Missed of these:", targetTable(missed)];
}

/** What was measured, single trials summed up, with the targets. */
export function jsonOf(measured: Measured) {
  const { runLengths, secondIncidents, deploys, fleets, ...rest } = measured;
  return {
    ...rest,
    ...(fleets ? { fleets: fleetSummaries(fleets) } : {}),
    targets: { goals: goals(measured), figures: figures(measured), classes: classFigures(measured) },
  };
}
