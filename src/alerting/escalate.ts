/**
 * Escalation: an alert that fires and is acknowledged by nobody is told to further receivers after a time. Level-triggered
 * like the lifecycle: since when each route waits is kept with the alert, so a restart neither begins anew nor repeats.
 */
import type { Alert, AlertEscalation, Transition } from "../domain/alert.ts";
import { formatTime } from "../domain/time.ts";
import type { AlertRecord } from "../ports/alert-store.ts";
import { alertLabels } from "./labels.ts";
import { type AlertMemory, readMemory, writeMemory } from "./lifecycle/memory.ts";
import { apply } from "./lifecycle/settle.ts";
import type { Routing } from "./routing/index.ts";
import { intervalReason, muting } from "./routing/muting.ts";
import { type RouteSettings, type RouteTree, route } from "./routing/route-tree.ts";
import type { Silence } from "./routing/silences.ts";

export interface EscalateInput {
  readonly now: number;
  /** All alerts as they are now, after the lifecycle's changes. */
  readonly records: readonly AlertRecord[];
  readonly routing: Routing;
  readonly silences: readonly Silence[];
}

export interface EscalateOutcome {
  /** Changed records only. */
  readonly records: readonly AlertRecord[];
  /** `alert.updated` with the reason `escalated`. */
  readonly transitions: readonly Transition[];
}

const NOTHING: EscalateOutcome = { records: [], transitions: [] };

/**
 * A route waits from when the alert fires, or is told again after a mute; the wait ends when the alert is acknowledged,
 * mitigated, resolved or muted. A silence says that somebody knows; a time interval, that nobody would have been told.
 */
export function escalate({ now, records, routing, silences }: EscalateInput): EscalateOutcome {
  if (!escalates(routing.tree)) return NOTHING;
  const changed: AlertRecord[] = [];
  const transitions: Transition[] = [];
  const mutedBy = muting(
    routing,
    silences,
    records.map((record) => record.alert),
  );
  for (const record of records) {
    const { alert } = record;
    // A storm's alert is told beside the routes, a canary whatever they say.
    if (alert.notice?.kind === "storm" || alert.canary) continue;
    const memory = readMemory(record);
    if (alert.state !== "firing" && memory.waiting === undefined) continue;
    const labels = alertLabels(alert);
    const quiet = alert.state !== "firing" || mutedBy(alert, labels, now) !== undefined;
    const direct = quiet ? [] : route(labels, routing.tree);
    const awake = direct.filter((settings) => settings.escalate.length > 0 && !intervalReason(settings, routing, now));
    const { waiting: before, targets, ...rest } = memory;
    const waiting = Object.fromEntries(awake.map(({ receiver }) => [receiver, before?.[receiver] ?? now]));
    // In the order in which the lifecycle writes it, so that nothing changed is nothing to write.
    const kept: AlertMemory = { ...rest, ...(awake.length === 0 ? {} : { waiting }), targets };
    const due = dueNow(now, alert, awake, waiting, new Set(direct.map(({ receiver }) => receiver)));
    const after = due.length === 0 ? { record: withMemory(record, kept) } : escalated(now, alert, kept, due);
    if (after.record !== record) changed.push(after.record);
    if ("transition" in after) transitions.push(after.transition);
  }
  return { records: changed, transitions };
}

/** Receivers that are neither told by a route nor escalated to already. */
function dueNow(
  now: number,
  alert: Alert,
  routes: readonly RouteSettings[],
  waiting: Readonly<Record<string, number>>,
  direct: ReadonlySet<string>,
): readonly AlertEscalation[] {
  const told = new Set([...direct, ...(alert.escalations ?? []).map(({ receiver }) => receiver)]);
  const due: AlertEscalation[] = [];
  for (const { receiver: waits, escalate: steps } of routes) {
    for (const { after, receiver, severity } of steps) {
      if (told.has(receiver) || !severity.includes(alert.severity) || now - (waiting[waits] ?? now) < after) continue;
      told.add(receiver);
      due.push({ receiver, at: formatTime(now) });
    }
  }
  return due;
}

function escalated(now: number, alert: Alert, memory: AlertMemory, due: readonly AlertEscalation[]) {
  const step = { type: "alert.updated", reason: "escalated", state: "firing" } as const;
  const data = apply(now, { ...alert, escalations: [...(alert.escalations ?? []), ...due] }, step);
  const { type, reason } = step;
  const internal = writeMemory({ ...memory, told: { ...memory.told, at: now, type, reason } });
  const transition: Transition = { type, timestamp: data.updatedAt, reason, data };
  return { record: { alert: data, internal }, transition };
}

function withMemory(record: AlertRecord, memory: AlertMemory): AlertRecord {
  const internal = writeMemory(memory);
  return internal === record.internal ? record : { ...record, internal };
}

function escalates({ settings, children }: RouteTree): boolean {
  return settings.escalate.length > 0 || children.some(escalates);
}
