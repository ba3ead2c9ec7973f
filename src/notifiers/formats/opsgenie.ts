import { leadingSeries, workloadName } from "../../alerting/lifecycle/title.ts";
import { truncate } from "../../alerting/message/plain-text.ts";
import type { Severity } from "../../domain/alert.ts";
import type { FormatInput, WebhookFormat } from "../webhook-format.ts";

const DEFAULT_URL = "https://api.opsgenie.com/v2/alerts";
/** Characters of all details together, names included. */
const MAX_DETAILS = 8_000;
const PRIORITIES: Readonly<Record<Severity, string>> = { critical: "P1", error: "P2", warning: "P3", info: "P5" };

/**
 * Opsgenie's alert API, and Jira Service Management's of the same shape. The alert's id is the alias; a second create
 * with one alias only counts up, so what is new is added as a note.
 */
export const opsgenieFormat: WebhookFormat = {
  maxBody: 512_000,
  signed: false,
  request(input) {
    const { notification, message, secret } = input;
    const { type, data: alert } = notification.transition;
    const base = (input.url || DEFAULT_URL).replace(/\/+$/, "");
    const alias = `${base}/${encodeURIComponent(alert.id)}`;
    const headers = { authorization: `GenieKey ${secret}` };
    const note = truncate(`${message.status}. ${message.summary} ${message.cause}`, 25_000);
    const follow = (verb: string) => ({
      url: `${alias}/${verb}?identifierType=alias`,
      headers,
      body: { source: "Tenfold", note },
    });
    if (type === "alert.resolved") return follow("close");
    if (type === "alert.acknowledged") return follow("acknowledge");
    if (type !== "alert.fired") return follow("notes");
    return { url: base, headers, body: create(input) };
  },
};

function create({ notification, message }: FormatInput) {
  const alert = notification.transition.data;
  const lead = leadingSeries(alert.series);
  const room = Math.floor(MAX_DETAILS / message.fields.length);
  return {
    message: truncate(`${notification.test ? "[TEST] " : ""}${message.title}`, 130),
    alias: alert.id,
    description: truncate(message.text, 15_000),
    priority: PRIORITIES[alert.severity],
    source: "Tenfold",
    entity: truncate(lead ? workloadName(lead) : alert.cluster, 512),
    tags: [...alert.regimes, alert.cluster].slice(0, 20).map((tag) => truncate(tag, 50)),
    details: Object.fromEntries(message.fields.map(([label, value]) => [label, truncate(value, room - label.length)])),
  };
}
