import type { FormatInput, WebhookFormat } from "../webhook-format.ts";
import { tenfoldBody } from "./tenfold.ts";

/** A body of the operator's own making, filled in from what the tenfold format says and from the words of messages. */
export function templateFormat(fill: (scope: object) => unknown): WebhookFormat {
  return {
    maxBody: 1_000_000,
    signed: true,
    request: (input) => ({ url: input.url, headers: {}, body: fill(templateScope(input)) }),
  };
}

/** What templates can name. */
export function templateScope(input: Pick<FormatInput, "notification" | "message" | "withSamples">): object {
  const { notification, message } = input;
  const { id, receiver, attempt, groupLabels } = notification;
  const { fields, ...words } = message;
  return {
    ...tenfoldBody(input),
    id,
    receiver,
    attempt,
    groupLabels,
    message: { ...words, fields: fields.map(([label, value]) => ({ label, value })) },
  };
}
