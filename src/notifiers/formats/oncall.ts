import { isHttpLink } from "../http-link.ts";
import type { WebhookFormat } from "../webhook-format.ts";

/** Formatted webhook of Grafana OnCall and Grafana Cloud IRM; the URL holds the integration's key. */
export const oncallFormat: WebhookFormat = {
  maxBody: 512_000,
  signed: false,
  request({ notification, message, url }) {
    const alert = notification.transition.data;
    return {
      url,
      headers: {},
      body: {
        alert_uid: alert.id,
        title: `${notification.test ? "[TEST] " : ""}${message.title}`,
        state: alert.state === "resolved" ? "ok" : "alerting",
        ...(isHttpLink(message.link) ? { link_to_upstream_details: message.link } : {}),
        message: message.text,
      },
    };
  },
};
