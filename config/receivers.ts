/** Who is told, and how: the options of every kind of notifier. */
import { z } from "zod";
import { webhookFormats } from "../src/notifiers/formats/index.ts";
import { chartOption } from "../src/notifiers/notifier-kind.ts";
import { signingKeys } from "../src/notifiers/standard-webhooks.ts";
import { count, duration, name, size, url } from "./scalars.ts";
import { UNREADABLE } from "./secret-files.ts";
import { needsSecret, secret, urlIsHttp } from "./secrets.ts";
import { checkTemplate } from "./webhook-template.ts";

export const WEBHOOK_FORMATS = [
  "tenfold",
  "alertmanager",
  "pagerduty",
  "opsgenie",
  "incidentio",
  "rootly",
  "oncall",
  "template",
] as const;

/** Formats whose secret is a signing key. */
const SIGNED: ReadonlySet<string> = new Set(
  Object.entries(webhookFormats).flatMap(([name, { signed }]) => (signed ? [name] : [])),
);

const ADDRESS = /^(?:[^<>@\s]+@[^<>@\s]+|[^<>]*<[^<>@\s]+@[^<>@\s]+>)$/;
const mailAddress = z.string().regex(ADDRESS, "this is not a mail address");

const sendResolved = z.boolean().describe("Also tell when the alert is resolved.").default(true);

const httpUrl = {
  ...secret("url", "Where to send, http:// or https://. Often a secret itself."),
};

function secretSigns(
  { format, secret }: { readonly format: string; readonly secret?: string | undefined },
  context: z.RefinementCtx,
) {
  if (secret === undefined || secret === UNREADABLE || !SIGNED.has(format)) return;
  try {
    signingKeys(secret);
  } catch (error) {
    const message = error instanceof Error ? error.message : "the webhook secret cannot be read";
    const params = { suggestion: "make one with: echo whsec_$(openssl rand -base64 32)" };
    context.addIssue({ code: "custom", path: ["secret"], message, params });
  }
}

export const slackOptions = z
  .strictObject({
    ...secret("token", "Bot token (xoxb-…) with scopes chat:write and, for charts, files:write."),
    channel: z.string().min(1).describe("Channel, as #name or id."),
    api_url: url("Base URL of the Slack API.").default("https://slack.com/api/"),
    ...secret("signing_secret", "Signing secret of the app: shows buttons, heard at POST /v1/slack/actions."),
    ...secret("app_token", "App token (xapp-…) with scope connections:write: shows buttons, heard by Socket Mode."),
    chart: chartOption.default("light"),
    send_resolved: sendResolved,
    timeout: duration("Longest time for one call.", 100).prefault("10s"),
  })
  .superRefine(needsSecret("token"));

export const emailOptions = z.strictObject({
  smarthost: z
    .string()
    .regex(/^(?:\[[0-9a-fA-F:.]+\]|[^:\s/]+):\d{1,5}$/, "write host:port, for example smtp.example:587")
    .describe("Mail server, host:port."),
  from: mailAddress.describe("Sender address."),
  to: z.union([mailAddress.transform((one) => [one]), z.array(mailAddress).min(1)]).describe("Recipients."),
  username: z.string().min(1).optional().describe("User at the mail server; needs password."),
  ...secret("password", "Password at the mail server."),
  hello: z.string().min(1).optional().describe("Name given in EHLO. (Default: the host's name)"),
  require_tls: z
    .boolean()
    .optional()
    .describe("Refuse servers without STARTTLS. (Default: true, but for a server on this machine)"),
  implicit_tls: z.boolean().optional().describe("TLS from the first byte. (Default: only on port 465)"),
  ...secret("ca", "Certificate authority of the mail server, PEM, when it is a private one."),
  form: z.enum(["full", "short"]).describe("short: one SMS of plain text, for SMS gateways and pagers.").default("full"),
  chart: chartOption.default("light"),
  send_resolved: sendResolved,
  timeout: duration("Longest time for one message.", 100).prefault("30s"),
});

