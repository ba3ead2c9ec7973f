/**
 * Dispatch: which target is owed which message now. Level-triggered like the lifecycle: it compares every alert with what
 * each target was last told, so that the end of a silence, a reminder and a reload need no machinery of their own.
 */
import { alertLabels } from "../alerting/labels.ts";
import { type AlertMemory, readMemory, type TargetMemory, writeMemory } from "../alerting/lifecycle/memory.ts";
import type { Labels } from "../alerting/matchers.ts";
import type { DeliveryTarget, Routing } from "../alerting/routing/index.ts";
import { intervalReason, muting } from "../alerting/routing/muting.ts";
import { decideNotify, type Notice, SILENCE_ENDING } from "../alerting/routing/notify-decision.ts";
import { directRoute, type Group, groupOf, type RouteSettings, route } from "../alerting/routing/route-tree.ts";
import { compileSilences, isEnding, type Silence } from "../alerting/routing/silences.ts";
import type { Alert, Transition } from "../domain/alert.ts";
import { hashHex } from "../domain/ids.ts";
import { formatTime } from "../domain/time.ts";
import type { AlertRecord, OutboxEntry } from "../ports/alert-store.ts";
import type { SilenceNotice } from "../ports/notifier.ts";

export interface DispatchInput {
  /** Time that alerts are judged by, that of the events: far behind the wall clock while a backlog is read. */
  readonly now: number;
  /** Time by the clock that delivers: how long a message may wait, and how late it is, counts from here. */
  readonly sentAt: number;
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
  readonly silence?: SilenceNotice;
}

interface Candidate extends DeliveryTarget {
  readonly receiver: string;
  readonly route: RouteSettings | undefined;
  readonly escalated: boolean;
}

