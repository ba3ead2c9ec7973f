import { randomBytes } from "node:crypto";
import { notifierKinds } from "../../src/notifiers/index.ts";
import { testContext } from "../harness/notifier-context.ts";
import { startSlackServer } from "../harness/slack-server.ts";
import { startMailServer } from "../harness/smtp-server.ts";
import { type Reply, startWebhookServer } from "../harness/webhook-server.ts";
import { notifierContract, type TargetState } from "./notifier-suite.ts";

const { alertmanager, console: terminal, email, slack, webhook } = notifierKinds;
/** Long enough for a busy machine; short only where the target never answers. */
const TIMEOUT = 20_000;
const SHORT_TIMEOUT = 300;

/** The echoed secret is what a careless target does. */
function httpReply(state: TargetState, secret: string): Reply {
  const replies: Readonly<Record<TargetState, Reply>> = {
    ok: { status: 202 },
    "server-error": { status: 503, body: `overloaded, your key was ${secret}` },
    "rate-limited": { status: 429, headers: { "retry-after": "7" } },
    "client-error": { status: 400, body: `bad request for ${secret}` },
    "bad-secret": { status: 401, body: `unknown key ${secret}` },
    hang: { status: 200, hang: true },
    down: { status: 200 },
  };
  return replies[state];
}

const HTTP_STATES: readonly TargetState[] = ["server-error", "rate-limited", "client-error", "bad-secret", "hang", "down"];
const FORMATS = ["tenfold", "alertmanager", "pagerduty", "opsgenie", "incidentio", "rootly", "oncall", "template"] as const;

for (const format of FORMATS) {
  notifierContract(`webhook ${format}`, HTTP_STATES, async () => {
    const server = await startWebhookServer();
    const secret =
      format === "tenfold" || format === "alertmanager" || format === "template"
        ? `whsec_${randomBytes(32).toString("base64")}`
        : randomBytes(16).toString("hex");
    const path = randomBytes(16).toString("hex");
    const template = { text: "{{ message.headline }}" };
    const given = { url: `${server.url}/hook/${path}`, format, secret, ...(format === "template" ? { template } : {}) };
    const make = (timeout: number) => webhook.create(webhook.schema.parse({ ...given, timeout }), testContext());
    let notifier = make(TIMEOUT);
    let refused = 0;
    let state: TargetState = "ok";
    return {
      get notifier() {
        return notifier;
      },
      secrets: [secret, path],
      enter: async (next) => {
        if (next === "hang") notifier = make(SHORT_TIMEOUT);
        refused = server.received.length;
        state = next;
        server.always(httpReply(next, `${secret} at ${path}`));
        if (next === "down") await server.close();
      },
      accepted: () => (state === "ok" ? server.received.length - refused : 0),
      close: () => server.close(),
    };
  });
}

notifierContract("alertmanager", HTTP_STATES, async () => {
  const server = await startWebhookServer();
  const token = randomBytes(16).toString("hex");
  const make = (timeout: number) =>
    alertmanager.create(alertmanager.schema.parse({ urls: [server.url], token, timeout }), testContext());
  let notifier = make(TIMEOUT);
  return {
    get notifier() {
      return notifier;
    },
    secrets: [token],
    enter: async (next) => {
      if (next === "hang") notifier = make(SHORT_TIMEOUT);
      server.always(httpReply(next, token));
      if (next === "down") await server.close();
    },
    accepted: () => server.received.length,
    close: () => server.close(),
  };
});

notifierContract("slack", ["server-error", "rate-limited", "client-error", "bad-secret", "hang", "down"], async () => {
  const token = `xoxb-${randomBytes(16).toString("hex")}`;
  const server = await startSlackServer(token);
  const given = { token, channel: "#sec-alerts", api_url: server.apiUrl };
  const make = (timeout: number) => slack.create(slack.schema.parse({ ...given, timeout }), testContext());
  let notifier = make(TIMEOUT);
  const states: Readonly<Record<TargetState, () => unknown>> = {
    ok: () => undefined,
    "server-error": () => server.answer({ status: 503, body: token }),
    "rate-limited": () => server.answer({ status: 429, headers: { "retry-after": "7" } }),
    "client-error": () => server.fail("channel_not_found"),
    "bad-secret": () => server.fail("invalid_auth"),
    hang: () => server.answer({ status: 200, hang: true }),
    down: () => server.close(),
  };
  return {
    get notifier() {
      return notifier;
    },
    secrets: [token],
    enter: async (next) => {
      if (next === "hang") notifier = make(SHORT_TIMEOUT);
      await states[next]();
    },
    accepted: () => server.calls.length,
    close: () => server.close(),
  };
});

notifierContract("email", ["server-error", "client-error", "bad-secret", "down"], async () => {
  const password = randomBytes(16).toString("hex");
  const server = await startMailServer({ user: "tenfold", password });
  const good = {
    smarthost: server.smarthost,
    from: "Tenfold <tenfold@alerts.example>",
    to: ["sec@team.example"],
    username: "tenfold",
    require_tls: false,
  };
  const make = (given: string) => email.create(email.schema.parse({ ...good, password: given, timeout: TIMEOUT }), testContext());
  let notifier = make(password);
  const wrong = randomBytes(16).toString("hex");
  return {
    get notifier() {
      return notifier;
    },
    secrets: [password, wrong],
    enter: async (next) => {
      if (next === "server-error") server.fail(451);
      if (next === "client-error") server.fail(554);
      if (next === "bad-secret" || next === "down") await notifier.close?.();
      if (next === "bad-secret") notifier = make(wrong);
      if (next === "down") {
        notifier = make(password);
        await server.close();
      }
    },
    accepted: () => server.mails.length,
    close: () => server.close(),
  };
});

notifierContract("console", [], async () => {
  const context = testContext();
  return {
    notifier: terminal.create(terminal.schema.parse({}), context),
    secrets: [],
    enter: async () => undefined,
    accepted: () => context.written.length,
    close: async () => undefined,
  };
});
