/** The day that replay tests share: fifteen workloads under six policies, about sixty series. */
import type { SimulationOptions } from "../../src/simulation/options.ts";
import { HOUR } from "../harness/records.ts";

export const FLEET_DAY: SimulationOptions = {
  seed: 2,
  workloads: 15,
  durationMs: 24 * HOUR,
  start: Date.parse("2026-01-05T00:00:00Z"),
  scenario: "bad-rollout",
};
