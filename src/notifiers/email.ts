/** Mail by SMTP: text and HTML, one thread per alert. */
import { createTransport } from "nodemailer";
import { z } from "zod";
import { leadingSeries } from "../alerting/lifecycle/title.ts";
import { oneLine } from "../alerting/message/plain-text.ts";
import { composeMessage } from "../alerting/message.ts";
import type { Alert } from "../domain/alert.ts";
import { redact } from "../domain/redact.ts";
import type { AlertPicture, Delivery, FailureReason, Notification, Notifier } from "../ports/notifier.ts";
import { untilAborted, withDeadline } from "./deadline.ts";
import { CHART_CID, chartPart, filterHeaders, htmlBody, threadHeaders } from "./email-body.ts";
import { failureOf } from "./http-post.ts";
import { chartOption, type NotifierContext, type NotifierKind } from "./notifier-kind.ts";

const schema = z.object({
  smarthost: z.string().describe("Mail server, host:port."),
  from: z.string().describe("Sender address."),
  to: z.array(z.string()).min(1).describe("Recipients."),
  username: z.string().optional().describe("User at the mail server."),
  password: z.string().optional().describe("Password at the mail server."),
  hello: z.string().optional().describe("Name given in EHLO."),
  require_tls: z.boolean().optional().describe("Refuse servers without STARTTLS; default unless the server is on this machine."),
  implicit_tls: z.boolean().optional().describe("TLS from the first byte; default on port 465."),
  ca: z.string().optional().describe("Certificate authority of the mail server, PEM."),
  form: z.enum(["full", "short"]).default("full").describe("short: one SMS of plain text, for SMS gateways and pagers."),
  chart: chartOption.default("light"),
  send_resolved: z.boolean().default(true).describe("Also tell when the alert is resolved."),
  timeout: z.number().default(30_000).describe("Longest time for one message, milliseconds."),
});

type EmailOptions = z.output<typeof schema>;

const MAX_SUBJECT = 200;
/** A mail waits so long for its chart and then goes without, milliseconds. */
const PICTURE_PATIENCE = 3_000;

export const emailNotifier: NotifierKind<typeof schema> = {
  kind: "email",
  schema,
  create: (options, context) => new EmailNotifier(options, context),
};

class EmailNotifier implements Notifier {
  readonly kind = "email";
  readonly #options: EmailOptions;
  readonly #context: NotifierContext;
  readonly #transport: ReturnType<typeof smtpTransport>;
  readonly #domain: string;

  constructor(options: EmailOptions, context: NotifierContext) {
    this.#options = options;
    this.#context = context;
    this.#transport = smtpTransport(options);
    this.#domain = /@([\w.-]+)>?\s*$/.exec(options.from)?.[1] ?? "tenfold.invalid";
  }

