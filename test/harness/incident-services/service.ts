/** An incident service on a loopback port that reads each request as strictly as its documentation says the real one does. */
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { listen, shut } from "../webhook-server.ts";

export interface ServiceRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** As sent, UTF-8. */
  readonly text: string;
  /** The text as JSON; undefined when it is none. */
  readonly json: unknown;
}

/** `dropped`: answered with success, and ignored all the same. */
export interface ServiceAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly dropped?: string;
}

export interface IncidentService {
  readonly url: string;
  /** Requests taken, in order. */
  readonly taken: readonly ServiceRequest[];
  /** Why requests were not taken, or taken and ignored. */
  readonly refused: readonly string[];
  close(): Promise<void>;
}

export async function startIncidentService(answer: (request: ServiceRequest) => ServiceAnswer): Promise<IncidentService> {
  const taken: ServiceRequest[] = [];
  const refused: string[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const { pathname, searchParams } = new URL(incoming.url ?? "/", "http://service.example");
      const text = Buffer.concat(chunks).toString("utf8");
      const { method = "", headers } = incoming;
      const request = { method, path: pathname, query: searchParams, headers, text, json: parse(text) };
      const { status, body, headers: more, dropped } = answer(request);
      if (status < 300 && dropped === undefined) taken.push(request);
      else refused.push(`${method} ${pathname}: ${status} ${dropped ?? JSON.stringify(body)}`);
      response.writeHead(status, { "content-type": "application/json", ...more });
      response.end(JSON.stringify(body));
    });
  });
  await listen(server);
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, taken, refused, close: () => shut(server) };
}

/** What is wrong with a body, by field; empty when nothing is. */
export function problemsOf(schema: z.ZodType, json: unknown): readonly string[] {
  const result = schema.safeParse(json);
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

/** Text of 1 to `limit` characters. */
export const text = (limit: number) => z.string().min(1).max(limit);

export const webUrl = z.url({ protocol: /^https?$/ });

export const isJson = ({ headers }: ServiceRequest) => /^application\/json\b/.test(headers["content-type"] ?? "");

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
