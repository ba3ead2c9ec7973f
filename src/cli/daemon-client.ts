/** Asks a running daemon over HTTP, for commands. Every failure is a CommandFailure that says what to do. */
import { CommandFailure, EXIT } from "./exit.ts";

export const DEFAULT_URL = "http://127.0.0.1:8686";
/** For the help of commands that need this scope. */
export function tokenHelp(scope: "read" | "operate"): string {
  return `\nA token with the scope ${scope} is taken from the environment: TENFOLD_TOKEN.`;
}

const TIME_LIMIT_MILLISECONDS = 30_000;

export class DaemonClient {
  readonly #base: string;
  readonly #token: string | undefined;

  /** Throws when `base` is not an http or https address. */
  constructor(base: string, token: string | undefined) {
    if (!/^https?:\/\//.test(base) || !URL.canParse(base))
      throw new CommandFailure(EXIT.usage, "error: --url is not an http or https address");
    const { username, password } = new URL(base);
    if (username !== "" || password !== "")
      throw new CommandFailure(EXIT.usage, "error: --url may hold no user or password; a token goes into TENFOLD_TOKEN");
    this.#base = base;
    this.#token = token;
  }

  /** `path` without a leading slash. Absent parameters are left out. */
  async get<Body>(path: string, query: Readonly<Record<string, string | undefined>> = {}): Promise<Body> {
    return this.#body<Body>(await this.#ask("GET", path, query));
  }

  async post<Body>(path: string, body: Readonly<Record<string, unknown>>): Promise<Body> {
    return this.#body<Body>(await this.#ask("POST", path, {}, JSON.stringify(body)));
  }

  /** For answers that are no JSON. */
  async getBytes(path: string, query: Readonly<Record<string, string | undefined>> = {}): Promise<Buffer> {
    return this.#ask("GET", path, query);
  }

  async #ask(
    method: "GET" | "POST",
    path: string,
    query: Readonly<Record<string, string | undefined>>,
    sent?: string,
  ): Promise<Buffer> {
    const url = new URL(path, this.#base.endsWith("/") ? this.#base : `${this.#base}/`);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
    const { status, bytes } = await this.#exchange(url, method, sent);
    if (status >= 200 && status < 300) return bytes;
    const problem = problemText(parsed(bytes)) ?? this.#strange(status);
    throw new CommandFailure(status === 400 ? EXIT.usage : EXIT.failed, `error: ${problem}`);
  }

  #body<Body>(bytes: Buffer): Body {
    const body = parsed(bytes);
    if (body === undefined) throw new CommandFailure(EXIT.failed, `error: ${this.#strange(200)}`);
    return body as Body;
  }

  #strange(status: number): string {
    return `${this.#base} answered ${status}, which is not an answer of tenfold`;
  }

  async #exchange(url: URL, method: string, sent: string | undefined): Promise<{ status: number; bytes: Buffer }> {
    try {
      const response = await fetch(url, {
        method,
        headers: {
          ...(this.#token ? { authorization: `Bearer ${this.#token}` } : {}),
          ...(sent === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(sent === undefined ? {} : { body: sent }),
        signal: AbortSignal.timeout(TIME_LIMIT_MILLISECONDS),
      });
      return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const { code, message } = cause as { code?: string; message?: string };
      throw new CommandFailure(
        EXIT.failed,
        `error: no daemon answers at ${this.#base} (${code ?? message ?? "no reason given"}); is tenfold running there? See --url.`,
      );
    }
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

function problemText(body: unknown): string | undefined {
  const { detail, code } = (body ?? {}) as { detail?: unknown; code?: unknown };
  return typeof detail === "string" ? `${detail} (${String(code)})` : undefined;
}
