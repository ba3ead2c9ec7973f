/**
 * A Slack-like server: enforces the documented limits of Block Kit and the observed limit on whole messages, knows which
 * messages exist, and rejects unknown tokens. Answers are those of Slack, so the real client library is exercised.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { listen, type Reply, shut } from "./webhook-server.ts";

export interface SlackCall {
  readonly method: string;
  readonly arguments: Readonly<Record<string, string>>;
  readonly blocks: readonly SlackishBlock[];
}

interface SlackishText {
  readonly type: string;
  readonly text: string;
}

export interface SlackishBlock {
  readonly type: string;
  readonly text?: SlackishText;
  readonly fields?: readonly SlackishText[];
  readonly elements?: readonly SlackishText[];
}

/** A file as the channel shows it. */
export interface SharedFile {
  readonly bytes: Buffer;
  readonly alt: string;
  readonly thread: string | undefined;
}

export interface SlackServer {
  /** Files shared in the channel. */
  readonly files: readonly SharedFile[];
  /** Tells one of the connected apps, as Socket Mode does; resolves when it has acknowledged. */
  press(payload: unknown): Promise<void>;
  /** Connections that are open now. */
  sockets(): number;
  /** Ends all connections, as Slack does every few hours. */
  recycle(): void;
  /** Slack error that a method always answers from now on; undefined: none. */
  refuse(method: string, error: string | undefined): void;
  readonly apiUrl: string;
  readonly calls: readonly SlackCall[];
  /** Texts of a message and its thread, as the channel shows them now. */
  readonly messages: ReadonlyMap<string, { readonly text: string; readonly thread: string | undefined }>;
  /** HTTP answers to come instead of the normal ones. */
  answer(...replies: readonly Reply[]): void;
  /** The HTTP answer when none is queued; undefined: the normal one. */
  always(reply: Reply | undefined): void;
  /** Slack errors to come (`ok: false`). */
  fail(...errors: readonly string[]): void;
  forget(): void;
  close(): Promise<void>;
}

