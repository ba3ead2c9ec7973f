/** What is done on threads, by name. Every task is pure: its order says it all. */
import { broadRise } from "./broad-rise.ts";
import { delayRow } from "./delays.ts";
import { deploys } from "./deploys.ts";
import { fleetSeries } from "./fleet.ts";
import { panelDelay } from "./panel-delays.ts";
import { runLengths } from "./run-lengths.ts";
import { secondIncidents } from "./second-incident.ts";
import { studyHistory, studySeries } from "./series-study.ts";

export const TASKS = {
  delayRow,
  panelDelay,
  runLengths,
  secondIncidents,
  deploys,
  fleetSeries,
  broadRise,
  studySeries,
  studyHistory,
} as const;

export type TaskName = keyof typeof TASKS;
export type Order<K extends TaskName> = Parameters<(typeof TASKS)[K]>[0];
export type Answer<K extends TaskName> = ReturnType<(typeof TASKS)[K]>;
