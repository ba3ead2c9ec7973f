/** The parts of a message about an alert that is not about violations. */
import type { Alert, AlertNotice } from "../../domain/alert.ts";
import type { Message } from "./message.ts";
import { moment, oneLine, span } from "./plain-text.ts";

/** What is said of a notice where other messages have numbers, cause, evidence, advice and fields. */
export function noticeParts(
  alert: Alert,
  notice: AlertNotice,
): Pick<Message, "summary" | "cause" | "evidence" | "advice" | "fields"> {
  const fields: (readonly [string, string])[] = [
    ["Kind", notice.kind],
    ["About", oneLine(notice.subject)],
    ["Since", moment(alert.onsetAt)],
  ];
  if (alert.resolvedAt) fields.push(["Lasted", span(Date.parse(alert.resolvedAt) - Date.parse(alert.onsetAt))]);
  if (alert.comment) fields.push(["Comment", oneLine(alert.comment)]);
  return {
    summary: oneLine(notice.summary),
    cause: oneLine(notice.meaning),
    evidence: notice.details.map(oneLine),
    advice: [],
    fields,
  };
}
