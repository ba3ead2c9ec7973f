/**
 * Dispatch: which target is owed which message now. Level-triggered like the lifecycle: it compares every alert with what
 * each target was last told, so that the end of a silence, a reminder and a reload need no machinery of their own.
 */
import { alertLabels } from "../alerting/labels.ts";
import { type AlertMemory, readMemory, type TargetMemory, writeMemory } from "../alerting/lifecycle/memory.ts";
import type { Labels } from "../alerting/matchers.ts";
import type { DeliveryTarget, Routing } from "../alerting/routing/index.ts";
import { inhibitedBy } from "../alerting/routing/inhibition.ts";
import { decideNotify, type Notice } from "../alerting/routing/notify-decision.ts";
import { directRoute, type Group, groupOf, type RouteSettings, route } from "../alerting/routing/route-tree.ts";
import { compileSilences, type Silence } from "../alerting/routing/silences.ts";
import { contains } from "../alerting/routing/time-intervals.ts";
import type { Alert, Transition } from "../domain/alert.ts";
import { hashHex } from "../domain/ids.ts";
import { formatTime } from "../domain/time.ts";
import type { AlertRecord, OutboxEntry } from "../ports/alert-store.ts";

export interface DispatchInput {
  readonly now: number;
  /** All alerts as they are now, after the lifecycle's changes. */
  readonly records: readonly AlertRecord[];
  readonly routing: Routing;
  readonly silences: readonly Silence[];
}

/** Why a target was, or was not, told: for logs, metrics and explain. */
export interface DispatchDecision {
  readonly alert: string;
  readonly target: string;
  readonly sent: boolean;
  readonly reason: string;
}

export interface DispatchOutcome {
  readonly outbox: readonly OutboxEntry[];
  /** Records with what each target was told noted in them: to be committed with the outbox, or not at all. */
  readonly records: readonly AlertRecord[];
  readonly decisions: readonly DispatchDecision[];
}

/** Routing context of an outbox entry, as JSON in `OutboxEntry.context`. */
export interface OutboxContext {
  readonly receiver: string;
  readonly groupKey: string;
  readonly groupLabels: Readonly<Record<string, string>>;
  /** Reminders are worthless once the next one is due, milliseconds. */
  readonly expiresAt?: number;
}

interface Candidate extends DeliveryTarget {
  readonly receiver: string;
  readonly route: RouteSettings | undefined;
}

export function dispatch(input: DispatchInput): DispatchOutcome {
  const outbox: OutboxEntry[] = [];
  const records: AlertRecord[] = [];
  const decisions: DispatchDecision[] = [];
  const silencedBy = compileSilences(input.silences);
  const live = input.records.map((record) => record.alert).filter((alert) => alert.state !== "resolved");
  for (const record of input.records) {
    const memory = readMemory(record);
    if (isFinished(input.now, record.alert, memory)) continue;
    const labels = alertLabels(record.alert);
    const canary = record.alert.canary === true;
    const muted = canary
      ? undefined
      : (silenceReason(silencedBy(labels, input.now)) ?? inhibitReason(record.alert, labels, live, input.routing));
    const targets = new Map(Object.entries(memory.targets));
    for (const candidate of candidates(labels, input.routing, memory, canary)) {
      const before = targets.get(candidate.target);
      const { sendResolved, resendEvery, route: settings } = candidate;
      const decision = decideNotify({
        now: input.now,
        alert: record.alert,
        last: memory.told,
        before,
        unheard: Object.keys(memory.targets).length === 0,
        route: settings,
        muted: muted ?? (settings ? intervalReason(settings, input.routing, input.now) : undefined),
        sendResolved,
        resendEvery,
      });
      const entries = decision.notices.map((notice, index) =>
        entryOf(input.now, record.alert, candidate, labels, notice, (before?.sequence ?? 0) + index + 1),
      );
      outbox.push(...entries);
      const after = toldNow(input.now, record.alert, before, entries.length);
      if (after !== before && after !== undefined) targets.set(candidate.target, after);
      const { reason } = decision;
      decisions.push({ alert: record.alert.id, target: candidate.target, sent: entries.length > 0, reason });
    }
    const internal = writeMemory({ ...memory, targets: Object.fromEntries(targets) });
    if (internal !== record.internal) records.push({ alert: record.alert, internal });
  }
  return { outbox, records, decisions };
}

