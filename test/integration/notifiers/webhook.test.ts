import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { webhookBodySchema } from "../../../config/alert-schema.ts";
import { templateScopeSchema } from "../../../config/webhook-template.ts";
import { composeMessage } from "../../../src/alerting/message.ts";
import { templateScope } from "../../../src/notifiers/formats/template.ts";
import { notifierKinds } from "../../../src/notifiers/index.ts";
import { addressGuard } from "../../../src/notifiers/private-address.ts";
import { life, NEVER, notification, testContext } from "../../harness/notifier-context.ts";
import { startWebhookServer, type WebhookServer } from "../../harness/webhook-server.ts";
import { BAD, finding } from "../../unit/alerting/alert-fixtures.ts";

const { webhook, alertmanager } = notifierKinds;
const secretOf = (bytes: number) => `whsec_${randomBytes(bytes).toString("base64")}`;

let server: WebhookServer;
beforeEach(async () => {
  server = await startWebhookServer();
});
afterEach(() => server.close());

const make = (options: object, context = testContext()) =>
  webhook.create(webhook.schema.parse({ url: `${server.url}/hook`, ...options }), context);
const headersOf = (index: number) => server.received[index]?.headers as Record<string, string>;
const bodyOf = (index: number) => JSON.parse(server.received[index]?.body ?? "null");

describe("webhook, format tenfold", () => {
  it("signs so that the reference implementation verifies it, and keeps the id over attempts", async () => {
    const secret = secretOf(32);
    const { fired } = life();
    const notifier = make({ secret });
    server.answer({ status: 503 });
    await notifier.send(notification(fired), NEVER);
    await notifier.send(notification(fired, { attempt: 2 }), NEVER);
    for (const index of [0, 1]) {
      const verified = new Webhook(secret).verify(server.received[index]?.body ?? "", headersOf(index));
      expect(verified).toEqual(JSON.parse(JSON.stringify(fired)));
      expect(headersOf(index)["webhook-id"]).toBe(notification(fired).id);
    }
    expect(() => new Webhook(secretOf(32)).verify(server.received[0]?.body ?? "", headersOf(0))).toThrow();
  });

  it("signs with old and new secret while one is being rotated", async () => {
    const [old, next] = [secretOf(24), secretOf(64)];
    await make({ secret: `${old} ${next}` }).send(notification(), NEVER);
    for (const secret of [old, next]) new Webhook(secret).verify(server.received[0]?.body ?? "", headersOf(0));
    expect(headersOf(0)["webhook-signature"]?.split(" ")).toHaveLength(2);
  });

  it("refuses secrets that are no signing keys, without repeating them", () => {
    for (const secret of ["hunter2hunter2", secretOf(23), secretOf(65)]) {
      expect(() => make({ secret })).toThrow(/whsec_|24 to 64 bytes/);
      expect(() => make({ secret })).not.toThrow(secret);
    }
  });

  it("takes 410 as gone, and does not follow redirects", async () => {
    server.answer({ status: 410 }, { status: 302, headers: { location: `${server.url}/elsewhere` } });
    expect(await make({}).send(notification(), NEVER)).toMatchObject({ ok: false, reason: "gone", retryable: false });
    expect(await make({}).send(notification(), NEVER)).toMatchObject({ ok: false, reason: "redirect", retryable: false });
    expect(server.received.map((one) => one.path)).toEqual(["/hook", "/hook"]);
  });

  it("reads Retry-After as a date, too", async () => {
    const clock = { now: () => Date.UTC(2026, 10, 23, 12, 0, 0), sleep: async () => undefined };
    server.answer({ status: 503, headers: { "retry-after": "Mon, 23 Nov 2026 12:02:00 GMT" } });
    const delivery = await make({}, testContext({ clock })).send(notification(), NEVER);
    expect(delivery).toMatchObject({ reason: "server-error", retryAfter: 120_000 });
  });

  it("leaves samples out of a body that is too large, and says when even that is", async () => {
    const { fired } = life({ ...finding(), samples: [{ long: "x".repeat(20_000) }] });
    expect(await make({ max_body: 10_000 }).send(notification(fired), NEVER)).toEqual({ ok: true });
    expect(bodyOf(0).data.samples).toEqual([]);
    expect(await make({ max_body: 100 }).send(notification(fired), NEVER)).toMatchObject({
      reason: "too-large",
      retryable: false,
    });
  });
});