export function dispatch(input: DispatchInput): DispatchOutcome {
  const outbox: OutboxEntry[] = [];
  const records: AlertRecord[] = [];
  const decisions: DispatchDecision[] = [];
  const alerts = input.records.map((record) => record.alert);
  const silencedBy = compileSilences(input.silences);
  const mutedBy = muting(input.routing, input.silences, alerts);
  for (const record of input.records) {
    const memory = readMemory(record);
    if (isFinished(input.now, record.alert, memory)) continue;
    const labels = alertLabels(record.alert);
    // A canary is told whatever is muted.
    const muted = record.alert.canary ? undefined : mutedBy(record.alert, labels, input.now);
    const silence = silencedBy(labels, input.now);
    const ending = silence && isEnding(silence, input.now, input.routing.silenceNotice) ? silence : undefined;
    const targets = new Map(Object.entries(memory.targets));
    for (const candidate of candidates(record.alert, labels, input.routing, memory)) {
      const before = targets.get(candidate.target);
      const { sendResolved, resendEvery, route: settings } = candidate;
      const off = settings ? intervalReason(settings, input.routing, input.now) : undefined;
      const decision = decideNotify({
        now: input.now,
        alert: record.alert,
        last: memory.told,
        before,
        unheard: Object.keys(memory.targets).length === 0,
        route: settings,
        muted: muted ?? off,
        sendResolved,
        resendEvery,
        escalated: candidate.escalated,
        ending: off === undefined && !candidate.incidentsOnly ? ending?.id : undefined,
      });
      const entries = decision.notices.map((notice, index) =>
        entryOf(input, record.alert, candidate, labels, notice, (before?.sequence ?? 0) + index + 1, ending),
      );
      outbox.push(...entries);
      const noticed = decision.reason === SILENCE_ENDING ? ending?.id : undefined;
      const after = toldNow(input.now, record.alert, before, entries.length, noticed);
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

/**
 * Targets the routes lead to, those the alert was escalated to, and those told before, which must hear the end even when
 * routes changed meanwhile.
 */
function candidates(alert: Alert, labels: Labels, routing: Routing, memory: AlertMemory): readonly Candidate[] {
  const found = new Map<string, Candidate>();
  // The canary tests every way that it is told to, so no route, silence or interval may keep it.
  const direct = alert.canary ? routing.canary.map(directRoute) : route(labels, routing.tree);
  for (const [settings, escalated] of [...direct.map((one) => [one, false] as const), ...escalatedTo(alert, direct)]) {
    const { receiver } = settings;
    for (const target of routing.receivers.get(receiver) ?? [])
      if (!found.has(target.target)) found.set(target.target, { ...target, receiver, route: settings, escalated });
  }
  for (const [receiver, targets] of routing.receivers) {
    for (const target of targets)
      if (!found.has(target.target) && memory.targets[target.target] !== undefined)
        found.set(target.target, { ...target, receiver, route: undefined, escalated: false });
  }
  return [...found.values()];
}

/** Receivers the alert was escalated to are told what follows as their route's own receiver is. */
function escalatedTo(alert: Alert, direct: readonly RouteSettings[]): readonly (readonly [RouteSettings, true])[] {
  return (alert.escalations ?? []).flatMap(({ receiver }) => {
    const from = direct.find((settings) => settings.escalate.some((step) => step.receiver === receiver));
    return from ? [[{ ...from, receiver }, true] as const] : [];
  });
}

function entryOf(
  { now, sentAt }: DispatchInput,
  alert: Alert,
  candidate: Candidate,
  labels: Labels,
  notice: Notice,
  sequence: number,
  ending: Silence | undefined,
): OutboxEntry {
  const { target, receiver, route: settings, resendEvery } = candidate;
  const group: Group = settings ? groupOf(labels, settings) : { labels: {}, key: hashHex(["group", receiver]) };
  const repeats = notice.reason === "repeat" || notice.reason === SILENCE_ENDING || resendEvery !== undefined;
  const silence = notice.reason === SILENCE_ENDING && ending ? noticeOf(ending) : undefined;
  const expiresAt = silence ? Date.parse(silence.endsAt) : sentAt + (resendEvery ?? settings?.repeatInterval ?? 0);
  const context: OutboxContext = {
    receiver,
    groupKey: group.key,
    groupLabels: group.labels,
    ...(repeats ? { expiresAt } : {}),
    ...(silence ? { silence } : {}),
  };
  const timestamp = notice.reason === "repeat" || silence ? formatTime(now) : alert.updatedAt;
  // An alert that is already over is first told as it was while it fired.
  const data = notice.type === "alert.fired" && alert.state === "resolved" ? asFiring(alert) : alert;
  const transition: Transition = { type: notice.type, timestamp, reason: notice.reason, data };
  return {
    id: hashHex(["outbox", target, alert.id, String(alert.version), notice.type, String(sequence)]),
    target,
    key: alert.id,
    sequence,
    createdAt: sentAt,
    payload: JSON.stringify(transition),
    context: JSON.stringify(context),
  };
}

function asFiring(alert: Alert): Alert {
  return { ...alert, state: "firing", version: Math.max(1, alert.version - 1), resolvedAt: null };
}

function noticeOf({ id, createdBy, comment, endsAt }: Silence): SilenceNotice {
  return { id, createdBy, comment, endsAt };
}

/** `noticed`: the silence whose near end was all that was told. */
function toldNow(
  now: number,
  alert: Alert,
  before: TargetMemory | undefined,
  sent: number,
  noticed?: string,
): TargetMemory | undefined {
  const resolved = alert.state === "resolved";
  // A target that does not want to hear of ends is still marked, so that a later return is a new firing.
  if (sent === 0) return before && resolved && !before.resolved ? { ...before, resolved } : before;
  if (noticed !== undefined) {
    const { version, at, sequence } =
      before?.resolved === false ? before : { version: 0, at: now, sequence: before?.sequence ?? 0 };
    return { version, at, resolved: false, sequence: sequence + sent, noticed };
  }
  return { version: alert.version, at: now, resolved, sequence: (before?.sequence ?? 0) + sent };
}
