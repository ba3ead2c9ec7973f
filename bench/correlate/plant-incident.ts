/** Writes the incident of an episode into its draft, and who is to blame for which series. */
import type { Soak } from "../../src/correlation/episode.ts";
import {
  addChange,
  addResize,
  addRollout,
  canaryShare,
  type Draft,
  keyOf,
  newDigest,
  type SimChange,
  soakElsewhere,
} from "./draft.ts";
import type { Fleet, SimSeries } from "./fleet.ts";
import type { Effect, IncidentKind, Truth } from "./incident.ts";
import { NO_CAUSE } from "./incident.ts";
import type { Operation, PodSchedule, SimPod } from "./pod-schedule.ts";

/** Jumps add to the rate, at least as if it were this many events a minute. */
const LEAST_RATE = 0.6;
/** Share of policy edits and live configuration changes that are never recorded. */
const UNRECORDED = 0.1;
const ONE_POD = 0.08;

/** Returns the series that the incident is about. */
export function plantIncident(draft: Draft, kind: IncidentKind): SimSeries {
  const { random } = draft.fleet;
  const subject = pickSubject(draft.fleet, kind);
  const mean = random.exponential(40);
  switch (kind) {
    case "rollout":
    case "canary":
    case "config-restart":
      plantRollout(draft, subject, { kind, at: draft.onset, lag: mean });
      break;
    case "delayed": {
      const lag = random.between(300, 2400);
      plantRollout(draft, subject, { kind, at: draft.onset - lag, lag });
      break;
    }
    case "redeploy":
      plantRollout(draft, subject, { kind, at: draft.onset, lag: mean, here: loudBefore(draft) });
      break;
    case "shared-digest":
      plantSharedDigest(draft, subject, mean);
      break;
    case "policy-edit":
      plantPolicyEdit(draft, subject);
      break;
    case "other-policy-edit":
      plantOtherPolicyEdit(draft, subject);
      break;
    case "config-live":
      plantLiveConfig(draft, subject);
      break;
    case "scale-up":
      plantScaleUp(draft, subject);
      break;
    case "surge":
      plantSurge(draft, subject);
      break;
    case "cluster":
      for (const series of draft.fleet.series) {
        if (random.chance(0.8)) jump(draft, series, draft.onset, { kind: "cluster", changes: [] });
      }
      break;
    case "external":
      for (const series of externalReach(draft.fleet, subject)) jump(draft, series, draft.onset, NO_CAUSE);
      break;
    case "one-pod":
      plantOnePod(draft, subject);
      break;
    case "none":
      break;
  }
  return subject;
}

function pickSubject({ random, series, workloads, editRisk, selects }: Fleet, kind: IncidentKind): SimSeries {
  const weight = (one: SimSeries): number => {
    const workload = workloads[one.workload];
    switch (kind) {
      case "rollout":
      case "canary":
      case "delayed":
      case "redeploy":
      case "shared-digest":
        return workload?.rolloutRisk ?? 1;
      case "config-restart":
      case "config-live":
        return workload?.configRisk ?? 1;
      case "policy-edit":
        return editRisk[one.policy] ?? 1;
      case "other-policy-edit":
        return selects.filter((selected) => selected.includes(one.workload)).length > 1 ? 1 : 0;
      case "external":
        return one.spikeRate;
      case "scale-up":
      case "surge":
        return one.rate > 0 ? 1 : 0;
      default:
        return 1;
    }
  };
  return series[random.weighted(series.map(weight))] as SimSeries;
}

function jumpSize({ fleet: { random } }: Draft, rate: number): number {
  return (Math.max(2.5, random.lognormal(Math.log(8), 0.9)) - 1) * Math.max(rate, LEAST_RATE);
}

/** The whole series jumps. */
function jump(draft: Draft, series: SimSeries, from: number, truth: Truth): void {
  const { policy, workload, rate } = series;
  const effect: Effect = { policy, workload, added: jumpSize(draft, rate), from };
  draft.effects.push(() => [effect]);
  draft.touched.set(keyOf(policy, workload), truth);
}

