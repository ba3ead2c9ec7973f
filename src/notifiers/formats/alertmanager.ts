import { annotationsOf, identityLabels } from "../alertmanager-labels.ts";
import type { WebhookFormat } from "../webhook-format.ts";

/** Go's zero time: Alertmanager's way of saying "not ended". */
const NOT_ENDED = "0001-01-01T00:00:00Z";

/** The webhook body of Alertmanager, version "4", for receivers that understand only that. */
export const alertmanagerFormat: WebhookFormat = {
  maxBody: 1_000_000,
  signed: true,
  request({ notification, message, url }) {
    const alert = notification.transition.data;
    const status = alert.state === "resolved" ? "resolved" : "firing";
    const labels = identityLabels(alert);
    const annotations = annotationsOf(alert, message);
    return {
      url,
      headers: {},
      body: {
        version: "4",
        groupKey: notification.groupKey,
        truncatedAlerts: 0,
        status,
        receiver: notification.receiver,
        notification_reason: notification.transition.reason,
        groupLabels: notification.groupLabels,
        commonLabels: labels,
        commonAnnotations: annotations,
        externalURL: notification.externalUrl,
        alerts: [
          {
            status,
            labels,
            annotations,
            startsAt: alert.firedAt,
            endsAt: alert.resolvedAt ?? NOT_ENDED,
            generatorURL: message.link,
            fingerprint: alert.fingerprint,
          },
        ],
      },
    };
  },
};
