/** HTTP callbacks, in our own format or in that of a service. */
import { z } from "zod";
import { composeMessage } from "../alerting/message.ts";
import type { Delivery, Notification, Notifier } from "../ports/notifier.ts";
import { webhookFormats } from "./formats/index.ts";
import { postDelivery } from "./http-post.ts";
import type { NotifierContext, NotifierKind } from "./notifier-kind.ts";
import { type AddressGuard, addressGuard } from "./private-address.ts";
import { signatureHeaders, signingKeys } from "./standard-webhooks.ts";
import type { WebhookFormat } from "./webhook-format.ts";

const FORMATS = ["tenfold", "alertmanager", "pagerduty", "opsgenie", "incidentio", "rootly", "oncall"] as const;

const schema = z.object({
  url: z.string().default("").describe("Where to send; pagerduty and opsgenie know theirs."),
  format: z.enum(FORMATS).default("tenfold").describe("Shape of the body."),
  secret: z
    .string()
    .default("")
    .describe("tenfold, alertmanager: whsec_… signs, several (separated by spaces) while rotating; others: key or token."),
  ca: z.string().optional().describe("Certificate authority of the target, PEM."),
  send_resolved: z.boolean().default(true).describe("Also tell when the alert is resolved."),
  timeout: z.number().default(15_000).describe("Longest time for one request, milliseconds."),
  max_body: z.number().optional().describe("Largest body sent, bytes; samples are left out beyond it."),
});

type WebhookOptions = z.output<typeof schema>;

export const webhookNotifier: NotifierKind<typeof schema> = {
  kind: "webhook",
  schema,
  create: (options, context) => new WebhookNotifier(options, context),
};

class WebhookNotifier implements Notifier {
  readonly kind = "webhook";
  readonly #options: WebhookOptions;
  readonly #context: NotifierContext;
  readonly #format: WebhookFormat;
  readonly #keys: readonly Buffer[];
  readonly #guard: AddressGuard;

  constructor(options: WebhookOptions, context: NotifierContext) {
    this.#options = options;
    this.#context = context;
    this.#format = webhookFormats[options.format];
    this.#keys = this.#format.signed && options.secret !== "" ? signingKeys(options.secret) : [];
    this.#guard = addressGuard(context.allowPrivate);
  }

  async send(notification: Notification, signal: AbortSignal): Promise<Delivery> {
    const now = this.#context.clock.now();
    const { url, headers, body } = this.#fitting(notification);
    if (Buffer.byteLength(body) > this.#limit())
      return { ok: false, reason: "too-large", retryable: false, detail: `the body exceeds ${this.#limit()} bytes` };
    const signature = this.#format.signed ? signatureHeaders(this.#keys, notification.id, now, body) : {};
    return postDelivery(
      {
        url,
        body,
        headers: { "content-type": "application/json", "user-agent": "Tenfold", ...headers, ...signature },
        timeout: this.#options.timeout,
        guard: this.#guard,
        ca: this.#options.ca,
        secrets: this.#options.secret.split(/[\s,]+/),
        now,
      },
      signal,
    );
  }

  /** With samples when they fit, else without: an alert without samples is better than none. */
  #fitting(notification: Notification) {
    const full = this.#render(notification, true);
    return Buffer.byteLength(full.body) <= this.#limit() ? full : this.#render(notification, false);
  }

  #render(notification: Notification, withSamples: boolean) {
    const { secret, url } = this.#options;
    const request = this.#format.request({ notification, message: composeMessage(notification), secret, url, withSamples });
    return { ...request, body: JSON.stringify(request.body) };
  }

  #limit(): number {
    return Math.min(this.#options.max_body ?? this.#format.maxBody, this.#format.maxBody);
  }
}
