/** Short answers to people in Slack: to one person, or into a thread. */
import { mrkdwn } from "./slack-blocks.ts";
import { type SlackAccess, slackClient } from "./slack-client.ts";
import type { Thread } from "./slack-pictures.ts";

const MAX_TEXT = 3_900;

/** Only this person sees it. Rejects with Slack's answer. `text` is plain. */
export async function whisper(
  access: SlackAccess,
  thread: Thread,
  user: string,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  const client = slackClient(access, signal);
  await client.chat.postEphemeral({ channel: thread.channel, user, thread_ts: thread.ts, text: mrkdwn(text, MAX_TEXT) });
}

/** Everybody who follows the thread sees it. */
export async function reply(access: SlackAccess, thread: Thread, text: string, signal: AbortSignal): Promise<void> {
  const client = slackClient(access, signal);
  await client.chat.postMessage({ channel: thread.channel, thread_ts: thread.ts, text: mrkdwn(text, MAX_TEXT) });
}
