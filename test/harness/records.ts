/** Records that tests feed to Tenfold: simulated fleets, and the same facts written differently. */
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { SimulationOptions } from "../../src/simulation/options.ts";
import type { ChangeRecord, TruthRecord, ViolationRecord } from "../../src/simulation/records.ts";
import { simulateFleet } from "../../src/simulation/simulate-fleet.ts";

export type { ChangeRecord, TruthRecord, ViolationRecord };

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export interface FleetRecords {
  readonly events: readonly ViolationRecord[];
  readonly changes: readonly ChangeRecord[];
  readonly truth: readonly TruthRecord[];
}

export function fleetRecords(options: SimulationOptions): FleetRecords {
  const run = simulateFleet(options);
  const changes = run.changes.map(({ record }) => record);
  return { events: Array.from(run.events, ({ record }) => record), changes, truth: run.truth };
}

/** The one incident of a scenario that has one. */
export function onlyTruth(fleet: FleetRecords): TruthRecord {
  const [truth, second] = fleet.truth;
  if (!truth || second) throw new Error(`the scenario has ${fleet.truth.length} incidents, not one`);
  return truth;
}

/** Writes records as NDJSON, compressed when the path ends in `.gz`. Returns the path. */
export function writeRecords(path: string, records: readonly unknown[]): string {
  const text = records.map((record) => `${JSON.stringify(record)}\n`).join("");
  writeFileSync(path, path.endsWith(".gz") ? gzipSync(text) : text);
  return path;
}

/** Events as a source without image knowledge reports them: pod and workload only. */
export function withoutDigests(events: readonly ViolationRecord[]): readonly ViolationRecord[] {
  return events.map(({ digest: _digest, image: _image, ...rest }) => rest);
}

/** Both in one sequence by time, changes before events of the same moment. */
export function mixed(fleet: Pick<FleetRecords, "events" | "changes">): readonly (ViolationRecord | ChangeRecord)[] {
  // RFC 3339 of one width sorts as text, and the sort is stable.
  return [...fleet.changes, ...fleet.events].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

/** Events per series as the store should count them. */
export function countsBySeries(events: readonly ViolationRecord[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const event of events) {
    const key = seriesKey(event);
    counts.set(key, (counts.get(key) ?? 0) + event.count);
  }
  return counts;
}

/** What the counts of two places are compared under. */
export function seriesKey(of: {
  readonly policy: string;
  readonly namespace: string;
  readonly workload: string;
  readonly digest?: string;
}): string {
  return `${of.policy} ${of.namespace}/${of.workload} ${of.digest ?? ""}`;
}
