/**
 * Slack: one message per alert, edited as the alert changes; each material change is also a reply in its thread,
 * because an edit notifies nobody. What the client library would do by itself on 429 (pause every channel, retry in
 * memory for half an hour) is switched off: only the deliver step retries.
 */
import { type Logger, LogLevel, WebClient } from "@slack/web-api";
import { z } from "zod";
import { composeMessage, type Message } from "../alerting/message.ts";
import type { Delivery, Notification, Notifier } from "../ports/notifier.ts";
import { withDeadline } from "./deadline.ts";
import type { NotifierContext, NotifierKind } from "./notifier-kind.ts";
import { isLostMessage, slackFailure } from "./slack-answer.ts";
import { alertBlocks, mrkdwn, type SlackBlock } from "./slack-blocks.ts";
import { TokenBucket } from "./token-bucket.ts";

const schema = z.object({
  token: z.string().min(1).describe("Bot token (xoxb-…) with scope chat:write."),
  channel: z.string().min(1).describe("Channel, as #name or id."),
  api_url: z.string().default("https://slack.com/api/").describe("Base URL of the Slack API."),
  send_resolved: z.boolean().default(true).describe("Also tell when the alert is resolved."),
  timeout: z.number().default(10_000).describe("Longest time for one call, milliseconds."),
});

type SlackOptions = z.output<typeof schema>;

/** Slack allows about one message a second and channel, with short bursts. */
const MESSAGE_INTERVAL = 1_000;
const MESSAGE_BURST = 3;
const MAX_TEXT = 3_900;
/** News loud enough to show outside of the thread as well. */
const BROADCAST = new Set(["worse", "reopened", "repeat", "acknowledgement-expired"]);

interface Posted {
  readonly channel: string;
  readonly ts: string;
}

export const slackNotifier: NotifierKind<typeof schema> = {
  kind: "slack",
  schema,
  create: (options, context) => new SlackNotifier(options, context),
};

class SlackNotifier implements Notifier {
  readonly kind = "slack";
  readonly #options: SlackOptions;
  readonly #context: NotifierContext;
  readonly #pace: TokenBucket;

  constructor(options: SlackOptions, context: NotifierContext) {
    this.#options = options;
    this.#context = context;
    this.#pace = new TokenBucket(context.clock, MESSAGE_INTERVAL, MESSAGE_BURST);
  }

  async send(notification: Notification, signal: AbortSignal): Promise<Delivery> {
    try {
      const posted = await this.#deliver(notification, signal);
      return { ok: true, reference: `${posted.channel}/${posted.ts}` };
    } catch (error) {
      const failure = slackFailure(error, signal, [this.#options.token]);
      // Slack may have posted what it did not confirm; the next attempt says so.
      if (!failure.ok && failure.reason === "timeout") await this.#context.memory.set(unsureKey(notification), "1");
      return failure;
    }
  }

  async #deliver(notification: Notification, signal: AbortSignal): Promise<Posted> {
    const client = this.#client(signal);
    const message = composeMessage(notification);
    const parent = notification.test ? undefined : await this.#recall(notification);
    if (parent) {
      try {
        await this.#edit(client, parent, notification, message, signal);
        await this.#reply(client, parent, notification, message, signal);
        return parent;
      } catch (error) {
        if (!isLostMessage(error)) throw error;
      }
    }
    return this.#post(client, notification, message, signal);
  }

  async #post(client: WebClient, notification: Notification, message: Message, signal: AbortSignal): Promise<Posted> {
    const unsure = notification.attempt > 1 && (await this.#context.memory.get(unsureKey(notification))) !== undefined;
    const noted = unsure
      ? { ...message, notes: ["An earlier attempt got no answer: this may be a duplicate.", ...message.notes] }
      : message;
    await this.#pace.take(signal);
    const answer = await client.chat.postMessage({
      channel: this.#options.channel,
      ...this.#body(notification, noted),
      metadata: {
        event_type: "tenfold_alert",
        event_payload: { alert: notification.transition.data.id, notification: notification.id },
      },
      unfurl_links: false,
      unfurl_media: false,
    });
    const posted = { channel: answer.channel ?? this.#options.channel, ts: answer.ts ?? "" };
    if (!notification.test) await this.#context.memory.set(parentKey(notification), JSON.stringify(posted));
    return posted;
  }

  async #edit(
    client: WebClient,
    parent: Posted,
    notification: Notification,
    message: Message,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#pace.take(signal);
    await client.chat.update({ ...parent, ...this.#body(notification, message) });
  }

  async #reply(
    client: WebClient,
    parent: Posted,
    notification: Notification,
    message: Message,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#pace.take(signal);
    const lines = [`*${mrkdwn(message.status, 200)}.* ${mrkdwn(message.summary, 600)}`, mrkdwn(message.cause, 900)];
    await client.chat.postMessage({
      channel: parent.channel,
      thread_ts: parent.ts,
      text: lines.join("\n"),
      reply_broadcast: BROADCAST.has(notification.transition.reason),
    });
  }

  #body(notification: Notification, message: Message): { readonly text: string; readonly blocks: SlackBlock[] } {
    const blocks = alertBlocks(message, notification.transition.data.state);
    return { text: mrkdwn(`${message.headline}. ${message.summary}`, MAX_TEXT), blocks };
  }

  async #recall(notification: Notification): Promise<Posted | undefined> {
    const stored = await this.#context.memory.get(parentKey(notification));
    return stored === undefined ? undefined : (JSON.parse(stored) as Posted);
  }

  /** A client per message is what carries the caller's signal into the library, which has no option for one. */
  #client(signal: AbortSignal): WebClient {
    return new WebClient(this.#options.token, {
      slackApiUrl: this.#options.api_url,
      rejectRateLimitedCalls: true,
      retryConfig: { retries: 0 },
      allowAbsoluteUrls: false,
      logger: SILENT,
      fetch: (url, init) =>
        withDeadline(this.#options.timeout, signal, (limit) => wholeAnswer(fetch(url, { ...init, signal: limit }))),
    });
  }
}

/** Reads the answer while the deadline still runs: the library reads bodies without any. */
async function wholeAnswer(answer: Promise<Response>): Promise<Response> {
  const given = await answer;
  const { status, statusText, headers } = given;
  const body = await given.arrayBuffer();
  return new Response(body.byteLength === 0 ? null : body, { status, statusText, headers });
}

function parentKey(notification: Notification): string {
  return `slack-message/${notification.transition.data.id}`;
}

function unsureKey(notification: Notification): string {
  return `slack-unsure/${notification.id}`;
}

/** The library's log lines hold request bodies; what matters is in the Delivery. */
const SILENT: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};
