import type { WebhookFormat } from "../webhook-format.ts";

/** Our own format: the transition as documented, `{type, timestamp, reason, data}`, signed by Standard Webhooks. */
export const tenfoldFormat: WebhookFormat = {
  maxBody: 1_000_000,
  signed: true,
  request({ notification, url, withSamples }) {
    const { transition } = notification;
    const data = withSamples ? transition.data : { ...transition.data, samples: [] };
    return { url, headers: {}, body: { ...transition, data, ...(notification.test ? { test: true } : {}) } };
  },
};
