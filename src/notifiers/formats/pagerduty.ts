import { leadingSeries, workloadName } from "../../alerting/lifecycle/title.ts";
import { truncate } from "../../alerting/message/plain-text.ts";
import type { Alert } from "../../domain/alert.ts";
import { isHttpLink } from "../http-link.ts";
import type { FormatInput, WebhookFormat } from "../webhook-format.ts";
import { MAX_SUMMARY, pagerdutyChange } from "./pagerduty-change.ts";

const DEFAULT_URL = "https://events.pagerduty.com/v2/enqueue";

/**
 * PagerDuty Events API v2. The alert's id is the dedup key, so updates, acknowledgement and resolution find the
 * incident; the secret is the routing key, which goes into the body.
 */
export const pagerdutyFormat: WebhookFormat = {
  maxBody: 512_000,
  signed: false,
  request(input) {
    const alert = input.notification.transition.data;
    const head = { routing_key: input.secret, event_action: actionOf(alert), dedup_key: alert.id };
    const body = head.event_action === "trigger" ? { ...head, ...trigger(input, alert) } : head;
    return { url: input.url || DEFAULT_URL, headers: {}, body };
  },
  change: pagerdutyChange,
};

/** A mitigated alert is still an open incident until the rate has fallen. */
function actionOf(alert: Alert): "trigger" | "acknowledge" | "resolve" {
  if (alert.state === "resolved") return "resolve";
  return alert.state === "acknowledged" ? "acknowledge" : "trigger";
}

function trigger({ message, notification, withSamples }: FormatInput, alert: Alert) {
  const lead = leadingSeries(alert.series);
  return {
    client: "Tenfold",
    ...(isHttpLink(message.link) ? { client_url: message.link, links: links(message.link, message.runbook) } : {}),
    ...(message.link.startsWith("https://") && !notification.test && !alert.notice ? { images: [picture(message)] } : {}),
    payload: {
      summary: truncate(`${notification.test ? "[TEST] " : ""}${message.title}`, MAX_SUMMARY),
      source: alert.cluster,
      severity: alert.severity,
      timestamp: alert.onsetAt,
      component: lead ? workloadName(lead) : alert.cluster,
      group: lead?.policy ?? alert.notice?.subject ?? "policy",
      class: alert.notice?.kind ?? (alert.regimes.join(",") || "policy violation"),
      custom_details: {
        status: message.status,
        summary: message.summary,
        cause: message.cause,
        evidence: message.evidence,
        advice: message.advice,
        notes: message.notes,
        ...Object.fromEntries(message.fields),
        ...(withSamples ? { samples: message.samples } : {}),
      },
    },
  };
}

/** PagerDuty shows pictures from https addresses only, and fetches them itself: without access it shows the words instead. */
function picture({ link, title }: FormatInput["message"]) {
  return { src: `${link}/chart.png`, href: link, alt: title };
}

function links(details: string, runbook: string | undefined) {
  const list = [{ href: details, text: "Details" }];
  return runbook && isHttpLink(runbook) ? [...list, { href: runbook, text: "Runbook" }] : list;
}