interface GuiltyRollout {
  readonly kind: IncidentKind;
  readonly at: number;
  /** Seconds until it shows itself. */
  readonly lag: number;
  readonly here?: Soak;
  readonly digest?: string;
  readonly elsewhere?: Soak | undefined;
}

function plantRollout(draft: Draft, subject: SimSeries, plan: GuiltyRollout): void {
  const { random, conditions, series } = draft.fleet;
  const config = plan.kind === "config-restart";
  const change = addRollout(draft, subject.workload, {
    at: plan.at,
    digest: plan.digest ?? newDigest(draft),
    config,
    share: plan.kind === "canary" ? canaryShare(draft) : 1,
    here: plan.here,
    elsewhere: plan.digest === undefined && !config ? soakElsewhere(draft, plan.lag / 60) : plan.elsewhere,
  });
  const mode = random.chance(ONE_POD) ? "one-pod" : random.chance(conditions.byAge) ? "age" : "wall";
  draft.mode = mode;
  const truth: Truth = { kind: config ? "config" : "rollout", changes: [change.id] };
  const siblings = series.filter((one) => one.workload === subject.workload && one !== subject);
  for (const hit of [subject, ...siblings.filter(() => random.chance(conditions.siblingHit))]) {
    const added = jumpSize(draft, hit.rate);
    draft.effects.push((schedules) => [guiltyEffect(draft, hit, change, schedules, plan, mode, added)]);
    draft.touched.set(keyOf(hit.policy, hit.workload), truth);
  }
}

function guiltyEffect(
  draft: Draft,
  { policy, workload }: SimSeries,
  change: SimChange,
  schedules: readonly PodSchedule[],
  { at, lag }: GuiltyRollout,
  mode: string,
  added: number,
): Effect {
  const { random } = draft.fleet;
  const activation = (change.operation as Extract<Operation, { kind: "rollout" }>).activation ?? 0;
  const pods = (schedules[workload]?.pods ?? [])
    .map((pod, index) => ({ pod, index }))
    .filter(({ pod }) => pod.activation === activation);
  const podFrom = new Map<number, number>();
  const reached = mode === "one-pod" && pods.length > 0 ? [random.pick(pods)] : pods;
  for (const { pod, index } of reached) podFrom.set(index, reachedAt(pod, mode === "age"));
  return { policy, workload, added, from: at, podFrom, concentrated: mode === "one-pod" };

  function reachedAt(pod: SimPod, byAge: boolean): number {
    return byAge ? pod.start + lag * random.between(0.95, 1.05) + random.between(0, 15) : Math.max(pod.start, at + lag);
  }
}

function loudBefore({ fleet: { random, conditions } }: Draft): Soak {
  return { minutes: random.logUniform(30, 6000), outcome: random.chance(conditions.soakShows) ? "loud" : "quiet" };
}

function plantSharedDigest(draft: Draft, subject: SimSeries, lag: number): void {
  const { random, workloads, series } = draft.fleet;
  const digest = newDigest(draft);
  const elsewhere = soakElsewhere(draft, lag / 60);
  const others = random.shuffled(workloads.map(({ index }) => index).filter((index) => index !== subject.workload));
  plantRollout(draft, subject, { kind: "shared-digest", at: draft.onset, lag, digest, elsewhere });
  for (const workload of others.slice(0, random.integer(1, 5))) {
    const at = draft.onset + random.between(0, 600);
    const hit = series.filter((one) => one.workload === workload && one.policy === subject.policy);
    const first = hit[0];
    if (first && random.chance(0.8)) plantRollout(draft, first, { kind: "shared-digest", at, lag, digest });
    else addRollout(draft, workload, { at, digest });
  }
}

function plantPolicyEdit(draft: Draft, subject: SimSeries): void {
  const { random, series } = draft.fleet;
  const recorded = !random.chance(UNRECORDED);
  const change = addChange(draft, { kind: "policy", at: draft.onset, policy: subject.policy }, recorded);
  const truth: Truth = recorded ? { kind: "policy", changes: [change.id] } : NO_CAUSE;
  const reach = random.between(0.4, 1);
  const from = draft.onset + random.exponential(10);
  for (const one of series) {
    if (one.policy === subject.policy && (one === subject || random.chance(reach))) jump(draft, one, from, truth);
  }
}

