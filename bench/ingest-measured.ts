/** The parent's side of the daemon that `bench ingest` measures. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { DaemonAnswer, DaemonOrder } from "./ingest-daemon.ts";

export class MeasuredDaemon {
  readonly #child: ChildProcess;

  constructor() {
    const own = import.meta.url;
    const fromSources = own.endsWith(".ts");
    const script = fileURLToPath(new URL(fromSources ? "ingest-daemon.ts" : "ingest-daemon.js", own));
    this.#child = fork(script, { execArgv: [...process.execArgv, ...(fromSources ? ["--import", "tsx"] : [])] });
  }

  /** One order at a time. */
  async order(order: DaemonOrder): Promise<DaemonAnswer> {
    const answered = once(this.#child, "message");
    const ended = once(this.#child, "exit").then(([code]) => Promise.reject(new Error(`the daemon ended with ${code}`)));
    ended.catch(() => undefined);
    this.#child.send(order);
    const [answer] = (await Promise.race([answered, ended])) as [DaemonAnswer];
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }

  /** As an operator does; a daemon that does not end is killed. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exit = once(this.#child, "exit");
    await this.order({ do: "stop" }).catch(() => this.#child.kill("SIGKILL"));
    await exit;
  }
}
