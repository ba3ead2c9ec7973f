/** What a run measures, stage by stage; stages that have not been reached are missing. */
import type { BroadRiseRow } from "./broad-rise.ts";
import type { DelayRow } from "./delays.ts";
import type { Deploy } from "./deploys.ts";
import type { ClassOutcome } from "./detection.ts";
import type { FleetSeries } from "./fleet.ts";
import type { PanelDelayRow } from "./panel-delays.ts";
import type { SecondIncident } from "./second-incident.ts";

export interface Measured {
  readonly delays?: {
    readonly open: readonly DelayRow[];
    readonly minutes: readonly (readonly DelayRow[])[];
    readonly panel: readonly PanelDelayRow[];
  };
  /** Minutes to the false alarm, by rate and overdispersion. */
  readonly runLengths?: readonly { readonly rate: number; readonly excess: number; readonly minutes: readonly number[] }[];
  readonly secondIncidents?: readonly { readonly rate: number; readonly trials: readonly SecondIncident[] }[];
  readonly deploys?: readonly { readonly rate: number; readonly trials: readonly Deploy[] }[];
  /** One of a hundred series rises: found one by one, and together. */
  readonly broadRise?: readonly BroadRiseRow[];
  readonly classes?: readonly ClassOutcome[];
  /** The same at the threshold of a fleet. */
  readonly fleetClasses?: readonly ClassOutcome[];
  /** Some of the classes after four weeks of learning. */
  readonly fourWeeks?: readonly ClassOutcome[];
  /** By position in FLEETS. */
  readonly fleets?: readonly (readonly FleetSeries[])[];
  /** Per second of processor time: updates of the core statistic, and whole steps of the panel. */
  readonly speed?: { readonly updates: number; readonly steps: number };
}
