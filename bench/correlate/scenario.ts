/** One episode: an incident at T0 in a fleet where harmless changes happen as well. */
import { type Draft, keyOf, type SimChange } from "./draft.ts";
import type { Fleet, SimSeries } from "./fleet.ts";
import { type Effect, INCIDENT_WEIGHTS, type IncidentKind, NO_CAUSE, type Truth } from "./incident.ts";
import { addNoise } from "./noise-changes.ts";
import { plantIncident } from "./plant-incident.ts";
import { type PodSchedule, schedulePods } from "./pod-schedule.ts";

export interface Scenario {
  readonly fleet: Fleet;
  readonly kind: IncidentKind;
  readonly onset: number;
  readonly changes: readonly SimChange[];
  readonly schedules: readonly PodSchedule[];
  readonly effects: readonly Effect[];
  /** Truth of an alert on a series; series that the incident does not touch have no cause. */
  readonly truthOf: (series: SimSeries) => Truth;
  /** Delayed effects: how the guilty pods misbehave. */
  readonly mode: string;
}

export function makeScenario(fleet: Fleet): Scenario {
  const { random } = fleet;
  const kinds = Object.keys(INCIDENT_WEIGHTS) as IncidentKind[];
  const kind = kinds[random.weighted(Object.values(INCIDENT_WEIGHTS))] ?? "none";
  const fullHour = (kind === "delayed" || kind === "external") && random.chance(0.25);
  const draft: Draft = {
    fleet,
    onset: fullHour ? 7200 : random.between(6000, 7800),
    changes: [],
    operations: fleet.workloads.map(() => []),
    replicas: fleet.workloads.map(({ replicas }) => replicas),
    effects: [],
    touched: new Map(),
    mode: "",
  };
  const subject = plantIncident(draft, kind);
  addNoise(draft, subject);
  const schedules = fleet.workloads.map((workload, i) =>
    schedulePods(fleet, workload, draft.replicas[i] ?? workload.replicas, draft.operations[i] ?? []),
  );
  return {
    fleet,
    kind,
    onset: draft.onset,
    changes: draft.changes,
    schedules,
    effects: draft.effects.flatMap((write) => write(schedules)),
    truthOf: ({ policy, workload }) => draft.touched.get(keyOf(policy, workload)) ?? NO_CAUSE,
    mode: draft.mode,
  };
}

/** How much a workload was resized around a time: pods after over pods before. */
export function resizedAround(schedule: PodSchedule, from: number, to: number): number {
  const at = (time: number) => schedule.pods.filter((pod) => pod.start <= time && pod.end > time).length;
  return at(to) / Math.max(at(from), 1);
}
