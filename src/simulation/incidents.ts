import type { RollingUpdate, Version } from "./deployment-history.ts";
import type { Fleet, SimulatedSeries, SimulatedWorkload } from "./fleet.ts";
import type { FilledOptions } from "./options.ts";
import type { SimulatedPolicy } from "./policy-catalogue.ts";
import type { RandomStream } from "./random.ts";
import type { CauseKind, TruthRecord } from "./records.ts";

/** A multiplication of one series' rate over [from, to), by all pods or by the pods of one digest. */
export interface Effect {
  readonly series: SimulatedSeries;
  readonly from: number;
  readonly to: number;
  readonly ratio: number;
  readonly digest?: string;
  /** Rate per minute that the ratio applies to at least: an incident nobody could see would be no incident. */
  readonly floor: number;
}

/** Something that happened to a policy or workload besides rolling updates and resizes. */
export interface PlainChange {
  readonly at: number;
  readonly kind: "policy" | "config";
  readonly policy?: SimulatedPolicy;
  readonly workload?: SimulatedWorkload;
  readonly actor: string;
  readonly revision: string;
}

export interface Incident {
  readonly kind: CauseKind;
  readonly from: number;
  readonly to: number;
  readonly target: SimulatedSeries;
  readonly ended: TruthRecord["ended"];
  readonly ratio: number;
  readonly effects: readonly Effect[];
  readonly changes: readonly PlainChange[];
  readonly version?: Version;
  readonly previous?: Version;
}

const MINUTE = 60_000;
const ROLLOUT_MS = 3 * MINUTE;
const ROLLBACK_MS = MINUTE;
/** A tenfold rise of a rate below this takes hours to show. */
const VISIBLE_RATE = 0.5;
const RATIO = 10;
const SCALE_FACTOR = 4;
const ACTORS = ["argocd", "flux", "jenkins"];

export interface IncidentPlan {
  readonly fleet: Fleet;
  readonly options: FilledOptions;
  readonly random: RandomStream;
  /** False while the workload is being updated. */
  free(workload: SimulatedWorkload, from: number, to: number): boolean;
}

/** Draws one incident of a kind and enters its updates and resizes into the histories. Undefined: no workload is free. */
export function drawIncident(kind: CauseKind, at: number, plan: IncidentPlan): Incident | undefined {
  const lasts = plan.options.incidentLastsMs ?? Math.round(plan.random.between(20, 60)) * MINUTE;
  const to = at + lasts;
  const target = chooseTarget(kind, at, to, plan);
  if (!target) return undefined;
  const base = { kind, from: at, to, target, ratio: RATIO, changes: [] };
  switch (kind) {
    case "rollout":
      return badRollout(base, plan);
    case "policy":
      return { ...base, ended: "reverted", ...spread(base, plan, 0.7), changes: edits(base, plan) };
    case "config":
      return { ...base, ended: "reverted", effects: [effect(base, target)], changes: edits(base, plan) };
    case "scale":
      return resized(base);
    case "environment":
      return { ...base, ended: "faded", ...spread(base, plan, 1) };
    case "unexplained":
      return { ...base, ended: "faded", effects: [effect(base, target)] };
  }
}

type Base = Pick<Incident, "kind" | "from" | "to" | "target" | "ratio">;

/** The strongest PCI series for a bad rollout (it must be seen quickly), any series otherwise. */
function chooseTarget(kind: CauseKind, from: number, to: number, plan: IncidentPlan): SimulatedSeries | undefined {
  const free = plan.fleet.workloads.filter((workload) => plan.free(workload, from - 5 * MINUTE, to + 5 * MINUTE));
  const candidates = free.flatMap((workload) => workload.series);
  if (kind === "rollout") {
    const several = (series: SimulatedSeries): boolean => series.workload.history.initialReplicas >= 4;
    const pci = candidates.filter((series) => series.policy.regimes.includes("pci"));
    return plan.random.shuffled(pci.filter(several))[0] ?? pci[0];
  }
  if (kind === "scale") {
    const small = candidates.filter((series) => series.workload.history.initialReplicas <= 8);
    return plan.random.shuffled(small.length > 0 ? small : candidates)[0];
  }
  return plan.random.shuffled(candidates)[0];
}

function effect(base: Base, series: SimulatedSeries, digest?: string): Effect {
  const common = { series, from: base.from, to: base.to, ratio: base.ratio, floor: VISIBLE_RATE };
  return digest === undefined ? common : { ...common, digest };
}

/** Only pods of the new digest violate; they go away with the rollback, or the cause ends while the digest stays. */
function badRollout(base: Base, plan: IncidentPlan): Incident {
  const { workload } = base.target;
  const previous = workload.history.current(base.from);
  const version = workload.build(workload.history.builds + 1);
  const actor = plan.random.pick(ACTORS);
  const rollout = { version, kind: "rollout", actor, revision: plan.random.text("0123456789abcdef", 7) } as const;
  workload.history.addUpdate({ ...rollout, from: base.from, duration: ROLLOUT_MS });
  const rollsBack = plan.random.uniform() < 0.7;
  if (!rollsBack)
    return { ...base, ended: "faded", version, previous, effects: [effect(base, base.target, version.digest)], changes: [] };
  const back: RollingUpdate = { ...rollout, version: previous, kind: "rollback", from: base.to, duration: ROLLBACK_MS };
  workload.history.addUpdate(back);
  const lasting = { ...base, to: base.to + ROLLBACK_MS };
  return {
    ...lasting,
    ended: "rollback",
    version,
    previous,
    effects: [effect(lasting, base.target, version.digest)],
    changes: [],
  };
}

/** The target and a share of the other workloads under its policy. */
function spread(base: Base, plan: IncidentPlan, share: number): Pick<Incident, "effects"> {
  const others = plan.fleet.workloads
    .flatMap((workload) => workload.series)
    .filter((series) => series.policy === base.target.policy && series !== base.target);
  const hit = others.filter(() => plan.random.uniform() < share);
  return { effects: [base.target, ...hit].map((series) => effect(base, series)) };
}

/** The edit that causes it and the one that takes it back. */
function edits(base: Base, plan: IncidentPlan): readonly PlainChange[] {
  const subject = base.kind === "policy" ? { policy: base.target.policy } : { workload: base.target.workload };
  const kind = base.kind === "policy" ? "policy" : "config";
  return [base.from, base.to].map((at) => ({
    at,
    kind,
    actor: plan.random.pick(ACTORS),
    revision: plan.random.text("0123456789abcdef", 7),
    ...subject,
  }));
}

/** Four times the pods, each violating as before: every series of the workload rises in proportion. */
function resized(base: Base): Incident {
  const { workload } = base.target;
  const replicas = workload.history.initialReplicas;
  workload.history.addResize({ at: base.from, replicas: replicas * SCALE_FACTOR });
  workload.history.addResize({ at: base.to, replicas });
  const effects = workload.series.map((series) => ({ ...effect(base, series), ratio: SCALE_FACTOR, floor: 0 }));
  return { ...base, ratio: SCALE_FACTOR, ended: "reverted", effects, changes: [] };
}