describe("webhook, format tenfold, about the delivery itself", () => {
  it("says how late a message is, in whole seconds, and that it is a test", async () => {
    await make({}).send(notification(life().fired, { delayedBy: 754_600 }), NEVER);
    await make({}).send(notification(life().fired, { test: true }), NEVER);
    await make({}).send(notification(), NEVER);
    expect(bodyOf(0)).toMatchObject({ type: "alert.fired", delayedBySeconds: 755 });
    expect(bodyOf(1)).toMatchObject({ type: "alert.fired", test: true });
    expect(Object.keys(bodyOf(2)).sort()).toEqual(["data", "reason", "timestamp", "type"]);
    for (const index of [0, 1, 2]) expect(webhookBodySchema.safeParse(bodyOf(index)).error).toBeUndefined();
  });
});

describe("webhook, a template of one's own", () => {
  const template = {
    text: "{{ message.headline }}{% if delayedBySeconds %} ({{ delayedBySeconds }} s late){% endif %}",
    priority: "{% case data.severity %}{% when 'critical' %}P1{% else %}P3{% endcase %}",
    ratio: "{{ data.series[0].ratio }}",
    version: "{{ data.cause.suspects[0].digest }}",
    id: "{{ id }}",
    constant: [1, true],
  };

  it("is filled in, keeps types, and is signed", async () => {
    const secret = secretOf(32);
    const { fired } = life();
    expect(await make({ format: "template", template, secret }).send(notification(fired, { delayedBy: 90_000 }), NEVER)).toEqual({
      ok: true,
    });
    new Webhook(secret).verify(server.received[0]?.body ?? "", headersOf(0));
    expect(bodyOf(0)).toEqual({
      text: `[FIRING] CRITICAL ${fired.data.title} (90 s late)`,
      priority: "P1",
      ratio: 10.9,
      version: BAD,
      id: notification(fired).id,
      constant: [1, true],
    });
  });

  it("may name exactly what the schema says that check reads", async () => {
    const { fired } = life();
    const told = notification(fired, { delayedBy: 90_000, test: true });
    const scope = templateScope({ notification: told, message: composeMessage(told), withSamples: true });
    expect(templateScopeSchema.safeParse(JSON.parse(JSON.stringify(scope))).error).toBeUndefined();
    expect(Object.keys(scope).sort()).toEqual(Object.keys(templateScopeSchema.shape).sort());
  });

  it("that fails is given up at once, and says why", async () => {
    const endless = { text: "{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}" };
    const delivery = await make({ format: "template", template: endless }).send(notification(), NEVER);
    expect(delivery).toMatchObject({ ok: false, reason: "client-error", retryable: false });
    expect(delivery).toMatchObject({ detail: expect.stringMatching(/^the body could not be made: template render limit/) });
    expect(server.received).toEqual([]);
  });
});

describe("private addresses", () => {
  it("are refused unless listed, also behind a name", async () => {
    const none = testContext({ allowPrivate: [] });
    const port = new URL(server.url).port;
    for (const host of ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1", "2130706433"]) {
      const delivery = await make({ url: `http://${host}:${port}/` }, none).send(notification(), NEVER);
      expect(delivery, host).toMatchObject({ ok: false, reason: "forbidden-target", retryable: false });
    }
    expect(server.received).toEqual([]);
    const allowed = testContext({ allowPrivate: ["127.0.0.0/8", "::1"] });
    expect(await make({ url: `http://localhost:${port}/` }, allowed).send(notification(), NEVER)).toEqual({ ok: true });
  });

  it.each([
    ["10.1.2.3", false],
    ["169.254.169.254", false],
    ["100.64.0.1", false],
    ["172.31.255.255", false],
    ["172.32.0.1", true],
    ["93.184.216.34", true],
    ["[fd00::1]", false],
    ["[fe80::1]", false],
    ["[64:ff9b::a9fe:a9fe]", false],
    ["[2002:a00:1::]", false],
    ["[::ffff:a9fe:a9fe]", false],
    ["[2606:2800:220:1::1]", true],
  ])("%s is allowed: %s", (host, allowed) => {
    const check = () => addressGuard([]).checkHost(host);
    if (allowed) expect(check).not.toThrow();
    else expect(check).toThrow("private address");
  });
});

