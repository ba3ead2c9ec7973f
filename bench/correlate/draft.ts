/** A scenario while it is written: changes, what they do to pods, and effects. */
import type { Soak } from "../../src/correlation/episode.ts";
import type { Fleet } from "./fleet.ts";
import type { Effect, Truth } from "./incident.ts";
import type { Operation, PodSchedule } from "./pod-schedule.ts";

export interface SimChange {
  readonly id: string;
  readonly kind: "rollout" | "scale" | "policy" | "config";
  /** As recorded: up to 5 s wrong. */
  readonly at: number;
  readonly workload?: number;
  readonly policy?: number;
  readonly digest?: string;
  /** The operation it announces, for changes with pods of their own. */
  readonly operation?: Operation;
  readonly elsewhere?: Soak;
  readonly here?: Soak;
}

/** Collects changes and operations while a scenario is written. */
export interface Draft {
  readonly fleet: Fleet;
  readonly onset: number;
  readonly changes: SimChange[];
  readonly operations: readonly Operation[][];
  readonly replicas: number[];
  /** Effects that need the pods are written once these are scheduled. */
  readonly effects: ((schedules: readonly PodSchedule[]) => Effect[])[];
  readonly touched: Map<string, Truth>;
  mode: string;
}

export const keyOf = (policy: number, workload: number) => `${policy}/${workload}`;

export interface RolloutPlan {
  readonly at: number;
  readonly digest: string;
  readonly share?: number;
  readonly duration?: number;
  readonly elsewhere?: Soak | undefined;
  readonly here?: Soak | undefined;
  /** A configuration change with restart: the same digest in new pods. */
  readonly config?: boolean;
}

export function addRollout(draft: Draft, workload: number, plan: RolloutPlan): SimChange {
  const { random } = draft.fleet;
  const operation: Operation = {
    kind: "rollout",
    at: plan.at,
    digest: plan.digest,
    duration: plan.duration ?? random.logUniform(45, 900),
    share: plan.share ?? 1,
  };
  draft.operations[workload]?.push(operation);
  return addChange(draft, {
    kind: plan.config ? "config" : "rollout",
    at: plan.at,
    workload,
    operation,
    ...(plan.config ? {} : { digest: plan.digest }),
    ...(plan.elsewhere ? { elsewhere: plan.elsewhere } : {}),
    ...(plan.here ? { here: plan.here } : {}),
  });
}

export function addResize(draft: Draft, workload: number, at: number, factor: number): SimChange {
  const { random } = draft.fleet;
  const operation: Operation = { kind: "resize", at, factor, duration: random.between(20, 120) };
  draft.operations[workload]?.push(operation);
  return addChange(draft, { kind: "scale", at, workload });
}

/** `recorded` false: it happened, but nobody was told. */
export function addChange(draft: Draft, change: Omit<SimChange, "id">, recorded = true): SimChange {
  const { random } = draft.fleet;
  const told = { ...change, id: `c${draft.changes.length}`, at: change.at + random.between(-5, 5) };
  if (recorded) draft.changes.push(told);
  return told;
}

/** Where a digest ran before. `showsAfter`: a guilty one shows itself there when it ran longer, minutes. */
export function soakElsewhere({ fleet }: Draft, showsAfter?: number): Soak | undefined {
  const { random, conditions } = fleet;
  if (!random.chance(0.3)) return undefined;
  const minutes = random.logUniform(5, 4320);
  const loud = showsAfter === undefined ? random.chance(0.01) : minutes > showsAfter && random.chance(conditions.soakShows);
  return { minutes, outcome: loud ? "loud" : "quiet" };
}

export function newDigest(draft: Draft): string {
  return `sha256:d${draft.changes.length}`;
}

export function canaryShare({ fleet: { random } }: Draft): number {
  return random.pick([0.05, 0.1, 0.25]);
}
