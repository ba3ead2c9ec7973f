/** Every kind of notifier. A new one is a file, its test, and a line here. */
import { alertmanagerNotifier } from "./alertmanager.ts";
import { consoleNotifier } from "./console.ts";
import { emailNotifier } from "./email.ts";
import { slackNotifier } from "./slack.ts";
import { webhookNotifier } from "./webhook.ts";

export type { NotifierContext, NotifierKind } from "./notifier-kind.ts";

export const notifierKinds = {
  console: consoleNotifier,
  slack: slackNotifier,
  email: emailNotifier,
  webhook: webhookNotifier,
  alertmanager: alertmanagerNotifier,
} as const;

export type NotifierKindName = keyof typeof notifierKinds;
