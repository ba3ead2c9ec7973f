/** The whole alert in one SMS: what, how much, which version, where to roll back. Names give way, numbers and digests do not. */
import type { Alert, Cause, Transition } from "../../domain/alert.ts";
import { blamed } from "../lifecycle/cause-key.ts";
import { imageTag, leadingSeries, regimeName, workloadName } from "../lifecycle/title.ts";
import { gsmLength, gsmText, gsmTruncate } from "./gsm-text.ts";
import { oneLine, span } from "./plain-text.ts";

/** Places of one SMS. */
export const SMS_LENGTH = 160;
/** A name is not cut below this; then the end of the text is. */
const SHORTEST_NAME = 12;
const MAX_TAG = 16;
const HEX = 8;

/**
 * `CRITICAL PCI 10.9x payments/card-api: 131 for 12 in 10 min. Caused by ab12cd34 (1.4.3). Roll back to 99887766 (1.4.2)`.
 * At most 160 places of the GSM alphabet; one line. `mark`: what goes before everything, as `TEST`.
 */
export function shortText({ reason, data: alert }: Transition, mark: string): string {
  const step = alert.state === "firing" ? (reason === "worse" ? "WORSE" : "") : alert.state.toUpperCase();
  const head = [mark, step, alert.severity.toUpperCase()];
  const lead = leadingSeries(alert.series);
  if (alert.notice || !lead) return fitted(head, alert.title, "");
  const [regime] = alert.regimes;
  const what = regime === undefined ? lead.policy : regimeName(regime);
  const over = alert.resolvedAt !== null;
  const others = new Set(alert.series.map(workloadName)).size - 1;
  const numbers = over
    ? ` after ${span(Date.parse(alert.resolvedAt) - Date.parse(alert.onsetAt))}.`
    : `: ${lead.observed} for ${lead.expected} in ${span(lead.windowSeconds * 1000)}.`;
  const rest = [others > 0 ? ` +${others} more` : "", numbers, causeOf(alert.cause), over ? "" : rollback(alert)].join("");
  return fitted([...head, gsmTruncate(plain(what), 3 * SHORTEST_NAME), over ? "" : `${lead.ratio}x`], workloadName(lead), rest);
}

function fitted(head: readonly string[], name: string, rest: string): string {
  const before = plain(head.filter((word) => word !== "").join(" "));
  const after = gsmText(rest);
  const room = SMS_LENGTH - gsmLength(before) - 1 - gsmLength(after);
  return gsmTruncate(`${before} ${gsmTruncate(plain(name), Math.max(SHORTEST_NAME, room))}${after}`, SMS_LENGTH);
}

/** Only an asserted verdict may say "caused by". */
function causeOf(cause: Cause): string {
  const suspect = blamed(cause);
  if (!suspect) return " Cause unknown.";
  const opening = cause.tier === "asserted" ? "Caused by" : "Likely";
  const what =
    cause.verdict === "image" ? version(suspect) : cause.verdict === "policy" ? "a policy edit" : `a ${cause.verdict} change`;
  return ` ${opening} ${what}.`;
}

function rollback({ cause }: Alert): string {
  const target = cause.rollbackTarget;
  if (cause.verdict !== "image" || !blamed(cause) || !target?.proven) return "";
  return ` Roll back to ${version(target)}`;
}

/** `ab12cd34 (1.4.3)`: the digest is what counts, a tag may have moved. */
function version({ digest, image }: { readonly digest?: string; readonly image?: string }): string {
  const hex = digest?.replace(/^sha256:/, "").slice(0, HEX) ?? "an unknown version";
  const tag = imageTag(image);
  return tag === undefined ? hex : `${hex} (${gsmTruncate(plain(tag), MAX_TAG)})`;
}

function plain(text: string): string {
  return gsmText(oneLine(text));
}
