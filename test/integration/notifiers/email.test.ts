import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { notifierKinds } from "../../../src/notifiers/index.ts";
import type { Notifier } from "../../../src/ports/notifier.ts";
import { life, NEVER, notification, testContext } from "../../harness/notifier-context.ts";
import { type MailServer, startMailServer } from "../../harness/smtp-server.ts";
import { finding } from "../../unit/alerting/alert-fixtures.ts";

const { email } = notifierKinds;

describe("email", () => {
  let server: MailServer;
  let notifier: Notifier;
  beforeEach(async () => {
    server = await startMailServer();
    const options = {
      smarthost: server.smarthost,
      from: "Tenfold <tenfold@alerts.example>",
      to: ["sec@team.example", "oncall@team.example"],
      require_tls: false,
    };
    notifier = email.create(email.schema.parse(options), testContext());
  });
  afterEach(async () => {
    await notifier.close?.();
    await server.close();
  });

  it("sends text and HTML to all recipients, marked as automatic", async () => {
    const { fired } = life();
    await notifier.send(notification(fired), NEVER);
    const [mail] = server.mails;
    expect(mail?.recipients).toEqual(["sec@team.example", "oncall@team.example"]);
    expect(mail?.parsed.subject).toBe(`[CRITICAL] ${fired.data.title}`);
    expect(mail?.parsed.text).toContain("Caused by sha256:ab12cd34 (1.4.3) of payments/card-api");
    expect(mail?.parsed.html).toContain("131 violations in 10 min where 12 were expected");
    expect(mail?.parsed.headers.get("auto-submitted")).toBe("auto-generated");
    expect(mail?.parsed.headers.get("x-auto-response-suppress")).toBe("All");
    expect(mail?.raw).toMatch(/^List-Id: <pci-restrict-egress\.tenfold\.alerts\.example>/im);
  });

  it("threads an alert's mails by a root that needs no state, under one subject", async () => {
    const { fired, worse, resolved } = life();
    for (const transition of [fired, worse, resolved]) await notifier.send(notification(transition), NEVER);
    const root = `<tenfold.${fired.data.id}@alerts.example>`;
    expect(server.mails.map((mail) => mail.parsed.references)).toEqual([root, root, root]);
    expect(server.mails.map((mail) => mail.parsed.inReplyTo)).toEqual([root, root, root]);
    expect(new Set(server.mails.map((mail) => mail.parsed.messageId)).size).toBe(3);
    expect(new Set(server.mails.map((mail) => mail.parsed.subject)).size).toBe(1);
    expect(server.mails[2]?.parsed.text).toContain("[RESOLVED]");
  });

  it("gives a repeated attempt the same Message-ID", async () => {
    const { fired } = life();
    server.fail(451);
    expect(await notifier.send(notification(fired), NEVER)).toMatchObject({ ok: false, retryable: true });
    const again = await notifier.send(notification(fired, { attempt: 2 }), NEVER);
    expect(again).toEqual({ ok: true, reference: server.mails[0]?.parsed.messageId });
    expect(server.mails[0]?.parsed.messageId).toContain(notification(fired).id);
  });

  it("cannot be given headers, recipients or markup by names", async () => {
    const evil = "pci\r\nBcc: thief@evil.example\r\n\r\n<script>alert(1)</script>";
    const { fired } = life(finding({}, { policy: evil, workload: `Deployment/${evil}`, regimes: [evil], cluster: evil }));
    expect(await notifier.send(notification(fired), NEVER)).toMatchObject({ ok: true });
    const [mail] = server.mails;
    expect(mail?.recipients).toEqual(["sec@team.example", "oncall@team.example"]);
    expect(mail?.parsed.bcc).toBeUndefined();
    expect([...(mail?.parsed.headers.keys() ?? [])]).not.toContain("bcc");
    expect(mail?.parsed.subject).toContain("Bcc: thief@evil.example");
    expect(mail?.parsed.html).not.toContain("<script>");
  });
});
