/** A real HTTP receiver that records what it is sent and answers as it is told. */
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Never answers: the connection stays open until the server closes. */
  readonly hang?: boolean;
}

export interface WebhookServer {
  readonly url: string;
  readonly received: readonly Received[];
  /** Answers to come, in order; when they are used up, 204. */
  answer(...replies: readonly Reply[]): void;
  /** The answer when none is queued. */
  always(reply: Reply): void;
  close(): Promise<void>;
}

/** `decide`: asked before each answer; what it resolves with takes the place of the answer in the queue. */
export async function startWebhookServer(decide?: (request: Received) => Promise<Reply>): Promise<WebhookServer> {
  const received: Received[] = [];
  const queued: Reply[] = [];
  let standing: Reply = { status: 204 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", async () => {
      const one = { path: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString("utf8") };
      received.push(one);
      const reply = (await decide?.(one)) ?? queued.shift() ?? standing;
      if (reply.hang) return;
      response.writeHead(reply.status, reply.headers ?? {});
      response.end(reply.body ?? "");
    });
  });
  await listen(server);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer: (...replies) => queued.push(...replies),
    always: (reply) => {
      standing = reply;
    },
    close: () => shut(server),
  };
}

export function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
}

export function shut(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