/** A resolved alert that everybody knows about costs nothing. Targets that forget are told of its end for a while. */
function isFinished(now: number, alert: Alert, memory: AlertMemory): boolean {
  if (alert.state !== "resolved" || memory.told.at === now) return false;
  const old = now - Date.parse(alert.resolvedAt ?? alert.updatedAt) > 600_000;
  const told = Object.values(memory.targets);
  return told.length === 0 || (old && told.every((target) => target.resolved));
}

/** Targets the routes lead to, and those told before, which must hear the end even when routes changed meanwhile. */
function candidates(labels: Labels, routing: Routing, memory: AlertMemory, canary: boolean): readonly Candidate[] {
  const found = new Map<string, Candidate>();
  // The canary tests every way that it is told to, so no route, silence or interval may keep it.
  const routes = canary ? routing.canary.map(directRoute) : route(labels, routing.tree);
  for (const settings of routes) {
    for (const target of routing.receivers.get(settings.receiver) ?? [])
      found.set(target.target, { ...target, receiver: settings.receiver, route: settings });
  }
  for (const [receiver, targets] of routing.receivers) {
    for (const target of targets)
      if (!found.has(target.target) && memory.targets[target.target] !== undefined)
        found.set(target.target, { ...target, receiver, route: undefined });
  }
  return [...found.values()];
}

function silenceReason(id: string | undefined): string | undefined {
  return id === undefined ? undefined : `silenced-by:${id}`;
}

function inhibitReason(alert: Alert, labels: Labels, live: readonly Alert[], routing: Routing): string | undefined {
  const by = inhibitedBy(alert, labels, live, routing.inhibitRules);
  return by === undefined ? undefined : `inhibited-by:${by}`;
}

function intervalReason(settings: RouteSettings, routing: Routing, now: number): string | undefined {
  const holds = (name: string) => {
    const interval = routing.intervals.get(name);
    return interval !== undefined && contains(interval, now);
  };
  const mute = settings.muteTimeIntervals.find(holds);
  if (mute !== undefined) return `muted-by:${mute}`;
  const active = settings.activeTimeIntervals;
  return active.length > 0 && !active.some(holds) ? `outside-of:${active.join(",")}` : undefined;
}

function entryOf(now: number, alert: Alert, candidate: Candidate, labels: Labels, notice: Notice, sequence: number): OutboxEntry {
  const { target, receiver, route: settings, resendEvery } = candidate;
  const group: Group = settings ? groupOf(labels, settings) : { labels: {}, key: hashHex(["group", receiver]) };
  const repeats = notice.reason === "repeat" || resendEvery !== undefined;
  const expiresAt = now + (resendEvery ?? settings?.repeatInterval ?? 0);
  const context: OutboxContext = {
    receiver,
    groupKey: group.key,
    groupLabels: group.labels,
    ...(repeats ? { expiresAt } : {}),
  };
  const timestamp = notice.reason === "repeat" ? formatTime(now) : alert.updatedAt;
  // An alert that is already over is first told as it was while it fired.
  const data = notice.type === "alert.fired" && alert.state === "resolved" ? asFiring(alert) : alert;
  const transition: Transition = { type: notice.type, timestamp, reason: notice.reason, data };
  return {
    id: hashHex(["outbox", target, alert.id, String(alert.version), notice.type, String(sequence)]),
    target,
    key: alert.id,
    sequence,
    createdAt: now,
    payload: JSON.stringify(transition),
    context: JSON.stringify(context),
  };
}

function asFiring(alert: Alert): Alert {
  return { ...alert, state: "firing", version: Math.max(1, alert.version - 1), resolvedAt: null };
}

function toldNow(now: number, alert: Alert, before: TargetMemory | undefined, sent: number): TargetMemory | undefined {
  const resolved = alert.state === "resolved";
  // A target that does not want to hear of ends is still marked, so that a later return is a new firing.
  if (sent === 0) return before && resolved && !before.resolved ? { ...before, resolved } : before;
  return { version: alert.version, at: now, resolved, sequence: (before?.sequence ?? 0) + sent };
}
