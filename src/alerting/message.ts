/**
 * The text of notifications, made in one place and used by every notifier: what, how much, since when, where, which
 * change and how sure, why, and what to do. Pure; a notifier only fits the parts into its target's form and limits.
 */
import type { Alert, AlertSeries, Transition } from "../domain/alert.ts";
import type { Notification } from "../ports/notifier.ts";
import { leadingSeries, workloadName } from "./lifecycle/title.ts";
import { advice, causeSentence, dataNotes, evidenceSentences } from "./message/cause-words.ts";
import type { Message } from "./message/message.ts";
import { noticeParts } from "./message/notice-words.ts";
import { moment, oneLine, span, truncate } from "./message/plain-text.ts";
import { shortText } from "./message/short-text.ts";

const MAX_SERIES = 5;
const SAMPLE_LENGTH = 300;

const STATUS: Readonly<Record<string, string>> = {
  first: "Firing",
  reopened: "Firing again",
  flapping: "Firing again and again: resolved only once it stays quiet",
  worse: "Got worse",
  "cause-revised": "Cause revised",
  "series-joined": "Spread to more series",
  "silence-ending": "Still firing under a silence that ends soon",
  escalated: "Escalated: nobody has acknowledged it",
  "acknowledgement-expired": "Acknowledgement expired",
  repeat: "Still firing",
  "rolled-back": "Suspect rolled back",
  "scaled-to-zero": "Suspect scaled to zero",
  "suspect-returned": "Suspect is back in service",
  "rate-fell": "Resolved",
  "became-normal": "Resolved: the new rate is now taken as normal",
  "no-longer-reported": "Resolved: no longer reported",
  "resolved-by-hand": "Resolved by hand",
  "storm-began": "Too many alerts at once",
  "storm-grew": "Still too many alerts",
  "storm-over": "The storm is over",
  "seen-again": "Resolved: it is seen again",
  merged: "Continues in another alert of the same cause",
};

export function composeMessage(notification: Notification): Message {
  const { transition } = notification;
  const alert = transition.data;
  const status = statusOf(transition);
  const title = oneLine(alert.title);
  const over = alert.state === "resolved";
  const mark = notification.test ? "TEST" : alert.canary ? "CANARY" : "";
  const test = mark === "" ? "" : `[${mark}] `;
  const parts = {
    status,
    severity: alert.severity,
    title,
    headline: `${test}[${tag(alert)}] ${alert.severity.toUpperCase()} ${title}`,
    summary: summaryOf(alert),
    cause: causeSentence(alert),
    evidence: evidenceSentences(alert.cause, 4),
    advice: over ? [] : advice(alert),
    notes: notesOf(notification, alert),
    fields: fieldsOf(alert, transition),
    ...(alert.notice ? noticeParts(alert, alert.notice) : {}),
    samples: alert.samples.slice(0, 2).map((sample) => truncate(oneLine(JSON.stringify(sample)), SAMPLE_LENGTH)),
    link: absolute(alert.links.self, notification.externalUrl),
    ...(alert.links.runbook === undefined ? {} : { runbook: alert.links.runbook }),
  };
  return { ...parts, text: textOf(parts), short: shortText(transition, mark) };
}

function tag(alert: Alert): string {
  return alert.state.toUpperCase();
}

function statusOf(transition: Transition): string {
  if (transition.data.canary && transition.type === "alert.resolved") return "Resolved: the canary's run is over";
  const known = STATUS[transition.reason];
  if (transition.type !== "alert.acknowledged") return known ?? oneLine(transition.reason);
  const who = transition.data.acknowledgedBy;
  return who ? `Acknowledged by ${oneLine(who)}` : "Acknowledged";
}

function summaryOf(alert: Alert): string {
  const lead = leadingSeries(alert.series);
  if (!lead) return "No series is anomalous any more.";
  return `${counts(lead)} (95 % interval ${lead.ratioInterval[0]} to ${lead.ratioInterval[1]}), since ${moment(alert.onsetAt)}.`;
}

/** `131 violations in 10 min where 12 were expected: 10.9 times as many`. */
function counts(series: AlertSeries): string {
  const least = series.quality === "lower-bound" ? "At least " : "";
  const noun = series.observed === 1 ? "violation" : "violations";
  const window = span(series.windowSeconds * 1000);
  const were = series.expected === 1 ? "was" : "were";
  return `${least}${series.observed} ${noun} in ${window} where ${series.expected} ${were} expected: ${series.ratio} times as many`;
}

