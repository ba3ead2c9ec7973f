import { drawFleet, type Fleet, type SimulatedWorkload } from "./fleet.ts";
import { drawIncident, type Incident } from "./incidents.ts";
import type { FilledOptions, Scenario } from "./options.ts";
import { RandomStream } from "./random.ts";
import type { CauseKind } from "./records.ts";

/** Everything that will happen, decided before the first event is drawn. Its size depends on changes, not on events. */
export interface FleetPlan {
  readonly fleet: Fleet;
  readonly incidents: readonly Incident[];
}

const MINUTE = 60_000;
/** Mean time between two harmless rollouts of one workload. */
const ROLLOUT_EVERY = 12 * 60 * MINUTE;
/** Two updates of one workload, and an update and an incident of it, keep this distance. */
const APART = 30 * MINUTE;
/** `mixed`: least distance of two incidents; none lasts longer than an hour, so they never overlap. */
const INCIDENT_APART = 75 * MINUTE;
const KINDS: readonly CauseKind[] = ["rollout", "policy", "scale", "config", "environment", "unexplained"];
const KIND_OF: Readonly<Record<Exclude<Scenario, "quiet" | "mixed">, CauseKind>> = {
  "bad-rollout": "rollout",
  "policy-edit": "policy",
  scale: "scale",
  config: "config",
  environment: "environment",
  unexplained: "unexplained",
};

type Wish =
  | { readonly at: number; readonly kind: CauseKind }
  | { readonly at: number; readonly kind: "harmless"; readonly workload: SimulatedWorkload; readonly random: RandomStream };

/** Grants wishes in order of time, so that every version follows the one that really ran before it. */
export function planFleet(options: FilledOptions): FleetPlan {
  const fleet = drawFleet(options.seed, options.workloads, options.policies);
  const random = new RandomStream(["incidents", options.seed]);
  const incidents: Incident[] = [];
  const free = (workload: SimulatedWorkload, from: number, to: number): boolean => !workload.history.busy(from, to);
  for (const wish of wishes(fleet, options)) {
    if (wish.kind === "harmless") {
      updateHarmlessly(wish, incidents);
      continue;
    }
    const incident = drawIncident(wish.kind, wish.at, { fleet, options, random, free });
    if (incident) incidents.push(incident);
  }
  return { fleet, incidents };
}

function wishes(fleet: Fleet, options: FilledOptions): readonly Wish[] {
  const end = options.start + options.durationMs;
  const all: Wish[] = [];
  for (const wish of incidentWishes(options)) {
    if (wish.at >= end) break;
    all.push(wish);
  }
  for (const [index, workload] of fleet.workloads.entries()) {
    const random = new RandomStream(["rollouts", options.seed, index]);
    for (let at = options.start + random.exponential(ROLLOUT_EVERY); at < end; at += random.exponential(ROLLOUT_EVERY))
      all.push({ at: Math.round(at), kind: "harmless", workload, random });
  }
  return all.sort((left, right) => left.at - right.at);
}

function* incidentWishes(options: FilledOptions): Generator<{ readonly kind: CauseKind; readonly at: number }> {
  const random = new RandomStream(["schedule", options.seed]);
  const first = options.start + options.incidentAfterMs;
  if (options.scenario === "quiet") return;
  if (options.scenario !== "mixed") {
    yield { kind: KIND_OF[options.scenario], at: first };
    return;
  }
  for (let at = first; ; ) {
    for (const kind of random.shuffled(KINDS)) {
      yield { kind, at: Math.round(at) };
      at += INCIDENT_APART + random.exponential(Math.max(0, options.incidentEveryMs - INCIDENT_APART));
    }
  }
}

/** A rolling update without effect, left out when it would come too near to another one or to an incident of the workload. */
function updateHarmlessly(wish: Extract<Wish, { kind: "harmless" }>, incidents: readonly Incident[]): void {
  const { workload, random, at } = wish;
  const duration = Math.round(random.logUniform(45_000, 900_000));
  const actor = random.pick(["argocd", "flux", "jenkins"]);
  const revision = random.text("0123456789abcdef", 7);
  const touched = incidents.some(
    (one) => at <= one.to + APART && one.effects.some((effect) => effect.series.workload === workload),
  );
  if (touched || workload.history.busy(at - APART, at + duration + APART)) return;
  const version = workload.build(workload.history.builds + 1);
  workload.history.addUpdate({ from: at, duration, kind: "rollout", version, actor, revision });
}
