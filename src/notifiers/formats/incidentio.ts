import { isHttpLink } from "../http-link.ts";
import type { WebhookFormat } from "../webhook-format.ts";

/** incident.io alert events; the secret is the source's token. */
export const incidentioFormat: WebhookFormat = {
  maxBody: 512_000,
  signed: false,
  request({ notification, message, secret, url }) {
    const alert = notification.transition.data;
    return {
      url,
      headers: { authorization: `Bearer ${secret}` },
      body: {
        title: `${notification.test ? "[TEST] " : ""}${message.title}`,
        status: alert.state === "resolved" ? "resolved" : "firing",
        deduplication_key: alert.id,
        description: message.text,
        ...(isHttpLink(message.link) ? { source_url: message.link } : {}),
        metadata: {
          ...Object.fromEntries(message.fields),
          severity: alert.severity,
          cluster: alert.cluster,
          verdict: alert.cause.verdict,
          tier: alert.cause.tier,
          status: message.status,
        },
      },
    };
  },
};