describe("webhook, other formats", () => {
  const send = async (format: string, over: object = {}) => {
    const { fired, worse, resolved } = life();
    const notifier = make({ format, secret: "k".repeat(32), ...over });
    for (const transition of [fired, worse, resolved]) {
      expect(await notifier.send(notification(transition), NEVER)).toEqual({ ok: true });
    }
    return fired.data;
  };

  it("alertmanager: version 4, text values only, one identity over the life", async () => {
    const alert = await send("alertmanager", { secret: "" });
    expect(bodyOf(0)).toMatchObject({
      version: "4",
      status: "firing",
      receiver: "security",
      truncatedAlerts: 0,
      alerts: [{ status: "firing", endsAt: "0001-01-01T00:00:00Z", startsAt: alert.firedAt, fingerprint: alert.fingerprint }],
    });
    expect(bodyOf(2)).toMatchObject({ status: "resolved", alerts: [{ status: "resolved", endsAt: "2026-11-23T10:14:00.000Z" }] });
    for (const index of [0, 1, 2]) {
      const [one] = bodyOf(index).alerts;
      expect(one.labels).toEqual(bodyOf(0).alerts[0].labels);
      expect([...Object.values(one.labels), ...Object.values(one.annotations)].every((value) => typeof value === "string")).toBe(
        true,
      );
    }
  });

  it("pagerduty: one dedup key and routing key from trigger to resolve", async () => {
    const alert = await send("pagerduty");
    expect([0, 1, 2].map((index) => bodyOf(index).event_action)).toEqual(["trigger", "trigger", "resolve"]);
    expect(new Set([0, 1, 2].map((index) => bodyOf(index).dedup_key))).toEqual(new Set([alert.id]));
    expect(bodyOf(0).payload).toMatchObject({ severity: "critical", source: "prod-eu", component: "payments/card-api" });
    expect(bodyOf(2)).toEqual({ routing_key: "k".repeat(32), event_action: "resolve", dedup_key: alert.id });
  });

  it("opsgenie: creates, notes and closes by alias", async () => {
    const alert = await send("opsgenie");
    expect(server.received.map((one) => one.path)).toEqual([
      "/hook",
      `/hook/${alert.id}/notes?identifierType=alias`,
      `/hook/${alert.id}/close?identifierType=alias`,
    ]);
    expect(headersOf(0).authorization).toBe(`GenieKey ${"k".repeat(32)}`);
    expect(bodyOf(0).message.length).toBeLessThanOrEqual(130);
    expect(bodyOf(0)).toMatchObject({ alias: alert.id, priority: "P1" });
  });

  it("incidentio, rootly and oncall: firing, then over, under one key", async () => {
    const alert = await send("incidentio");
    await send("rootly");
    await send("oncall");
    expect([0, 2].map((index) => [bodyOf(index).deduplication_key, bodyOf(index).status])).toEqual([
      [alert.id, "firing"],
      [alert.id, "resolved"],
    ]);
    expect([3, 5].map((index) => [bodyOf(index).external_id, bodyOf(index).state])).toEqual([
      [alert.id, "firing"],
      [alert.id, "resolved"],
    ]);
    expect([6, 8].map((index) => [bodyOf(index).alert_uid, bodyOf(index).state])).toEqual([
      [alert.id, "alerting"],
      [alert.id, "ok"],
    ]);
    expect(server.received[3]?.body).not.toBe(server.received[4]?.body);
  });
});

describe("alertmanager receiver", () => {
  it("tells every replica, keeps the labels it sent first, and ends the alert", async () => {
    const second = await startWebhookServer();
    const now = Date.UTC(2026, 10, 23, 10, 20);
    const clock = { now: () => now, sleep: async () => undefined };
    const options = alertmanager.schema.parse({ urls: [`${server.url}/`, second.url], username: "u", password: "invented" });
    const notifier = alertmanager.create(options, testContext({ clock }));
    const { fired, resolved } = life();
    const moved = { ...resolved, data: { ...resolved.data, severity: "info" as const } };
    expect(await notifier.send(notification(fired), NEVER)).toEqual({ ok: true, reference: "2 of 2 replicas" });
    await notifier.send(notification(moved), NEVER);
    expect(second.received.map((one) => one.path)).toEqual(["/api/v2/alerts", "/api/v2/alerts"]);
    const [first, last] = [bodyOf(0)[0], bodyOf(1)[0]];
    // Four intervals of one minute after the clock's now.
    expect(first.endsAt).toBe("2026-11-23T10:24:00.000Z");
    expect(last.endsAt).toBe(resolved.data.resolvedAt);
    expect(last.labels).toEqual(first.labels);
    expect(first.labels).not.toHaveProperty("ratio");
    expect(headersOf(0).authorization).toBe(`Basic ${Buffer.from("u:invented").toString("base64")}`);
    await second.close();
    expect(await notifier.send(notification(fired), NEVER)).toEqual({ ok: true, reference: "1 of 2 replicas" });
  });
});
