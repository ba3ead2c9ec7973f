import { changeRecords, type TimedChange } from "./change-records.ts";
import { eventStream, type TimedViolation } from "./event-stream.ts";
import { fillOptions, type SimulationOptions } from "./options.ts";
import { planFleet } from "./plan.ts";
import type { TruthRecord } from "./records.ts";
import { truthRecords } from "./truth-records.ts";

export interface FleetRun {
  /** In order of time, drawn as they are read: a million events never lie in memory together. Can be read once. */
  readonly events: Generator<TimedViolation>;
  /** In order of time. */
  readonly changes: readonly TimedChange[];
  /** In order of time. */
  readonly truth: readonly TruthRecord[];
}

/**
 * Simulates a fleet's violations, its changes and the true causes of its incidents. Pure: the same options give the same
 * records.
 */
export function simulateFleet(options: SimulationOptions): FleetRun {
  const filled = fillOptions(options);
  const plan = planFleet(filled);
  return { events: eventStream(plan, filled), changes: changeRecords(plan, filled), truth: truthRecords(plan, filled) };
}
