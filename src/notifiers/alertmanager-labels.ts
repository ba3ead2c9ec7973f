/** An alert in the words of Alertmanager: labels are its identity there, so nothing that changes may be a label. */

import { alertName } from "../alerting/labels.ts";
import { leadingSeries } from "../alerting/lifecycle/title.ts";
import type { Message } from "../alerting/message/message.ts";
import type { Alert } from "../domain/alert.ts";

type StringMap = Readonly<Record<string, string>>;

/**
 * Labels of an alert as it is now. Severity, workload and policy may change while it lives: callers that need one
 * identity over its life keep the labels they sent first.
 */
export function identityLabels(alert: Alert): StringMap {
  const lead = leadingSeries(alert.series);
  const labels = {
    alertname: alertName(alert),
    kind: alert.notice?.kind ?? (alert.canary ? "canary" : ""),
    subject: alert.notice?.subject ?? "",
    alert_id: alert.id,
    fingerprint: alert.fingerprint,
    cluster: alert.cluster,
    severity: alert.severity,
    regime: alert.regimes.join(","),
    policy: lead?.policy ?? "",
    engine: lead?.engine ?? "",
    namespace: lead?.namespace ?? "",
    workload: lead?.workload ?? "",
  };
  // Alertmanager takes an empty label for an absent one.
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ""));
}

export function annotationsOf(alert: Alert, message: Message): StringMap {
  const lead = leadingSeries(alert.series);
  return {
    title: message.title,
    status: message.status,
    summary: message.summary,
    description: message.text,
    cause: message.cause,
    verdict: alert.cause.verdict,
    tier: alert.cause.tier,
    ...(lead
      ? { observed: String(lead.observed), expected: String(lead.expected), ratio: String(lead.ratio), digest: lead.digest }
      : {}),
    ...(lead?.image ? { image: lead.image } : {}),
    ...(message.runbook ? { runbook_url: message.runbook } : {}),
  };
}
