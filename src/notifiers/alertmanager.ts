/** Prometheus Alertmanager, API v2: told to every replica, again and again while the alert fires. */
import { z } from "zod";
import { composeMessage } from "../alerting/message.ts";
import { formatTime } from "../domain/time.ts";
import type { Delivery, Notification, Notifier } from "../ports/notifier.ts";
import { annotationsOf, identityLabels } from "./alertmanager-labels.ts";
import { postDelivery } from "./http-post.ts";
import type { NotifierContext, NotifierKind } from "./notifier-kind.ts";
import { type AddressGuard, addressGuard } from "./private-address.ts";

const schema = z.object({
  urls: z.array(z.string()).min(1).describe("Base URL of every replica, not of a load balancer."),
  username: z.string().optional().describe("User for basic authentication."),
  password: z.string().optional().describe("Password for basic authentication."),
  token: z.string().optional().describe("Bearer token."),
  ca: z.string().optional().describe("Certificate authority of the replicas, PEM."),
  resend_every: z.number().default(60_000).describe("How often a firing alert is sent again, milliseconds."),
  timeout: z.number().default(10_000).describe("Longest time for one request, milliseconds."),
});

type AlertmanagerOptions = z.output<typeof schema>;

/** An alert that is not sent again for this many intervals ends in Alertmanager by itself: we may be gone. */
const EXPIRES_AFTER = 4;

export const alertmanagerNotifier: NotifierKind<typeof schema> = {
  kind: "alertmanager",
  schema,
  create: (options, context) => new AlertmanagerNotifier(options, context),
};

class AlertmanagerNotifier implements Notifier {
  readonly kind = "alertmanager";
  readonly #options: AlertmanagerOptions;
  readonly #context: NotifierContext;
  readonly #guard: AddressGuard;

  constructor(options: AlertmanagerOptions, context: NotifierContext) {
    this.#options = options;
    this.#context = context;
    this.#guard = addressGuard(context.allowPrivate);
  }

  /**
   * Delivered when one replica took it: they tell each other what was notified, and the others get the next repetition.
   * Otherwise the failure that is most worth retrying.
   */
  async send(notification: Notification, signal: AbortSignal): Promise<Delivery> {
    const body = JSON.stringify([await this.#alert(notification)]);
    const answers = await Promise.all(this.#options.urls.map((url) => this.#post(url, body, signal)));
    const taken = answers.filter((answer) => answer.ok).length;
    if (taken > 0) return { ok: true, reference: `${taken} of ${answers.length} replicas` };
    const failure = answers.find((answer) => !answer.ok && answer.retryable) ?? answers[0];
    return failure ?? { ok: false, reason: "client-error", retryable: false, detail: "no replica is configured" };
  }

  async #alert(notification: Notification) {
    const alert = notification.transition.data;
    const message = composeMessage(notification);
    const expires = formatTime(this.#context.clock.now() + EXPIRES_AFTER * this.#options.resend_every);
    const labels = await this.#labels(notification);
    return {
      labels: notification.test ? { ...labels, test: "true" } : labels,
      annotations: annotationsOf(alert, message),
      startsAt: alert.firedAt,
      endsAt: alert.resolvedAt ?? expires,
      ...(/^https?:\/\//.test(message.link) ? { generatorURL: message.link } : {}),
    };
  }

  /** Labels are the identity: those sent first are kept, or every change would be another alert. */
  async #labels(notification: Notification): Promise<Readonly<Record<string, string>>> {
    const alert = notification.transition.data;
    const key = `alertmanager-labels/${alert.id}`;
    const known = notification.test ? undefined : await this.#context.memory.get(key);
    if (known !== undefined) return JSON.parse(known) as Readonly<Record<string, string>>;
    const labels = identityLabels(alert);
    if (!notification.test) await this.#context.memory.set(key, JSON.stringify(labels));
    return labels;
  }

  #post(url: string, body: string, signal: AbortSignal): Promise<Delivery> {
    const { username, password = "", token } = this.#options;
    const basic = Buffer.from(`${username}:${password}`).toString("base64");
    const authorization = token !== undefined ? `Bearer ${token}` : username !== undefined ? `Basic ${basic}` : undefined;
    return postDelivery(
      {
        url: `${url.replace(/\/+$/, "")}/api/v2/alerts`,
        body,
        headers: {
          "content-type": "application/json",
          "user-agent": "Tenfold",
          ...(authorization === undefined ? {} : { authorization }),
        },
        timeout: this.#options.timeout,
        guard: this.#guard,
        ca: this.#options.ca,
        secrets: [token ?? "", password, username === undefined ? "" : basic],
        now: this.#context.clock.now(),
      },
      signal,
    );
  }
}
