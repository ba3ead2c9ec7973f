/** A real SMTP server; every mail is parsed again by an independent parser. */
import type { AddressInfo } from "node:net";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";

export interface ReceivedMail {
  readonly raw: string;
  readonly parsed: ParsedMail;
  readonly recipients: readonly string[];
}

export interface MailServer {
  readonly smarthost: string;
  readonly mails: readonly ReceivedMail[];
  /** Attempts to log in, and whether they came over TLS. */
  readonly logins: readonly { readonly user: string; readonly secure: boolean }[];
  /** SMTP status codes to answer the next messages with. */
  fail(...codes: readonly number[]): void;
  close(): Promise<void>;
}

/** `tls`: offers STARTTLS, or with `implicit` begins with TLS; then nobody may log in without. */
export async function startMailServer(
  login?: { readonly user: string; readonly password: string },
  tls?: { readonly cert: string; readonly key: string; readonly implicit?: boolean },
): Promise<MailServer> {
  const logins: MailServer["logins"][number][] = [];
  const mails: ReceivedMail[] = [];
  const codes: number[] = [];
  const server = new SMTPServer({
    disabledCommands: [...(tls ? [] : ["STARTTLS"]), ...(login ? [] : ["AUTH"])],
    authOptional: login === undefined,
    allowInsecureAuth: tls === undefined,
    ...(tls ? { cert: tls.cert, key: tls.key, secure: tls.implicit ?? false } : {}),
    onAuth(auth, session, callback) {
      logins.push({ user: auth.username ?? "", secure: session.secure });
      const good = auth.username === login?.user && auth.password === login?.password;
      // Repeating the password is what a careless server does; the notifier must not pass it on.
      if (good) callback(null, { user: "ok" });
      else callback(Object.assign(new Error(`535 wrong password ${auth.password}`), { responseCode: 535 }));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const code = codes.shift();
        if (code !== undefined) return callback(Object.assign(new Error("told to fail"), { responseCode: code }));
        const raw = Buffer.concat(chunks);
        const recipients = session.envelope.rcptTo.map((recipient) => recipient.address);
        simpleParser(raw).then(
          (parsed) => {
            mails.push({ raw: raw.toString("utf8"), parsed, recipients });
            callback();
          },
          (error: Error) => callback(error),
        );
      });
    },
  });
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  return {
    smarthost: `127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    mails,
    logins,
    fail: (...next) => codes.push(...next),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
