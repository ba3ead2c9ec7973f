/** What is told about an alert after a reconciliation, with its named reason. */
import type { Alert, AlertState, Transition, TransitionType } from "../../domain/alert.ts";
import { formatTime } from "../../domain/time.ts";
import type { AlertRecord } from "../../ports/alert-store.ts";
import { causeSignature, composeAlert } from "./compose-alert.ts";
import type { Draft } from "./draft.ts";
import { isFlapping, isPause, reopenings } from "./flapping.ts";
import type { AlertMemory, ToldMemory } from "./memory.ts";
import { writeMemory } from "./memory.ts";
import type { Mitigation } from "./mitigation.ts";
import type { LifecyclePolicy } from "./policy.ts";
import { isMoreSevere } from "./severity.ts";

interface Step {
  readonly type: TransitionType;
  readonly reason: string;
  readonly state: AlertState;
}

/** Whether the blamed version was taken out of service, or brought back since. */
export interface SuspectService {
  mitigationOf(alert: Alert): Mitigation | undefined;
  hasReturned(alert: Alert): boolean;
}

export interface Settled {
  /** Undefined when nothing changed. */
  readonly record: AlertRecord | undefined;
  readonly transitions: readonly Transition[];
}

export function settle(
  now: number,
  draft: Draft,
  policy: LifecyclePolicy,
  taken: ReadonlySet<string>,
  service: SuspectService,
): Settled {
  const before = draft.record?.alert;
  let alert = composeAlert(now, draft, policy, taken);
  const mitigated = service.mitigationOf(alert);
  let memory = memoryOf(now, draft, alert, mitigated, policy);
  const transitions: Transition[] = [];
  for (const step of stepsOf(now, draft, alert, memory, policy, mitigated, service)) {
    alert = apply(now, alert, step);
    memory = remember(now, draft, alert, memory, step);
    transitions.push({ type: step.type, timestamp: alert.updatedAt, reason: step.reason, data: alert });
  }
  const changed = JSON.stringify(alert) !== JSON.stringify(before);
  if (changed && transitions.length === 0) alert = { ...alert, updatedAt: formatTime(now) };
  const internal = writeMemory(memory);
  if (!changed && internal === draft.record?.internal) return { record: undefined, transitions };
  return { record: { alert, internal }, transitions };
}

function stepsOf(
  now: number,
  draft: Draft,
  alert: Alert,
  memory: AlertMemory,
  policy: LifecyclePolicy,
  mitigated: Mitigation | undefined,
  service: SuspectService,
): readonly Step[] {
  const ended = [...draft.seen.values()].every((one) => one.resolvedAt !== null);
  const begin = beginning(draft, isFlapping(memory));
  const resolution: Step = { type: "alert.resolved", reason: resolutionReason(draft), state: "resolved" };
  const over = ended && !isPause(now, draft, memory, policy);
  if (begin) return over ? [begin, resolution] : [begin];
  if (over) return [resolution];

  const told = memory.told;
  const worse = isWorse(draft, alert, told, policy);
  const joined = openIds(draft).some((id) => told.ratios[id] === undefined);
  if (mitigated && !memory.mitigated && !worse) return [{ type: "alert.mitigated", reason: mitigated, state: "mitigated" }];
  // Told at once: somebody took the version out of service, and somebody else brought it back.
  if (alert.state === "mitigated" && !mitigated && service.hasReturned(alert))
    return [{ type: "alert.updated", reason: "suspect-returned", state: "firing" }];
  const expired = alert.state === "acknowledged" && memory.acknowledgedUntil !== undefined && now >= memory.acknowledgedUntil;
  if (expired) return [{ type: "alert.updated", reason: "acknowledgement-expired", state: "firing" }];
  if (now - told.at < policy.updateEvery) return [];
  // Acknowledged or mitigated means "somebody deals with what was known": more than that fires again.
  const lapsed: AlertState = worse || joined ? "firing" : alert.state;
  if (worse) return [{ type: "alert.updated", reason: "worse", state: lapsed }];
  if (causeSignature(alert.cause, draft.causeKey) !== told.cause)
    return [{ type: "alert.updated", reason: "cause-revised", state: lapsed }];
  if (joined) return [{ type: "alert.updated", reason: "series-joined", state: lapsed }];
  return [];
}

