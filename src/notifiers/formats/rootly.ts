import { isHttpLink } from "../http-link.ts";
import type { WebhookFormat } from "../webhook-format.ts";

/**
 * Rootly generic webhook: flat fields for its mapping. It drops byte-identical bodies, so the version and the time of the
 * transition are part of each.
 */
export const rootlyFormat: WebhookFormat = {
  maxBody: 512_000,
  signed: false,
  request({ notification, message, secret, url }) {
    const { transition } = notification;
    const alert = transition.data;
    return {
      url,
      headers: secret === "" ? {} : { authorization: `Bearer ${secret}` },
      body: {
        title: `${notification.test ? "[TEST] " : ""}${message.title}`,
        description: message.text,
        ...(isHttpLink(message.link) ? { external_url: message.link } : {}),
        external_id: alert.id,
        state: alert.state === "resolved" ? "resolved" : "firing",
        severity: alert.severity,
        status: message.status,
        sequence: alert.version,
        timestamp: transition.timestamp,
        fields: Object.fromEntries(message.fields),
      },
    };
  },
};