export const webhookOptions = z
  .strictObject({
    ...httpUrl,
    format: z.enum(WEBHOOK_FORMATS).describe("Shape of the body.").default("tenfold"),
    template: z
      .record(z.string(), z.unknown())
      .optional()
      .describe("template: the body, any section; its texts may name the alert's fields, as {{ data.severity }} (Liquid)."),
    ...secret(
      "secret",
      "tenfold, alertmanager, template: whsec_… signs (Standard Webhooks); pagerduty: routing key; opsgenie, incidentio: key or token.",
    ),
    change_events: z.boolean().describe("pagerduty: also tell of rollouts, as change events.").default(false),
    ...secret("ca", "Certificate authority of the target, PEM, when it is a private one."),
    send_resolved: sendResolved,
    timeout: duration("Longest time for one request.", 100).prefault("15s"),
    max_body: size("Largest body sent; samples are left out beyond it.").optional(),
  })
  .superRefine(urlIsHttp)
  .superRefine(secretSigns)
  .superRefine((value, context) => {
    const own = ["pagerduty", "opsgenie"].includes(value.format);
    if (!own) needsSecret("url")(value, context);
    if (own || value.format === "incidentio") needsSecret("secret")(value, context);
    checkTemplate(value, context);
    if (value.change_events) checkChangeEvents(value, context);
  });

/** Only a service has change events: keys of rulesets and orchestrations, which begin with R, are refused for them. */
function checkChangeEvents(
  value: { readonly format: string; readonly secret?: string | undefined },
  context: z.RefinementCtx,
): void {
  const problem =
    value.format !== "pagerduty"
      ? { message: "only PagerDuty takes change events", params: { suggestion: "write format: pagerduty, or leave it out" } }
      : value.secret?.startsWith("R")
        ? {
            message: "the key of a ruleset or orchestration takes no change events",
            params: { suggestion: "give the integration key of a service" },
          }
        : undefined;
  if (problem) context.addIssue({ code: "custom", path: ["change_events"], ...problem });
}

export const alertmanagerOptions = z.strictObject({
  urls: z
    .array(url("Base URL of one Alertmanager."))
    .min(1)
    .describe("Every replica, not a load balancer; /api/v2/alerts is added."),
  username: z.string().min(1).optional().describe("User for basic authentication; needs password."),
  ...secret("password", "Password for basic authentication."),
  ...secret("token", "Bearer token."),
  ...secret("ca", "Certificate authority of the replicas, PEM, when it is a private one."),
  resend_every: duration("How often a firing alert is sent again, so that it does not expire.", 1000).prefault("1m"),
  timeout: duration("Longest time for one request.", 100).prefault("10s"),
});

export const consoleOptions = z.strictObject({
  send_resolved: sendResolved,
});

/** Options by kind of notifier: the keys a receiver may have besides its name. */
export const receiverKinds = {
  slack: slackOptions,
  email: emailOptions,
  webhook: webhookOptions,
  alertmanager: alertmanagerOptions,
  console: consoleOptions,
} as const;

export type ReceiverKind = keyof typeof receiverKinds;

export const receiverSchema = z
  .strictObject({
    name: name("Name that routes refer to."),
    slack: z.array(slackOptions).describe("Slack channels.").default([]),
    email: z.array(emailOptions).describe("Mail.").default([]),
    webhook: z.array(webhookOptions).describe("HTTP callbacks, and services reached by them.").default([]),
    alertmanager: z.array(alertmanagerOptions).describe("Prometheus Alertmanager.").default([]),
    console: z.array(consoleOptions).describe("Text on standard output.").default([]),
  })
  .describe("A named group of targets.");

const stormSection = z
  .strictObject({
    above: z
      .number()
      .int()
      .min(0)
      .describe("Alerts one target is told of by themselves within `per`; more are summed in one message. 0: never sum.")
      .default(30),
    per: duration("Time in which alerts are counted.", 1000).prefault("1m"),
    calm: duration("A storm is over when alerts came at less than half the rate for so long.", 1000).prefault("5m"),
    top: count("Alerts that the message names.").default(5),
  })
  .describe(
    "When too many alerts at once are told in one message. Alertmanager targets are left alone: they group by themselves.",
  );

export const deliverySection = z
  .strictObject({
    allow_private: z
      .array(z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()], "write an address range such as 10.0.0.0/8"))
      .describe("Private address ranges that targets may have. Others are refused, so that no receiver can reach inner services.")
      .default(["127.0.0.0/8", "::1/128"]),
    horizon: duration("How long an undeliverable message is retried.", 60_000).prefault("24h"),
    concurrency: count("Most messages sent at once.").default(16),
    storm: stormSection.prefault({}),
  })
  .describe("How messages are delivered.");