function beginning(draft: Draft, flapping: boolean): Step | undefined {
  if (!draft.record) return { type: "alert.fired", reason: "first", state: "firing" };
  if (!draft.reopened) return undefined;
  return { type: "alert.fired", reason: flapping ? "flapping" : draft.reopened, state: "firing" };
}

function openIds(draft: Draft): readonly string[] {
  return [...draft.seen].filter(([, one]) => one.resolvedAt === null).map(([id]) => id);
}

function isWorse(draft: Draft, alert: Alert, told: ToldMemory, policy: LifecyclePolicy): boolean {
  if (isMoreSevere(alert.severity, told.severity)) return true;
  return openIds(draft).some((id) => {
    const before = told.ratios[id];
    const ratio = draft.series.get(id)?.ratio ?? 0;
    return before !== undefined && before > 0 && ratio >= policy.worseFactor * before;
  });
}

/** The reason of the series that ended last; `merged` when the others left for the alert of their now known cause. */
function resolutionReason(draft: Draft): string {
  const last = [...draft.seen.values()].sort((a, b) => (b.resolvedAt ?? 0) - (a.resolvedAt ?? 0))[0];
  if (!last || draft.moved) return "merged";
  return last.resolvedBy === undefined || last.resolvedBy === "silence" ? "rate-fell" : last.resolvedBy;
}

export function apply(now: number, alert: Alert, step: Step): Alert {
  const { acknowledgedBy, comment, ...rest } = alert;
  const keep = step.state === "acknowledged" || step.state === "mitigated" || step.state === "resolved";
  return {
    ...rest,
    ...(keep && acknowledgedBy !== undefined ? { acknowledgedBy } : {}),
    ...(keep && comment !== undefined ? { comment } : {}),
    state: step.state,
    version: alert.version + 1,
    updatedAt: formatTime(now),
    resolvedAt: step.state === "resolved" ? formatTime(now) : null,
  };
}

function memoryOf(
  now: number,
  draft: Draft,
  alert: Alert,
  mitigated: Mitigation | undefined,
  policy: LifecyclePolicy,
): AlertMemory {
  const before = draft.memory;
  const reopened = reopenings(now, draft, policy);
  return {
    v: 1,
    causeKey: draft.causeKey,
    series: Object.fromEntries(draft.seen),
    told: before?.told ?? { at: 0, type: "alert.fired", reason: "first", cause: "", severity: alert.severity, ratios: {} },
    ...(reopened.length > 0 ? { reopened } : {}),
    ...(before?.byHand && !draft.reopened ? { byHand: true } : {}),
    ...(before?.mitigated && mitigated ? { mitigated: true } : {}),
    ...(before?.acknowledgedUntil === undefined ? {} : { acknowledgedUntil: before.acknowledgedUntil }),
    ...(before?.waiting && !draft.reopened ? { waiting: before.waiting } : {}),
    targets: before?.targets ?? {},
  };
}

function remember(now: number, draft: Draft, alert: Alert, memory: AlertMemory, step: Step): AlertMemory {
  const { acknowledgedUntil, ...rest } = memory;
  return {
    ...rest,
    ...(step.state === "mitigated" ? { mitigated: true } : {}),
    ...(step.state === "acknowledged" && acknowledgedUntil !== undefined ? { acknowledgedUntil } : {}),
    told: {
      at: now,
      type: step.type,
      reason: step.reason,
      cause: causeSignature(alert.cause, draft.causeKey),
      severity: alert.severity,
      ratios: Object.fromEntries(alert.series.map((one) => [one.id, one.ratio])),
    },
  };
}
