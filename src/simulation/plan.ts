import { RandomStream } from "./random.ts";
import { drawFleet, type Fleet, type SimulatedWorkload } from "./fleet.ts";
import { drawIncident, type Incident } from "./incidents.ts";
import type { FilledOptions, Scenario } from "./options.ts";
import type { CauseKind } from "./records.ts";

/** Everything that will happen, decided before the first event is drawn. Its size depends on changes, not on events. */
export interface FleetPlan {
  readonly fleet: Fleet;
  readonly incidents: readonly Incident[];
}

const MINUTE = 60_000;
/** Mean time between two harmless rollouts of one workload. */
const ROLLOUT_EVERY = 12 * 60 * MINUTE;
/** Two updates of one workload keep this distance. */
const APART = 30 * MINUTE;
/** `mixed`: mean and least distance of two incidents. */
const INCIDENT_EVERY = 60 * MINUTE;
const INCIDENT_APART = 45 * MINUTE;
const KINDS: readonly CauseKind[] = ["rollout", "policy", "scale", "config", "environment", "unexplained"];
const KIND_OF: Readonly<Record<Exclude<Scenario, "quiet" | "mixed">, CauseKind>> = {
  "bad-rollout": "rollout",
  "policy-edit": "policy",
  scale: "scale",
  config: "config",
  environment: "environment",
  unexplained: "unexplained",
};

export function planFleet(options: FilledOptions): FleetPlan {
  const fleet = drawFleet(options.seed, options.workloads, options.policies);
  const incidents = planIncidents(fleet, options);
  for (const [index, workload] of fleet.workloads.entries()) {
    const touched = incidents.filter((incident) => incident.effects.some((effect) => effect.series.workload === workload));
    planRollouts(workload, index, touched, options);
  }
  return { fleet, incidents };
}

function planIncidents(fleet: Fleet, options: FilledOptions): readonly Incident[] {
  const random = new RandomStream(["incidents", options.seed]);
  const incidents: Incident[] = [];
  const end = options.start + options.durationMs;
  const free = (workload: SimulatedWorkload, from: number, to: number): boolean =>
    !incidents.some((one) => one.from <= to && one.to >= from && one.effects.some((effect) => effect.series.workload === workload));
  for (const { kind, at } of schedule(random, options)) {
    if (at >= end) break;
    const incident = drawIncident(kind, at, { fleet, options, random, free });
    if (incident) incidents.push(incident);
  }
  return incidents;
}

function* schedule(random: RandomStream, options: FilledOptions): Generator<{ readonly kind: CauseKind; readonly at: number }> {
  const first = options.start + options.incidentAfterMs;
  if (options.scenario === "quiet") return;
  if (options.scenario !== "mixed") {
    yield { kind: KIND_OF[options.scenario], at: first };
    return;
  }
  for (let at = first; ; ) {
    for (const kind of random.shuffled(KINDS)) {
      yield { kind, at: Math.round(at) };
      at += INCIDENT_APART + random.exponential(INCIDENT_EVERY - INCIDENT_APART);
    }
  }
}

/** Harmless rolling updates of a workload, away from the incidents that touch it. */
function planRollouts(workload: SimulatedWorkload, index: number, touched: readonly Incident[], options: FilledOptions): void {
  const random = new RandomStream(["rollouts", options.seed, index]);
  const end = options.start + options.durationMs;
  let builds = workload.history.updates.length;
  for (let at = options.start + random.exponential(ROLLOUT_EVERY); at < end; at += random.exponential(ROLLOUT_EVERY)) {
    const duration = Math.round(random.logUniform(45_000, 900_000));
    const update = { actor: random.pick(["argocd", "flux", "jenkins"]), revision: random.text("0123456789abcdef", 7) };
    const from = Math.round(at);
    const near = touched.some((one) => from <= one.to + APART && from + duration >= one.from - APART);
    if (near || workload.history.busy(from - APART, from + duration + APART)) continue;
    builds++;
    workload.history.addUpdate({ ...update, from, duration, kind: "rollout", version: workload.build(builds) });
  }
}
