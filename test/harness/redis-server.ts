/** A real redis-server on a random loopback port, with a directory of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { freePort } from "./free-port.ts";

export interface RedisServerOptions {
  readonly appendOnly?: boolean;
  readonly cluster?: boolean;
  /** Further settings, e.g. `["--maxmemory", "50mb"]`. */
  readonly settings?: readonly string[];
}

export class RedisServer {
  readonly port: number;
  readonly #directory: string;
  readonly #arguments: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(port: number, directory: string, settings: readonly string[]) {
    this.port = port;
    this.#directory = directory;
    this.#arguments = settings;
  }

  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const port = await freePort();
    const directory = await mkdtemp(join(tmpdir(), "tenfold-redis-"));
    const server = new RedisServer(port, directory, [
      ...["--port", String(port), "--bind", "127.0.0.1", "--dir", directory, "--save", ""],
      // Synced before every answer: by default Redis may put a write off for two seconds while the disk is busy.
      ...["--appendonly", options.appendOnly ? "yes" : "no", "--appendfsync", "always"],
      ...(options.cluster ? ["--cluster-enabled", "yes"] : []),
      ...(options.settings ?? []),
    ]);
    await server.restart();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it again on the same port and directory; resolves when it serves. */
  async restart(): Promise<void> {
    const binary = process.env.REDIS_SERVER ?? "redis-server";
    const child = spawn(binary, [...this.#arguments], { stdio: "ignore" });
    this.#process = child;
    const ended = once(child, "exit").then(([code, signal]) => {
      if (this.#process === child) throw new Error(`redis-server ended before it served: ${code ?? signal}`);
    });
    await Promise.race([this.#serving(), ended]);
  }

  /** As a crash: no chance to write anything. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Alive but not answering, until `resume`. */
  freeze(): void {
    this.#process?.kill("SIGSTOP");
  }

  resume(): void {
    this.#process?.kill("SIGCONT");
  }

  async stop(): Promise<void> {
    this.resume();
    await this.#end("SIGKILL");
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** A client of the test's own, for looking at keys. The caller disconnects it. */
  client(): Redis {
    return new Redis({ port: this.port, host: "127.0.0.1" });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill(signal);
    await exit;
  }

  async #serving(): Promise<void> {
    for (;;) {
      const answer = await askPing(this.port);
      // One with a password serves as well.
      if (answer.startsWith("+PONG") || answer.startsWith("-NOAUTH")) return;
      await pause(20);
    }
  }
}

/** First bytes of the answer to an inline PING; empty when nobody is there yet. */
function askPing(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
    const answer = (text: string) => {
      socket.destroy();
      resolve(text);
    };
    socket.once("data", (data) => answer(data.toString()));
    socket.once("error", () => answer(""));
    socket.once("close", () => answer(""));
  });
}
