/**
 * Buttons in Slack. Any daemon may hear of a press, by request or by socket; it leaves it in the store, where a press counts
 * once, and the daemon that coordinates does it.
 */
import type { Config } from "../../config/schema.ts";
import { whyText } from "../alerting/message/why-text.ts";
import { TenfoldError } from "../domain/errors.ts";
import { formatTime } from "../domain/time.ts";
import { pressId, readSlackAction, type SlackAction } from "../notifiers/slack-actions.ts";
import { slackFailure } from "../notifiers/slack-answer.ts";
import { type SlackAccess, slackSecrets } from "../notifiers/slack-client.ts";
import { reply, whisper } from "../notifiers/slack-replies.ts";
import { type SlackSignature, signedBy } from "../notifiers/slack-signature.ts";
import { runSlackSocket } from "../notifiers/slack-socket.ts";
import type { AlertStore, OperatorRequest } from "../ports/alert-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { AlertDesk } from "./alert-desk.ts";

export interface SlackDeskOptions {
  readonly alerts: Pick<AlertStore, "leaveRequest" | "listRequests" | "endRequest">;
  readonly desk: AlertDesk;
  readonly clock: Clock;
  /** Real time, milliseconds, which signatures are made with. */
  readonly wallClock: () => number;
  readonly warn: (text: string) => void;
}

/** A Slack target of the configuration that has buttons. */
interface SlackApp {
  readonly target: string;
  readonly access: SlackAccess;
  readonly signingSecret: string | undefined;
  readonly appToken: string | undefined;
}

/** What is left in the store. */
interface Left {
  readonly kind: "slack";
  readonly target: string;
  readonly action: SlackAction;
}

export const SILENCE_LENGTH = 4 * 3_600_000;
const COMMENT = "by button in Slack";
/** Requests done in one round. */
const MOST_AT_ONCE = 50;

export class SlackDesk {
  readonly #options: SlackDeskOptions;
  #apps: readonly SlackApp[] = [];
  #sockets = new AbortController();
  #listening: Promise<unknown> = Promise.resolve();

  constructor(options: SlackDeskOptions) {
    this.#options = options;
  }

  /** Takes over the targets of a configuration, and opens the sockets they ask for. */
  async configure(config: Config): Promise<void> {
    await this.close();
    this.#apps = appsOf(config);
    this.#sockets = new AbortController();
    const byToken = new Map(this.#apps.flatMap((app) => (app.appToken === undefined ? [] : [[app.appToken, app] as const])));
    const { clock, warn } = this.#options;
    const sockets = [...byToken].map(([appToken, app]) => {
      const onPayload = (payload: unknown) => this.#take(payload, app);
      return runSlackSocket({ appToken, apiUrl: app.access.api_url, clock, onPayload, warn }, this.#sockets.signal);
    });
    this.#listening = Promise.all(sockets);
  }

  async close(): Promise<void> {
    this.#sockets.abort();
    await this.#listening;
  }

  /** A request of Slack, as it came. Rejects with `unauthorized`, or `store_unavailable` when the press could not be kept. */
  async receive(body: Buffer, signature: SlackSignature): Promise<void> {
    const apps = this.#apps.filter(({ signingSecret }) => signingSecret !== undefined);
    const index = signedBy(
      apps.map(({ signingSecret }) => signingSecret ?? ""),
      signature,
      body,
      this.#options.wallClock(),
    );
    const app = index === undefined ? undefined : apps[index];
    if (!app) throw new TenfoldError("unauthorized", "the request is not signed by a Slack app of this installation, or too old");
    await this.#take(payloadOf(body), app);
  }

  /** Call where alerts are coordinated, again and again. Rejects with `store_unavailable`: what is left is done the next time. */
  async work(): Promise<void> {
    const { alerts, warn } = this.#options;
    for (const request of await alerts.listRequests(MOST_AT_ONCE)) {
      const { action, target } = JSON.parse(request.payload) as Left;
      try {
        await this.#perform(request, action, target);
      } catch (error) {
        if (error instanceof TenfoldError && error.code === "store_unavailable") throw error;
        const reason = error instanceof Error ? error.message : "unknown";
        warn(`${action.name} by ${action.user.id} in Slack was not done: ${reason}`);
        await this.#whisper(action, target, `That did not work: ${reason}`);
      }
      await alerts.endRequest(request.id);
    }
  }

  async #take(payload: unknown, { target }: SlackApp): Promise<void> {
    const action = readSlackAction(payload);
    if (!action) return;
    const left: Left = { kind: "slack", target, action };
    const at = this.#options.clock.now();
    await this.#options.alerts.leaveRequest({ id: pressId(action), at, payload: JSON.stringify(left) });
  }

  /** Doing it twice changes nothing: a daemon may have died between doing it and saying so. */
  async #perform(request: OperatorRequest, action: SlackAction, target: string): Promise<void> {
    const { desk } = this.#options;
    const alert = await desk.get(action.alert);
    if (!alert) return this.#whisper(action, target, "This alert is not known any more.");
    if (action.name === "why") return this.#whisper(action, target, whyText(alert));
    const by = `${action.user.name} (Slack ${action.user.id})`;
    if (alert.state === "resolved") {
      if (action.name !== "resolve" || alert.acknowledgedBy !== by)
        await this.#whisper(action, target, "This alert is resolved already.");
      return;
    }
    if (action.name === "acknowledge") {
      if (alert.state === "acknowledged" && alert.acknowledgedBy === by) return;
      await desk.acknowledge(alert.id, { by, comment: COMMENT });
    } else if (action.name === "resolve") await desk.resolve(alert.id, { by, comment: COMMENT });
    else await this.#silence(request.at, action, target, by);
  }

