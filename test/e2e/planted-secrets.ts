/** Secrets that can be recognised, and servers that repeat whatever they are sent. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { listen, shut } from "../harness/webhook-server.ts";

/** Secrets by where they were planted. */
export class Planted {
  readonly #secrets = new Map<string, string>();

  /** A secret with its name in it, so that a leak says which it is. */
  plant(name: string, prefix = ""): string {
    return this.note(name, `${prefix}Planted-${name}-9f3b7c`);
  }

  /** `value` is a secret as well. */
  note(name: string, value: string): string {
    this.#secrets.set(name, value);
    return value;
  }

  get size(): number {
    return this.#secrets.size;
  }

  /** Which secrets stand in a text, in whatever dress, each with what stands around it. */
  leaks(where: string, text: string): readonly string[] {
    return [...this.#secrets].flatMap(([name, secret]) =>
      [secret, encodeURIComponent(secret), decodeURIComponent(secret), Buffer.from(secret).toString("base64")].flatMap((form) => {
        const at = text.indexOf(form);
        return at < 0 ? [] : [`${name} in ${where}: …${text.slice(Math.max(0, at - 80), at + form.length + 20)}…`];
      }),
    );
  }
}

export interface ParrotServer {
  readonly url: string;
  readonly port: number;
  /** Paths asked for. */
  readonly asked: readonly string[];
  /** Bodies posted to `/ok/…`. */
  readonly taken: readonly string[];
  close(): Promise<void>;
}

/**
 * Answers by the first word of the path, and repeats credentials, path and body: `/ok` takes, `/bad` refuses (400), `/down`
 * fails (503), `/slack` refuses as Slack does; everything else is refused as by a Kubernetes API server.
 */
export async function startParrot(): Promise<ParrotServer> {
  const asked: string[] = [];
  const taken: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const path = request.url ?? "";
      const body = Buffer.concat(chunks).toString("utf8");
      const said = `You sent ${request.headers.authorization} to ${path} with ${body.slice(0, 60)}`;
      asked.push(path);
      const json = { "content-type": "application/json" };
      if (path.startsWith("/ok")) {
        taken.push(body);
        response.writeHead(202).end(said);
      } else if (path.startsWith("/bad")) response.writeHead(400).end(said);
      else if (path.startsWith("/down")) response.writeHead(503).end(said);
      else if (path.startsWith("/slack")) {
        const form = new URLSearchParams(body);
        const error = `invalid_auth ${request.headers.authorization ?? form.get("token")}`;
        response.writeHead(200, json).end(JSON.stringify({ ok: false, error }));
      } else response.writeHead(403, json).end(JSON.stringify({ kind: "Status", code: 403, message: said }));
    });
  });
  await listen(server);
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, asked, taken, close: () => shut(server) };
}