  async send(notification: Notification, signal: AbortSignal): Promise<Delivery> {
    const secrets = mailSecrets(this.#options);
    if (signal.aborted) return failureOf(signal.reason, signal, secrets);
    try {
      const mail = await this.#mail(notification, signal);
      // The library cannot be interrupted: an aborted mail may still go out, and its Message-ID is the same when sent again.
      const info = await withDeadline(this.#options.timeout, signal, (limit) =>
        untilAborted(this.#transport.sendMail(mail), limit),
      );
      return { ok: true, reference: info.messageId };
    } catch (error) {
      return mailFailure(error, signal, secrets);
    }
  }

  async #mail(notification: Notification, signal: AbortSignal) {
    return this.#options.form === "short" ? this.#shortMail(notification) : await this.#fullMail(notification, signal);
  }

  /** Gateways send the subject as part of the text, or leave it out: so it is empty, and the text says everything. */
  #shortMail(notification: Notification) {
    const { messageId } = threadHeaders(notification, this.#domain);
    return {
      ...this.#envelope(notification),
      subject: "",
      text: composeMessage(notification).short,
      // One character more than ASCII must not make a gateway send base64.
      textEncoding: "quoted-printable" as const,
      messageId,
    };
  }

  #envelope(notification: Notification) {
    const policy = leadingSeries(notification.transition.data.series)?.policy ?? "alerts";
    return { from: this.#options.from, to: [...this.#options.to], headers: { ...filterHeaders(policy, this.#domain) } };
  }

  async #fullMail(notification: Notification, signal: AbortSignal) {
    const message = composeMessage(notification);
    const picture = await this.#picture(notification.transition.data, signal);
    const { messageId, root } = threadHeaders(notification, this.#domain);
    const alert = notification.transition.data;
    return {
      ...this.#envelope(notification),
      subject: await this.#subject(notification, `[${alert.severity.toUpperCase()}] ${message.title}`),
      text: message.text,
      html: htmlBody(message, alert.state, picture && { cid: CHART_CID, alt: picture.alt }),
      attachments: picture ? [chartPart(picture, alert)] : [],
      messageId,
      inReplyTo: root,
      references: root,
    };
  }

  /** Undefined when there is none, or none in time: the text is what must arrive. */
  async #picture(alert: Alert, signal: AbortSignal): Promise<AlertPicture | undefined> {
    const { chart } = this.#options;
    if (chart === "none") return undefined;
    try {
      return await withDeadline(PICTURE_PATIENCE, signal, (limit) => untilAborted(this.#context.picture(alert, chart), limit));
    } catch (error) {
      if (signal.aborted) throw error;
      this.#context.warn(`a mail went out without its chart: ${error instanceof Error ? error.message : "unknown"}`);
      return undefined;
    }
  }

  /** The first subject is kept for the alert's life: many programs thread by it. */
  async #subject(notification: Notification, subject: string): Promise<string> {
    const fresh = oneLine(subject).slice(0, MAX_SUBJECT);
    if (notification.test) return `[TEST] ${fresh}`;
    const key = `email-subject/${notification.transition.data.id}`;
    const known = await this.#context.memory.get(key);
    if (known === undefined) await this.#context.memory.set(key, fresh);
    return known ?? fresh;
  }

  async close(): Promise<void> {
    this.#transport.close();
  }
}

function smtpTransport(options: EmailOptions) {
  const [, host = "", port = "25"] = /^\[?(.*?)\]?:(\d+)$/.exec(options.smarthost) ?? [];
  return createTransport({
    pool: true,
    maxConnections: 5,
    maxMessages: 100,
    host,
    port: Number(port),
    secure: options.implicit_tls ?? Number(port) === 465,
    requireTLS: options.require_tls ?? !isThisMachine(host),
    connectionTimeout: options.timeout,
    greetingTimeout: options.timeout,
    socketTimeout: options.timeout,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(options.hello === undefined ? {} : { name: options.hello }),
    ...(options.ca === undefined ? {} : { tls: { ca: options.ca } }),
    ...(options.username === undefined ? {} : { auth: { user: options.username, pass: options.password ?? "" } }),
  });
}

/** The password, and the word that AUTH PLAIN makes of it (RFC 4616). */
function mailSecrets({ username = "", password = "" }: EmailOptions): readonly string[] {
  return password === "" ? [] : [password, `\0${username}\0${password}`];
}

/** Nothing travels over a network to a server on this machine, and such relays rarely offer encryption. */
function isThisMachine(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** SMTP: 4yz is a transient failure, 5yz a permanent one (RFC 5321 section 4.2.1). */
function mailFailure(error: unknown, signal: AbortSignal, secrets: readonly string[]): Delivery {
  const status = error instanceof Error && "responseCode" in error ? Number(error.responseCode) : 0;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const message = error instanceof Error ? error.message : "";
  if (signal.aborted || status < 400) {
    if (!signal.aborted && (code === "EAUTH" || code === "ETLS"))
      return { ok: false, reason: "auth-error", retryable: false, detail: redact(message, secrets) };
    return failureOf(error, signal, secrets);
  }
  const retryable = status < 500;
  const reason: FailureReason =
    code === "EAUTH" || status === 530 || status === 535
      ? "auth-error"
      : status === 552
        ? "too-large"
        : retryable
          ? "server-error"
          : "client-error";
  return { ok: false, reason, retryable, detail: redact(`SMTP ${status}: ${message}`, secrets) };
}