function fieldsOf(alert: Alert, transition: Transition): Message["fields"] {
  const fields: (readonly [string, string])[] = [];
  const policies = [...new Set(alert.series.map((one) => oneLine(one.policy)))];
  fields.push([policies.length === 1 ? "Policy" : "Policies", list(policies)]);
  if (alert.regimes.length > 0) fields.push(["Regime", list(alert.regimes.map(oneLine))]);
  fields.push(["Where", `${list([...new Set(alert.series.map(workloadName))].map(oneLine))} in ${oneLine(alert.cluster)}`]);
  const suspect = alert.cause.suspects.find((one) => one.digest !== undefined);
  if (alert.cause.verdict === "image" && suspect?.digest) {
    fields.push(["Version", suspect.digest]);
    if (suspect.previousDigest) fields.push(["Version before", suspect.previousDigest]);
    const source = [suspect.revision, suspect.url].filter((one) => one !== undefined && one !== "").join(" at ");
    if (source !== "") fields.push(["Revision", oneLine(source)]);
  }
  fields.push(["Since", moment(alert.onsetAt)]);
  if (alert.resolvedAt) fields.push(["Lasted", span(Date.parse(alert.resolvedAt) - Date.parse(alert.onsetAt))]);
  if (transition.reason === "cause-revised" && alert.cause.was) fields.push(["Verdict was", oneLine(alert.cause.was)]);
  if (alert.escalations) fields.push(["Escalated to", list(alert.escalations.map(({ receiver }) => oneLine(receiver)))]);
  if (alert.comment) fields.push(["Comment", oneLine(alert.comment)]);
  return fields;
}

function list(values: readonly string[]): string {
  const shown = values.slice(0, MAX_SERIES).join(", ");
  return values.length > MAX_SERIES ? `${shown} and ${values.length - MAX_SERIES} more` : shown;
}

function notesOf(notification: Notification, alert: Alert): readonly string[] {
  const notes: string[] = [];
  if (alert.canary) notes.push("The violations are invented: Tenfold tests itself by them (monitoring.canary).");
  if (notification.test) notes.push("This is a test of the receiver: nothing happened.");
  if (notification.delayedBy !== undefined)
    notes.push(`Delayed by ${span(notification.delayedBy)}: the receiver could not be reached before.`);
  if (notification.silence !== undefined) notes.push(silenceNote(notification.silence));
  const others = alert.series.length - 1;
  const lead = leadingSeries(alert.series);
  if (others > 0) {
    const rest = alert.series.filter((one) => one !== lead).slice(0, MAX_SERIES);
    const lines = rest.map(
      (one) => `${oneLine(one.policy)} on ${oneLine(workloadName(one))} ${one.ratio}x (${one.observed} for ${one.expected})`,
    );
    notes.push(`Also: ${lines.join("; ")}${others > MAX_SERIES ? `; and ${others - MAX_SERIES} more` : ""}.`);
  }
  return [...notes, ...dataNotes(alert)];
}

function silenceNote({ createdBy, comment, endsAt }: NonNullable<Notification["silence"]>): string {
  return `The silence of ${oneLine(createdBy)} (${oneLine(comment)}) ends at ${moment(endsAt)}; from then on the alert is told again.`;
}

function absolute(link: string, externalUrl: string): string {
  return link.startsWith("/") ? `${externalUrl}${link}` : link;
}

function textOf(parts: Omit<Message, "text" | "short">): string {
  const lines = [parts.headline, `${parts.status}. ${parts.summary}`, "", parts.cause];
  for (const sentence of parts.evidence) lines.push(`- ${sentence}`);
  if (parts.advice.length > 0) lines.push("", ...parts.advice);
  lines.push("", ...parts.fields.map(([label, value]) => `${label}: ${value}`));
  if (parts.notes.length > 0) lines.push("", ...parts.notes);
  if (parts.samples.length > 0) lines.push("", "Samples:", ...parts.samples);
  lines.push("", `Details: ${parts.link}`);
  if (parts.runbook) lines.push(`Runbook: ${parts.runbook}`);
  return `${lines.join("\n")}\n`;
}
