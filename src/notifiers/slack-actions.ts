/** The buttons under a message, and what Slack sends when one is pressed. */
import type { Alert } from "../domain/alert.ts";
import { hashHex } from "../domain/ids.ts";

export type SlackActionName = "acknowledge" | "silence" | "resolve" | "why";

/** A button that a person pressed. Everything in it was made by Slack, but for the name a person chose. */
export interface SlackAction {
  readonly name: SlackActionName;
  /** Id of the alert. */
  readonly alert: string;
  readonly user: { readonly id: string; readonly name: string };
  readonly channel: string;
  /** The message that has the button. */
  readonly message: string;
  /** Slack's time of the press: with the rest it tells one press from another. */
  readonly pressedAt: string;
}

interface SlackButton {
  readonly type: "button";
  readonly action_id: string;
  readonly value: string;
  readonly text: { readonly type: "plain_text"; readonly text: string };
  readonly style?: "primary" | "danger";
  readonly confirm?: unknown;
}

export interface ActionsBlock {
  readonly type: "actions";
  readonly block_id: string;
  readonly elements: readonly SlackButton[];
}

const PREFIX = "tenfold:";
const NAMES: readonly SlackActionName[] = ["acknowledge", "silence", "resolve", "why"];
const MAX_NAME = 80;

/** Buttons for what can still be done; of an alert that is over only the explanation is left. */
export function actionButtons(alert: Alert): ActionsBlock {
  const over = alert.state === "resolved";
  const buttons = [
    ...(over || alert.state === "acknowledged" ? [] : [button("acknowledge", alert, "Acknowledge", { style: "primary" })]),
    ...(over ? [] : [button("silence", alert, "Silence 4 h", { confirm: sure("Nobody is told of this alert for four hours.") })]),
    ...(over
      ? []
      : [button("resolve", alert, "Resolve", { style: "danger", confirm: sure("The alert is closed for everybody.") })]),
    button("why", alert, "Show why", {}),
  ];
  return { type: "actions", block_id: `${PREFIX}${alert.id}`, elements: buttons };
}

function button(
  name: SlackActionName,
  alert: Alert,
  text: string,
  more: Pick<Partial<SlackButton>, "style" | "confirm">,
): SlackButton {
  return { type: "button", action_id: `${PREFIX}${name}`, value: alert.id, text: { type: "plain_text", text }, ...more };
}

function sure(text: string) {
  return {
    title: { type: "plain_text", text: "Are you sure?" },
    text: { type: "plain_text", text },
    confirm: { type: "plain_text", text: "Yes" },
    deny: { type: "plain_text", text: "No" },
  };
}

type Fields = Readonly<Record<string, unknown>>;

/** Undefined for anything that is not one of our buttons. */
export function readSlackAction(payload: unknown): SlackAction | undefined {
  const given = fieldsOf(payload);
  const [action] = Array.isArray(given.actions) ? given.actions.map(fieldsOf) : [];
  if (given.type !== "block_actions" || action === undefined) return undefined;
  const name = NAMES.find((one) => action.action_id === `${PREFIX}${one}`);
  const [user, channel] = [fieldsOf(given.user), fieldsOf(given.channel)];
  const message = textOf(fieldsOf(given.message).ts) ?? textOf(fieldsOf(given.container).message_ts);
  const [alert, id, channelId, pressedAt] = [action.value, user.id, channel.id, action.action_ts].map(textOf);
  if (name === undefined || !alert || !id || !channelId || !message || !pressedAt) return undefined;
  const called = textOf(user.username) ?? textOf(user.name) ?? id;
  return { name, alert, user: { id, name: called.slice(0, MAX_NAME) }, channel: channelId, message, pressedAt };
}

/** The same however often, and to whichever daemon, Slack tells of one press. */
export function pressId({ name, alert, user, channel, message, pressedAt }: SlackAction): string {
  return hashHex(["slack-action", name, alert, user.id, channel, message, pressedAt]);
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.length > 0 && value.length <= 256 ? value : undefined;
}
