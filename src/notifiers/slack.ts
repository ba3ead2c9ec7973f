/**
 * Slack: one message per alert, edited as the alert changes; each material change is also a reply in its thread,
 * because an edit notifies nobody. What the client library would do by itself on 429 (pause every channel, retry in
 * memory for half an hour) is switched off: only the deliver step retries.
 */
import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import type { Message } from "../alerting/message/message.ts";
import { composeMessage } from "../alerting/message.ts";
import type { Delivery, Notification, Notifier } from "../ports/notifier.ts";
import { chartOption, type NotifierContext, type NotifierKind } from "./notifier-kind.ts";
import { actionButtons } from "./slack-actions.ts";
import { isLostMessage, slackFailure } from "./slack-answer.ts";
import { alertBlocks, mrkdwn, type SlackBlock } from "./slack-blocks.ts";
import { slackClient, slackSecrets } from "./slack-client.ts";
import { SlackPictures, type Thread } from "./slack-pictures.ts";
import { TokenBucket } from "./token-bucket.ts";

const schema = z.object({
  token: z.string().min(1).describe("Bot token (xoxb-…) with scopes chat:write and, for charts, files:write."),
  channel: z.string().min(1).describe("Channel, as #name or id."),
  api_url: z.string().default("https://slack.com/api/").describe("Base URL of the Slack API."),
  signing_secret: z.string().optional().describe("Signing secret of the app: buttons, heard at POST /v1/slack/actions."),
  app_token: z.string().optional().describe("App token (xapp-…) with scope connections:write: buttons, heard by Socket Mode."),
  chart: chartOption.default("light"),
  send_resolved: z.boolean().default(true).describe("Also tell when the alert is resolved."),
  timeout: z.number().default(10_000).describe("Longest time for one call, milliseconds."),
});

type SlackOptions = z.output<typeof schema>;

/** Slack allows about one message a second and channel, with short bursts. */
const MESSAGE_INTERVAL = 1_000;
const MESSAGE_BURST = 3;
const MAX_TEXT = 3_900;
/** News loud enough to show outside of the thread as well. */
const BROADCAST = new Set(["worse", "reopened", "flapping", "repeat", "acknowledgement-expired"]);

/** News that the numbers, and so the chart, are part of. */
const WORDS_ONLY = new Set(["repeat", "acknowledged", "acknowledgement-expired"]);

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
  readonly #pictures: SlackPictures;

  constructor(options: SlackOptions, context: NotifierContext) {
    this.#options = options;
    this.#context = context;
    this.#pace = new TokenBucket(context.clock, MESSAGE_INTERVAL, MESSAGE_BURST);
    this.#pictures = new SlackPictures(options, context, this.#pace);
  }

  async send(notification: Notification, signal: AbortSignal): Promise<Delivery> {
    try {
      const posted = await this.#deliver(notification, signal);
      const { reason, data } = notification.transition;
      if (!WORDS_ONLY.has(reason)) this.#pictures.show(data, posted);
      // Whoever tests wants to know whether pictures arrive.
      if (notification.test) await this.#pictures.settled();
      return { ok: true, reference: `${posted.channel}/${posted.ts}` };
    } catch (error) {
      const failure = slackFailure(error, signal, slackSecrets(this.#options));
      // Slack may have posted what it did not confirm; the next attempt says so.
      if (!failure.ok && failure.reason === "timeout") await this.#context.memory.set(unsureKey(notification), "1");
      return failure;
    }
  }

  async #deliver(notification: Notification, signal: AbortSignal): Promise<Thread> {
    const client = slackClient(this.#options, signal);
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

  async #post(client: WebClient, notification: Notification, message: Message, signal: AbortSignal): Promise<Thread> {
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
    parent: Thread,
    notification: Notification,
    message: Message,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#pace.take(signal);
    await client.chat.update({ ...parent, ...this.#body(notification, message) });
  }

  async #reply(
    client: WebClient,
    parent: Thread,
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

  /** Pictures under way are given up; the texts are delivered. */
  close(): Promise<void> {
    return this.#pictures.close();
  }

  #body(notification: Notification, message: Message): { readonly text: string; readonly blocks: SlackBlock[] } {
    const { data } = notification.transition;
    const { signing_secret, app_token } = this.#options;
    const heard = !notification.test && (signing_secret !== undefined || app_token !== undefined);
    const blocks = alertBlocks(message, data.state, heard ? actionButtons(data) : undefined);
    return { text: mrkdwn(`${message.headline}. ${message.summary}`, MAX_TEXT), blocks };
  }

  async #recall(notification: Notification): Promise<Thread | undefined> {
    const stored = await this.#context.memory.get(parentKey(notification));
    return stored === undefined ? undefined : (JSON.parse(stored) as Thread);
  }
}

function parentKey(notification: Notification): string {
  return `slack-message/${notification.transition.data.id}`;
}

function unsureKey(notification: Notification): string {
  return `slack-unsure/${notification.id}`;
}
