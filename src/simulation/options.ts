/** What kind of incidents a simulated fleet has. */
export const SCENARIOS = [
  "quiet",
  "bad-rollout",
  "policy-edit",
  "scale",
  "config",
  "environment",
  "unexplained",
  "mixed",
] as const;
export type Scenario = (typeof SCENARIOS)[number];

export interface SimulationOptions {
  /** Same seed and options, same bytes. */
  readonly seed: number;
  readonly workloads: number;
  readonly durationMs: number;
  /** First moment, milliseconds since the epoch. */
  readonly start: number;
  readonly scenario: Scenario;
  /** Policies in force, 1..10; the first is a PCI one. (Default: 6) */
  readonly policies?: number;
  /** Share of events that carry image and digest. (Default: 1) */
  readonly eventsWithDigest?: number;
  /** Share of events that carry the pod's name. (Default: 1) */
  readonly eventsWithPod?: number;
  /** When the incident (the first one of `mixed`) happens, after the start. (Default: three quarters, `mixed` one third) */
  readonly incidentAfterMs?: number;
  /** `mixed`: mean distance of two incidents; at least 75 minutes. (Default: 90 minutes) */
  readonly incidentEveryMs?: number;
  /** How long the incident's cause lasts. (Default: drawn from 20 to 60 minutes) */
  readonly incidentLastsMs?: number;
}

export type FilledOptions = Required<Omit<SimulationOptions, "incidentLastsMs">> & Pick<SimulationOptions, "incidentLastsMs">;

/** Defaults filled in; throws a RangeError that names the option when one is out of range. */
export function fillOptions(options: SimulationOptions): FilledOptions {
  const share = options.scenario === "mixed" ? 1 / 3 : 3 / 4;
  const filled: FilledOptions = {
    policies: 6,
    eventsWithDigest: 1,
    eventsWithPod: 1,
    incidentEveryMs: 90 * 60_000,
    incidentAfterMs: Math.round(options.durationMs * share),
    ...options,
  };
  if (!Number.isSafeInteger(filled.seed)) throw new RangeError("seed must be an integer");
  if (!Number.isInteger(filled.workloads) || filled.workloads < 1)
    throw new RangeError("workloads must be an integer of at least 1");
  if (!(filled.durationMs > 0)) throw new RangeError("duration must be positive");
  if (!SCENARIOS.includes(filled.scenario)) throw new RangeError(`scenario must be one of ${SCENARIOS.join(", ")}`);
  for (const name of ["eventsWithDigest", "eventsWithPod"] as const)
    if (!(filled[name] >= 0 && filled[name] <= 1)) throw new RangeError(`${name} must be between 0 and 1`);
  return filled;
}