  async #silence(at: number, action: SlackAction, target: string, by: string): Promise<void> {
    const until = at + SILENCE_LENGTH;
    const made = await this.#options.desk.silence(action.alert, { by, comment: COMMENT, until }, at);
    if (made)
      await this.#tell(action, target, `Silenced by ${by} until ${formatTime(until).slice(0, 16).replace("T", " ")} UTC.`);
  }

  /** Answers are a courtesy: the act itself is done and told whether they arrive or not. */
  async #whisper(action: SlackAction, target: string, text: string): Promise<void> {
    await this.#answer(target, (access, signal) => whisper(access, threadOf(action), action.user.id, text, signal));
  }

  async #tell(action: SlackAction, target: string, text: string): Promise<void> {
    await this.#answer(target, (access, signal) => reply(access, threadOf(action), text, signal));
  }

  async #answer(target: string, send: (access: SlackAccess, signal: AbortSignal) => Promise<void>): Promise<void> {
    const app = this.#apps.find((one) => one.target === target);
    if (!app) return;
    try {
      await send(app.access, this.#sockets.signal);
    } catch (error) {
      const failure = slackFailure(error, this.#sockets.signal, slackSecrets(app.access));
      this.#options.warn(`Slack took no answer: ${failure.ok ? "" : failure.detail}`);
    }
  }
}

function threadOf({ channel, message }: SlackAction) {
  return { channel, ts: message };
}

function appsOf(config: Config): readonly SlackApp[] {
  return config.receivers.flatMap(({ name, slack }) =>
    slack.flatMap((options, index) => {
      const { token = "", api_url, timeout, signing_secret: signingSecret, app_token: appToken } = options;
      if (signingSecret === undefined && appToken === undefined) return [];
      return [
        {
          target: `${name}/slack/${index}`,
          access: { token, api_url, timeout, signing_secret: signingSecret, app_token: appToken },
          signingSecret,
          appToken,
        },
      ];
    }),
  );
}

/** The form field `payload` holds JSON. */
function payloadOf(body: Buffer): unknown {
  const text = new URLSearchParams(body.toString("utf8")).get("payload");
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    throw new TenfoldError("invalid_request", "the payload is not JSON");
  }
}
