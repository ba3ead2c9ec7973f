/** HTTP callbacks, in our own format or in that of a service. */
import { z } from "zod";
import { composeMessage } from "../alerting/message.ts";
import { redact } from "../domain/redact.ts";
import type { ChangeNotice, Delivery, Notification, Notifier } from "../ports/notifier.ts";
import { webhookFormats } from "./formats/index.ts";
import { templateFormat } from "./formats/template.ts";
import { postDelivery } from "./http-post.ts";
import { compileTemplate } from "./json-template.ts";
import type { NotifierContext, NotifierKind } from "./notifier-kind.ts";
import { type AddressGuard, addressGuard } from "./private-address.ts";
import { signatureHeaders, signingKeys } from "./standard-webhooks.ts";
import type { FormattedRequest, WebhookFormat } from "./webhook-format.ts";

const FORMATS = ["tenfold", "alertmanager", "pagerduty", "opsgenie", "incidentio", "rootly", "oncall", "template"] as const;

const schema = z.object({
  url: z.string().default("").describe("Where to send; pagerduty and opsgenie know theirs."),
  format: z.enum(FORMATS).default("tenfold").describe("Shape of the body."),
  template: z.record(z.string(), z.unknown()).optional().describe("template: the body, with Liquid in its texts."),
  secret: z
    .string()
    .default("")
    .describe(
      "tenfold, alertmanager, template: whsec_… signs, several (separated by spaces) while rotating; others: key or token.",
    ),
  ca: z.string().optional().describe("Certificate authority of the target, PEM."),
  send_resolved: z.boolean().default(true).describe("Also tell when the alert is resolved."),
  change_events: z.boolean().default(false).describe("pagerduty: also tell of rollouts, as change events."),
  timeout: z.number().default(15_000).describe("Longest time for one request, milliseconds."),
  max_body: z.number().optional().describe("Largest body sent, bytes; samples are left out beyond it."),
});

type Rendered = FormattedRequest & { readonly body: string };

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
  readonly tellChange?: (notice: ChangeNotice, signal: AbortSignal) => Promise<Delivery>;

  constructor(options: WebhookOptions, context: NotifierContext) {
    this.#options = options;
    this.#context = context;
    this.#format =
      options.format === "template" ? templateFormat(compileTemplate(options.template)) : webhookFormats[options.format];
    this.#keys = this.#format.signed && options.secret !== "" ? signingKeys(options.secret) : [];
    this.#guard = addressGuard(context.allowPrivate);
    const { change } = this.#format;
    const { secret, url } = options;
    if (options.change_events && change)
      this.tellChange = (notice, signal) => {
        const request = change({ notice, secret, url });
        return this.#post({ ...request, body: JSON.stringify(request.body) }, signal);
      };
  }

  async send(notification: Notification, signal: AbortSignal): Promise<Delivery> {
    const now = this.#context.clock.now();
    let request: Rendered;
    try {
      request = this.#fitting(notification);
    } catch (error) {
      // Only templates fail; what is wrong with one does not pass by itself.
      const detail = `the body could not be made: ${error instanceof Error ? error.message : "unknown"}`;
      return { ok: false, reason: "client-error", retryable: false, detail: redact(detail, this.#secrets()) };
    }
    const { body } = request;
    if (Buffer.byteLength(body) > this.#limit())
      return { ok: false, reason: "too-large", retryable: false, detail: `the body exceeds ${this.#limit()} bytes` };
    const signature = this.#format.signed ? signatureHeaders(this.#keys, notification.id, now, body) : {};
    return this.#post({ ...request, headers: { ...request.headers, ...signature } }, signal);
  }

  #post({ url, headers, body }: Rendered, signal: AbortSignal): Promise<Delivery> {
    return postDelivery(
      {
        url,
        body,
        headers: { "content-type": "application/json", "user-agent": "Tenfold", ...headers },
        timeout: this.#options.timeout,
        guard: this.#guard,
        secrets: this.#secrets(),
        now: this.#context.clock.now(),
        ca: this.#options.ca,
      },
      signal,
    );
  }

  /** With samples when they fit, else without: an alert without samples is better than none. */
  #fitting(notification: Notification): Rendered {
    const full = this.#render(notification, true);
    return Buffer.byteLength(full.body) <= this.#limit() ? full : this.#render(notification, false);
  }

  #render(notification: Notification, withSamples: boolean): Rendered {
    const { secret, url } = this.#options;
    const request = this.#format.request({ notification, message: composeMessage(notification), secret, url, withSamples });
    return { ...request, body: JSON.stringify(request.body) };
  }

  #secrets(): readonly string[] {
    return this.#options.secret.split(/[\s,]+/);
  }

  #limit(): number {
    return Math.min(this.#options.max_body ?? this.#format.maxBody, this.#format.maxBody);
  }
}
