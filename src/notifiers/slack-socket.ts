/**
 * Socket Mode: Slack tells of pressed buttons over a connection that we open, so that no port need be reachable from outside.
 * Reconnecting is done here: what the library does by itself ends the process when Slack cannot be reached.
 */
import { SocketModeClient } from "@slack/socket-mode";
import type { Clock } from "../ports/clock.ts";
import { untilAborted, withDeadline } from "./deadline.ts";
import { slackFailure } from "./slack-answer.ts";
import { SILENT } from "./slack-client.ts";

export interface SlackSocketOptions {
  /** App token (xapp-…) with scope connections:write. */
  readonly appToken: string;
  readonly apiUrl: string;
  readonly clock: Clock;
  /** Resolves when the press is safe; Slack is told so only then, and must be within three seconds. */
  readonly onPayload: (payload: unknown) => Promise<void>;
  readonly warn: (text: string) => void;
}

/** Time to open a connection, milliseconds. */
const OPEN_LIMIT = 30_000;
const CLOSE_LIMIT = 2_000;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

/** Keeps one connection open until `signal` is aborted; never rejects. Slack renews connections every few hours. */
export async function runSlackSocket(options: SlackSocketOptions, signal: AbortSignal): Promise<void> {
  let pause = FIRST_PAUSE;
  let warned: string | undefined;
  while (!signal.aborted) {
    try {
      await connect(options, signal, () => {
        pause = FIRST_PAUSE;
        warned = undefined;
      });
    } catch (error) {
      const failure = slackFailure(error, signal, [options.appToken]);
      const detail = failure.ok || signal.aborted ? undefined : failure.detail;
      if (detail !== undefined && detail !== warned) options.warn(`Slack's buttons cannot be heard: ${detail}; trying again`);
      warned = detail ?? warned;
      pause = Math.min(LONGEST_PAUSE, 2 * pause);
    }
    await options.clock.sleep(pause, signal).catch(() => undefined);
  }
}

/** One connection, from opening to its end. Rejects when it could not be opened. */
async function connect(options: SlackSocketOptions, signal: AbortSignal, onOpen: () => void): Promise<void> {
  const { appToken, apiUrl } = options;
  const client = new SocketModeClient({
    appToken,
    logger: SILENT,
    autoReconnectEnabled: false,
    clientOptions: { slackApiUrl: apiUrl, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true, timeout: OPEN_LIMIT },
  });
  let failed: unknown;
  client.on("error", (error: unknown) => {
    failed = error;
  });
  client.on("interactive", ({ body, ack }: { body: unknown; ack: () => Promise<void> }) => {
    options
      .onPayload(body)
      .then(() => ack())
      .catch((error: unknown) => options.warn(`a button pressed in Slack was not taken: ${messageOf(error)}`));
  });
  const ended = new Promise<void>((resolve) => client.on("disconnected", () => resolve()));
  try {
    await withDeadline(OPEN_LIMIT, signal, (limit) => untilAborted(client.start(), limit)).catch((error: unknown) => {
      throw error ?? failed ?? new Error("the connection was closed before it was open");
    });
    onOpen();
    await untilAborted(ended, signal);
  } finally {
    const never = new AbortController().signal;
    await withDeadline(CLOSE_LIMIT, never, (limit) => untilAborted(client.disconnect(), limit)).catch(() => undefined);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "unknown";
}
