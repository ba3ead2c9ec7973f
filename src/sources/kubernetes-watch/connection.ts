/**
 * Requests to the API server. Address, certificates, credentials and proxy are the client library's business; the exchange
 * itself is done here, because the library's watch hides `Retry-After`, swallows errors of its callback, cannot be slowed
 * down by a busy store and never notices a silent connection, and its lists make instances of every field of every object.
 */
import { get as getPlain, type IncomingMessage } from "node:http";
import { get as getSecure, type RequestOptions } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import { redact, secretsOfUrl } from "../../domain/redact.ts";
import { type Access, loadAccess } from "./access.ts";
import { ApiFailure, failureOf, failureOfStatus } from "./api-failure.ts";

/** Credentials are read again after this long, milliseconds: service account tokens are renewed in place. */
const ACCESS_AGE = 60_000;
/** The server has this long to begin its answer, and to go on with a list, milliseconds. */
const PATIENCE = 30_000;
/** Probes find a peer that vanished without a word after about this long, milliseconds. */
const PROBE_AFTER = 30_000;
/** Longest error answer that is read, bytes. */
const MAX_ERROR = 65_536;

export interface Exchange {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** How long the body may be silent, milliseconds. */
  readonly silence?: number;
}

export class Connection {
  readonly #access: Access;
  readonly #patience: number;
  #config: KubeConfig | undefined;
  #readAt = 0;
  /** Of the last request. */
  #secrets: readonly string[] = [];

  constructor(access: Access, patience = PATIENCE) {
    this.#access = access;
    this.#patience = patience;
  }

  /** Reads configuration, token and certificates anew for the next request: the server has refused the present ones. */
  renew(): void {
    this.#config = undefined;
  }

  /** What was said about a request, without the credentials it was made with: servers and proxies like to repeat them. */
  withoutSecrets(text: string): string {
    return redact(text, this.#secrets);
  }

  /** The body of a successful answer, not read yet. Rejects with an `ApiFailure`. */
  async get(exchange: Exchange): Promise<IncomingMessage> {
    try {
      const response = await this.#open(exchange);
      if (response.statusCode === 200) {
        response.socket.setTimeout(exchange.silence ?? this.#patience);
        return response;
      }
      const status = await readStatus(response);
      throw failureOfStatus(response.statusCode ?? 0, status, response.headers["retry-after"]);
    } catch (error) {
      throw failureOf(error);
    }
  }

  async #open({ path, query, signal }: Exchange): Promise<IncomingMessage> {
    const config = await this.#current();
    const server = config.getCurrentCluster()?.server;
    if (server === undefined) throw new ApiFailure("configuration", "the kubeconfig has no current cluster");
    const url = new URL(`${server.replace(/\/+$/, "")}${path}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const options: RequestOptions = { headers: { accept: "application/json", "user-agent": "tenfold" } };
    await config.applyToHTTPSOptions(options);
    const token = trimToken(options);
    const { auth } = options;
    this.#secrets = [...secretsOfUrl(server), token, auth].filter((one) => typeof one === "string");
    return new Promise((resolve, reject) => {
      const get = url.protocol === "http:" ? getPlain : getSecure;
      const request = get(url, { ...options, signal }, resolve);
      request.on("socket", (socket) => socket.setKeepAlive(true, PROBE_AFTER));
      request.setTimeout(this.#patience, () => request.destroy(new ApiFailure("dropped", "the server fell silent")));
      request.on("error", reject);
    });
  }

  async #current(): Promise<KubeConfig> {
    const now = performance.now();
    if (this.#config === undefined || now - this.#readAt > ACCESS_AGE) {
      this.#config = await loadAccess(this.#access);
      this.#readAt = now;
    }
    return this.#config;
  }
}

/** Token files end in a line feed when people write them, which no header may. Returns the token, or user and password in base64. */
function trimToken({ headers }: RequestOptions): string | undefined {
  const fields = headers as Record<string, unknown> | undefined;
  const token = fields?.Authorization;
  if (fields === undefined || typeof token !== "string") return undefined;
  fields.Authorization = token.trim();
  return token.trim().split(/\s+/).at(-1);
}

async function readStatus(response: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of response) {
    text += String(chunk);
    if (text.length > MAX_ERROR) break;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
