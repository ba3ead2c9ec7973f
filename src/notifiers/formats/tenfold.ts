import type { FormatInput, WebhookFormat } from "../webhook-format.ts";

/** Our own format: the transition as documented, `{type, timestamp, reason, data}`, signed by Standard Webhooks. */
export const tenfoldFormat: WebhookFormat = {
  maxBody: 1_000_000,
  signed: true,
  request: (input) => ({ url: input.url, headers: {}, body: tenfoldBody(input) }),
};

/** The transition, and what is true of this delivery alone: that it is a test, or late. */
export function tenfoldBody({ notification, withSamples }: Pick<FormatInput, "notification" | "withSamples">) {
  const { transition, delayedBy, test } = notification;
  return {
    ...transition,
    data: withSamples ? transition.data : { ...transition.data, samples: [] },
    ...(delayedBy === undefined ? {} : { delayedBySeconds: Math.round(delayedBy / 1000) }),
    ...(test ? { test: true } : {}),
  };
}