/** `appToken`: opens connections for Socket Mode. */
export async function startSlackServer(token: string, appToken?: string): Promise<SlackServer> {
  const calls: SlackCall[] = [];
  const messages = new Map<string, { text: string; thread: string | undefined }>();
  const replies: Reply[] = [];
  let standing: Reply | undefined;
  const errors: string[] = [];
  const uploads = new Map<string, { bytes: Buffer; alt: string; length: number }>();
  const files: SharedFile[] = [];
  const refused = new Map<string, string>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.url?.startsWith("/upload/")) {
        const upload = uploads.get(request.url.slice("/upload/".length));
        if (upload) upload.bytes = Buffer.concat(chunks);
        response.writeHead(upload && upload.bytes.length === upload.length ? 200 : 400).end("OK");
        return;
      }
      const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString("utf8")));
      const method = (request.url ?? "").split("/").pop() ?? "";
      const blocks = JSON.parse(form.blocks ?? "[]") as readonly SlackishBlock[];
      calls.push({ method, arguments: form, blocks });
      const reply = replies.shift() ?? standing;
      if (reply?.hang) return;
      if (reply) {
        response.writeHead(reply.status, reply.headers ?? {});
        response.end(reply.body ?? "");
        return;
      }
      const given = request.headers.authorization?.replace("Bearer ", "") ?? form.token;
      const right = method === "apps.connections.open" ? appToken : token;
      const error = given !== right ? "invalid_auth" : (errors.shift() ?? refused.get(method) ?? limitError(blocks));
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(error ? { ok: false, error } : act(method, form)));
    });
  });

  function act(method: string, form: Readonly<Record<string, string>>) {
    if (method === "chat.update") {
      const known = messages.get(form.ts ?? "");
      if (!known || form.channel !== "C0SEC") return { ok: false, error: "message_not_found" };
      messages.set(form.ts ?? "", { ...known, text: form.text ?? "" });
      return { ok: true, channel: "C0SEC", ts: form.ts };
    }
    if (method === "files.getUploadURLExternal") {
      const id = `F${uploads.size + 1}`;
      uploads.set(id, { bytes: Buffer.alloc(0), alt: form.alt_text ?? "", length: Number(form.length) });
      return { ok: true, file_id: id, upload_url: `http://127.0.0.1:${port()}/upload/${id}` };
    }
    if (method === "files.completeUploadExternal") {
      const [wanted] = JSON.parse(form.files ?? "[]") as readonly { readonly id: string }[];
      const upload = uploads.get(wanted?.id ?? "");
      if (!upload || upload.bytes.length === 0) return { ok: false, error: "file_not_found" };
      if (form.channel_id !== "C0SEC") return { ok: false, error: "invalid_channel" };
      if (form.thread_ts !== undefined && !messages.has(form.thread_ts)) return { ok: false, error: "invalid_thread_ts" };
      files.push({ bytes: upload.bytes, alt: upload.alt, thread: form.thread_ts });
      return { ok: true, files: [{ id: wanted?.id }] };
    }
    if (method === "apps.connections.open") return { ok: true, url: `ws://127.0.0.1:${port()}/link` };
    if (method === "chat.postEphemeral") return { ok: true, message_ts: "1763892300.999999" };
    const ts = `1763892300.${String(messages.size + 1).padStart(6, "0")}`;
    messages.set(ts, { text: form.text ?? "", thread: form.thread_ts });
    return { ok: true, channel: "C0SEC", ts };
  }

  const connections = new WebSocketServer({ server });
  connections.on("connection", (socket) => socket.send(JSON.stringify({ type: "hello" })));
  let envelopes = 0;

  async function press(payload: unknown): Promise<void> {
    const [socket] = connections.clients;
    if (!socket) throw new Error("no app is connected");
    const envelope = `envelope-${++envelopes}`;
    const acknowledged = new Promise<void>((resolve) => {
      socket.on("message", (data) => {
        if (JSON.parse(String(data)).envelope_id === envelope) resolve();
      });
    });
    socket.send(JSON.stringify({ type: "interactive", envelope_id: envelope, payload, accepts_response_payload: false }));
    await acknowledged;
  }

  const port = () => (server.address() as AddressInfo).port;
  await listen(server);
  return {
    files,
    refuse: (method, error) => void (error === undefined ? refused.delete(method) : refused.set(method, error)),
    press,
    sockets: () => connections.clients.size,
    recycle: () => {
      for (const socket of connections.clients) socket.send(JSON.stringify({ type: "disconnect", reason: "refresh_requested" }));
    },
    apiUrl: `http://127.0.0.1:${port()}/api/`,
    calls,
    messages,
    answer: (...next) => replies.push(...next),
    always: (reply) => {
      standing = reply;
    },
    fail: (...next) => errors.push(...next),
    forget: () => messages.clear(),
    close: async () => {
      for (const socket of connections.clients) socket.terminate();
      await shut(server);
    },
  };
}

/** Limits of https://docs.slack.dev/reference/block-kit/blocks, and the total that reporters found. */
function limitError(blocks: readonly SlackishBlock[]): string | undefined {
  if (blocks.length > 50) return "invalid_blocks";
  const bad = blocks.some(
    (block) =>
      (block.type === "header" && (block.text?.text.length ?? 0) > 150) ||
      (block.type === "section" && (block.text?.text.length ?? 1) > 3000) ||
      (block.text !== undefined && block.text.text.length === 0) ||
      (block.fields?.length ?? 1) > 10 ||
      block.fields?.some((field) => field.text.length > 2000 || field.text.length === 0) ||
      (block.elements?.length ?? 1) > 10 ||
      block.elements?.some((element) => element.text.length > 3000 || element.text.length === 0),
  );
  if (bad) return "invalid_blocks";
  const total = JSON.stringify(blocks).length;
  return total > 15_600 ? "msg_blocks_too_long" : undefined;
}
