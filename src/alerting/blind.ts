/**
 * Being blind is an alert: what Tenfold cannot see, judge or tell. Level-triggered, as the lifecycle of violations is: the
 * conditions that hold now and the stored alerts decide, so that a restart changes nothing.
 */
import type { Severity, Transition } from "../domain/alert.ts";
import type { AlertRecord } from "../ports/alert-store.ts";
import { readMemory } from "./lifecycle/memory.ts";
import { createNotice, type NoticeContent, stepNotice } from "./notice.ts";

export interface BlindCondition {
  /** Closed list; with `subject` it makes one alert at a time. */
  readonly name:
    | "TenfoldSourceQuiet"
    | "TenfoldEventsLost"
    | "TenfoldEvaluatorBehind"
    | "TenfoldStoreFailing"
    | "TenfoldWatchBehind"
    | "TenfoldCanaryFailed";
  readonly subject: string;
  /** Milliseconds. */
  readonly since: number;
  readonly severity: Severity;
  readonly title: string;
  readonly summary: string;
  readonly meaning: string;
  readonly details: readonly string[];
  /** Keeps an alert that fires, but begins none. */
  readonly keepsOnly?: boolean;
}

export interface BlindInput {
  readonly now: number;
  /** All stored alerts of this kind that are not resolved, at least. */
  readonly records: readonly AlertRecord[];
  /** What holds now. */
  readonly conditions: readonly BlindCondition[];
  readonly cluster: string;
  readonly externalUrl: string;
}

export interface BlindOutcome {
  readonly records: readonly AlertRecord[];
  readonly transitions: readonly Transition[];
}

export function reconcileBlind(input: BlindInput): BlindOutcome {
  const { now, cluster, externalUrl } = input;
  const open = new Map(input.records.flatMap((record) => (isOpen(record) ? [[keyOf(record), record]] : [])));
  const out: { record: AlertRecord; transition: Transition }[] = [];
  const holding = new Set<string>();
  for (const condition of input.conditions) {
    const key = JSON.stringify([condition.name, condition.subject]);
    // Numbers of an alert that fires already are not news: it is told as it began, and told again by reminders.
    const known = holding.has(key) || open.has(key);
    holding.add(key);
    if (known || condition.keepsOnly) continue;
    const identity = [condition.name, condition.subject, String(now)];
    const alert = createNotice({ since: condition.since, now, identity, cluster, externalUrl }, contentOf(condition));
    out.push(stepNotice(now, alert, { targets: {} }, { type: "alert.fired", reason: "first", state: "firing" }));
  }
  for (const [key, record] of open) {
    if (holding.has(key)) continue;
    const step = { type: "alert.resolved", reason: "seen-again", state: "resolved" } as const;
    out.push(stepNotice(now, record.alert, { targets: readMemory(record).targets }, step));
  }
  return { records: out.map(({ record }) => record), transitions: out.map(({ transition }) => transition) };
}

/** True for the alerts that are kept here and not by the lifecycle of violations. */
export function isBlind({ alert }: AlertRecord): boolean {
  return alert.notice?.kind === "blind";
}

function isOpen(record: AlertRecord): boolean {
  return isBlind(record) && record.alert.state !== "resolved";
}

function keyOf({ alert }: AlertRecord): string {
  return JSON.stringify([alert.notice?.name, alert.notice?.subject]);
}

function contentOf({ name, subject, severity, title, summary, meaning, details }: BlindCondition): NoticeContent {
  return { severity, title, notice: { kind: "blind", name, subject, summary, meaning, details } };
}
