import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { notifierKinds } from "../../../src/notifiers/index.ts";
import type { AlertPicture, Notifier } from "../../../src/ports/notifier.ts";
import { life, NEVER, notification, type TestContext, testContext } from "../../harness/notifier-context.ts";
import { type MailServer, startMailServer } from "../../harness/smtp-server.ts";
import { finding } from "../../unit/alerting/alert-fixtures.ts";

const { email } = notifierKinds;
const PICTURE: AlertPicture = { png: Buffer.from("89504e470d0a1a0a0102", "hex"), alt: 'chart of "131" <events>' };

describe("email", () => {
  let server: MailServer;
  let notifier: Notifier;
  let context: TestContext;
  let options: Readonly<Record<string, unknown>>;
  let picture: TestContext["picture"];
  beforeEach(async () => {
    server = await startMailServer();
    picture = async () => PICTURE;
    context = testContext({ picture: (alert, theme) => picture(alert, theme) });
    options = {
      smarthost: server.smarthost,
      from: "Tenfold <tenfold@alerts.example>",
      to: ["sec@team.example", "oncall@team.example"],
      require_tls: false,
    };
    notifier = email.create(email.schema.parse(options), context);
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

  it("shows the chart inside of the mail: text first, then the page with its picture", async () => {
    await notifier.send(notification(life().fired), NEVER);
    const [mail] = server.mails;
    const types = [...(mail?.raw.matchAll(/^Content-Type: ([a-z]+\/[a-z]+)/gim) ?? [])].map(([, type]) => type);
    expect(types).toEqual(["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]);
    const [part] = mail?.parsed.attachments ?? [];
    expect(part).toMatchObject({ cid: "chart@tenfold", contentDisposition: "inline", contentType: "image/png", related: true });
    expect(part?.content.equals(PICTURE.png)).toBe(true);
    // The parser puts in place what the page refers to: the reference leads to the picture.
    expect(mail?.parsed.html).toContain(`<img src="data:image/png;base64,${PICTURE.png.toString("base64")}"`);
    expect(mail?.parsed.html).toContain('alt="chart of &#34;131&#34; &#60;events&#62;"');
  });

  it("goes without a chart that nobody wants, that cannot be drawn, or that does not come", async () => {
    const { fired, worse, resolved } = life();
    picture = async () => undefined;
    await notifier.send(notification(fired), NEVER);
    picture = () => Promise.reject(new Error("the store is away"));
    await notifier.send(notification(worse), NEVER);
    picture = () => new Promise(() => undefined);
    await notifier.send(notification(resolved), NEVER);
    expect(context.warned).toEqual([
      "a mail went out without its chart: the store is away",
      "a mail went out without its chart: no answer in time",
    ]);
    const without = email.create(email.schema.parse({ ...options, chart: "none" }), context);
    picture = () => Promise.reject(new Error("asked although nobody wants it"));
    await without.send(notification(fired), NEVER);
    await without.close?.();
    expect(server.mails).toHaveLength(4);
    expect(server.mails.every(({ parsed }) => parsed.attachments.length === 0 && !String(parsed.html).includes("<img"))).toBe(
      true,
    );
    expect(context.warned).toHaveLength(2);
  });

  describe("in its short form", () => {
    const short = () => email.create(email.schema.parse({ ...options, form: "short" }), context);

    it("is one SMS of plain text: no subject, no HTML, no picture", async () => {
      const notifier = short();
      const { fired, resolved } = life();
      for (const transition of [fired, resolved])
        expect(await notifier.send(notification(transition), NEVER)).toMatchObject({ ok: true });
      await notifier.close?.();
      const [first, last] = server.mails;
      expect(first?.parsed.text?.trim()).toBe(
        "CRITICAL PCI 10.9x payments/card-api: 131 for 12 in 10 min. Caused by ab12cd34 (1.4.3). Roll back to 99887766 (1.4.2)",
      );
      expect(last?.parsed.text?.trim()).toBe("RESOLVED CRITICAL PCI payments/card-api after 12 min. Caused by ab12cd34 (1.4.3).");
      expect(first?.parsed.html).toBe(false);
      expect(first?.parsed.attachments).toEqual([]);
      expect(first?.parsed.subject ?? "").toBe("");
      expect(first?.raw).toMatch(/^Content-Type: text\/plain/im);
      expect(first?.raw).not.toMatch(/multipart|base64/i);
      expect(first?.parsed.headers.get("auto-submitted")).toBe("auto-generated");
    });

    it("stays one SMS in letters that ASCII lacks, and a repeated attempt keeps its Message-ID", async () => {
      const notifier = short();
      const { fired } = life(finding({}, { namespace: "zürich", workload: "Deployment/ñandú-日本" }));
      await notifier.send(notification(fired), NEVER);
      await notifier.send(notification(fired, { attempt: 2 }), NEVER);
      await notifier.close?.();
      expect(server.mails[0]?.parsed.text).toContain("zürich/ñandu-??: 131 for 12");
      expect(server.mails[1]?.parsed.messageId).toBe(server.mails[0]?.parsed.messageId);
    });
  });
});