/** The edit undoes what another policy used to block first: its counts fall, the subject's gain them. */
function plantOtherPolicyEdit(draft: Draft, subject: SimSeries): void {
  const { random, series } = draft.fleet;
  const siblings = series.filter((one) => one.workload === subject.workload && one !== subject);
  const other = siblings.length > 0 ? random.pick(siblings) : subject;
  const change = addChange(draft, { kind: "policy", at: draft.onset, policy: other.policy });
  const from = draft.onset + random.exponential(10);
  for (const one of series) {
    if (one.policy !== other.policy || (one.workload !== subject.workload && !random.chance(0.5))) continue;
    const gaining = series.find((entry) => entry.policy === subject.policy && entry.workload === one.workload);
    if (!gaining) continue;
    draft.effects.push(() => [
      { policy: one.policy, workload: one.workload, factor: 0.1, from },
      { policy: gaining.policy, workload: gaining.workload, added: Math.max(0.9 * one.rate, 1), from },
    ]);
    draft.touched.set(keyOf(gaining.policy, gaining.workload), { kind: "policy", changes: [change.id] });
  }
}

function plantLiveConfig(draft: Draft, subject: SimSeries): void {
  const { random, series, conditions } = draft.fleet;
  const recorded = !random.chance(UNRECORDED);
  const change = addChange(draft, { kind: "config", at: draft.onset, workload: subject.workload }, recorded);
  const truth: Truth = recorded ? { kind: "config", changes: [change.id] } : NO_CAUSE;
  const from = draft.onset + random.exponential(30);
  for (const one of series) {
    if (one === subject || (one.workload === subject.workload && random.chance(conditions.siblingHit)))
      jump(draft, one, from, truth);
  }
}

function plantScaleUp(draft: Draft, subject: SimSeries): void {
  const { random, workloads, series } = draft.fleet;
  const workload = workloads[subject.workload];
  if (!workload) return;
  workload.perReplica = true;
  draft.replicas[subject.workload] = random.integer(3, 11);
  const change = addResize(draft, subject.workload, draft.onset, random.between(3.5, 20));
  for (const one of series) {
    if (one.workload === subject.workload)
      draft.touched.set(keyOf(one.policy, one.workload), { kind: "scale", changes: [change.id] });
  }
}

/** More traffic on all policies of the workload; the autoscaler follows. */
function plantSurge(draft: Draft, subject: SimSeries): void {
  const { random, workloads, series } = draft.fleet;
  const workload = workloads[subject.workload];
  if (!workload) return;
  workload.perReplica = false;
  const factor = random.between(3, 10);
  const change = addResize(draft, subject.workload, draft.onset + random.between(30, 180), factor);
  for (const one of series) {
    if (one.workload !== subject.workload) continue;
    draft.effects.push(() => [{ policy: one.policy, workload: one.workload, factor, from: draft.onset }]);
    draft.touched.set(keyOf(one.policy, one.workload), { kind: "scale", changes: [change.id] });
  }
}

function externalReach({ random, series }: Fleet, subject: SimSeries): SimSeries[] {
  const what = random.weighted([0.6, 0.2, 0.2]);
  if (what === 0) return [subject];
  if (what === 1) {
    const reach = random.between(0.3, 1);
    return series.filter((one) => one === subject || (one.policy === subject.policy && random.chance(reach)));
  }
  return series.filter((one) => one === subject || (one.workload === subject.workload && random.chance(0.5)));
}

function plantOnePod(draft: Draft, subject: SimSeries): void {
  const { random } = draft.fleet;
  const { policy, workload } = subject;
  const added = jumpSize(draft, subject.rate);
  draft.effects.push((schedules) => {
    const alive = (schedules[workload]?.pods ?? [])
      .map((pod, index) => ({ pod, index }))
      .filter(({ pod }) => pod.start <= draft.onset && pod.end > draft.onset);
    if (alive.length === 0) return [];
    const podFrom = new Map([[random.pick(alive).index, draft.onset]]);
    return [{ policy, workload, added, from: draft.onset, podFrom, concentrated: true }];
  });
  draft.touched.set(keyOf(policy, workload), NO_CAUSE);
}
