/** What is told over TLS to servers whose certificate a private authority signed. */
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, it } from "vitest";
import { notifierKinds } from "../../../src/notifiers/index.ts";
import type { Delivery } from "../../../src/ports/notifier.ts";
import { authority, server as certificate } from "../../harness/certificates.ts";
import { life, NEVER, notification, testContext } from "../../harness/notifier-context.ts";
import { type MailServer, startMailServer } from "../../harness/smtp-server.ts";
import { listen, type Received, shut } from "../../harness/webhook-server.ts";

const { webhook, alertmanager, email } = notifierKinds;
const PRIVATE = { ca: authority };
const UNTRUSTED = { ok: false, reason: "network", retryable: true };

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function secureServer(): Promise<{ readonly url: string; readonly received: Received[] }> {
  const received: Received[] = [];
  const server = createServer(certificate, (request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      received.push({ path: request.url ?? "", headers: request.headers, body });
      response.writeHead(204).end();
    });
  });
  await listen(server);
  ends.push(() => shut(server));
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

describe("HTTPS of a private authority", () => {
  it("takes webhooks, signed, when the authority is named, and nothing otherwise", async () => {
    const { url, received } = await secureServer();
    const secret = `whsec_${Buffer.from("a signing key of enough bytes to be one").toString("base64")}`;
    const send = (options: object) =>
      webhook.create(webhook.schema.parse({ url: `${url}/hook`, secret, ...options }), testContext()).send(notification(), NEVER);
    expect(await send(PRIVATE)).toEqual({ ok: true });
    const [one] = received;
    const verified = new Webhook(secret).verify(one?.body ?? "", one?.headers as Record<string, string>);
    expect(verified).toEqual(JSON.parse(JSON.stringify(life().fired)));
    const refused = await send({});
    expect(refused).toMatchObject(UNTRUSTED);
    expect(refused.ok ? "" : refused.detail).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED/);
    // The authority of another is no authority.
    expect(await send({ ca: certificate.cert })).toMatchObject(UNTRUSTED);
    expect(received).toHaveLength(1);
  });

  it("is checked for the name that was asked for", async () => {
    const { url, received } = await secureServer();
    const named = url.replace("127.0.0.1", "localhost");
    const context = testContext({ allowPrivate: ["127.0.0.0/8", "::1"] });
    const send = (address: string) =>
      webhook.create(webhook.schema.parse({ url: address, ...PRIVATE }), context).send(notification(), NEVER);
    expect(await send(named)).toEqual({ ok: true });
    expect(await send(url.replace("127.0.0.1", "127.0.0.2"))).toMatchObject({ ok: false, reason: "network" });
    expect(received).toHaveLength(1);
  });

  it("takes alerts as an Alertmanager", async () => {
    const { url, received } = await secureServer();
    const send = (options: object) =>
      alertmanager.create(alertmanager.schema.parse({ urls: [url], ...options }), testContext()).send(notification(), NEVER);
    expect(await send(PRIVATE)).toMatchObject({ ok: true });
    expect(await send({})).toMatchObject(UNTRUSTED);
    expect(received.map(({ path }) => path)).toEqual(["/api/v2/alerts"]);
  });
});

describe("mail over TLS", () => {
  const login = { user: "tenfold", password: "correct horse battery" };
  const account = { from: "tenfold@alerts.example", to: ["sec@team.example"], username: login.user, password: login.password };

  async function mailServer(tls?: Parameters<typeof startMailServer>[1]): Promise<MailServer> {
    const server = await startMailServer(login, tls);
    ends.push(() => server.close());
    return server;
  }

  async function send({ smarthost }: MailServer, options: object): Promise<Delivery> {
    const notifier = email.create(email.schema.parse({ ...account, smarthost, ...options }), testContext());
    const delivery = await notifier.send(notification(), NEVER);
    await notifier.close?.();
    return delivery;
  }

  it("logs in after STARTTLS, and the mail arrives as it was meant", async () => {
    const server = await mailServer(certificate);
    expect(await send(server, { ...PRIVATE, require_tls: true })).toMatchObject({ ok: true });
    expect(server.logins).toEqual([{ user: "tenfold", secure: true }]);
    const [mail] = server.mails;
    expect(mail?.parsed.to).toMatchObject({ value: [{ address: "sec@team.example" }] });
    expect(mail?.parsed.subject).toContain(life().fired.data.title);
    expect(mail?.parsed.text).toContain("131 violations in 10 min");
  });

  it("logs in over TLS from the first byte", async () => {
    const server = await mailServer({ ...certificate, implicit: true });
    expect(await send(server, { ...PRIVATE, implicit_tls: true })).toMatchObject({ ok: true });
    expect(server.logins).toEqual([{ user: "tenfold", secure: true }]);
    expect(server.mails).toHaveLength(1);
  });

  it("tells no password to who has no certificate of the authority, or no TLS", async () => {
    const foreign = await mailServer(certificate);
    expect(await send(foreign, { require_tls: true })).toMatchObject({ ok: false });
    const plain = await mailServer();
    expect(await send(plain, { ...PRIVATE, require_tls: true })).toMatchObject({ ok: false });
    expect([...foreign.logins, ...plain.logins]).toEqual([]);
  });
});
