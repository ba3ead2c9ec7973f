/** A real Prometheus Alertmanager on a random loopback port, alone in its cluster, with a directory of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "./free-port.ts";

/** An alert as Alertmanager's API v2 lists it. */
export interface ListedAlert {
  readonly fingerprint: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly status: { readonly state: string };
}

export class AlertmanagerServer {
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #directory: string;

  private constructor(url: string, process: ChildProcess, directory: string) {
    this.url = url;
    this.#process = process;
    this.#directory = directory;
  }

  static async start(): Promise<AlertmanagerServer> {
    const directory = await mkdtemp(join(tmpdir(), "tenfold-alertmanager-"));
    const config = join(directory, "alertmanager.yml");
    await writeFile(config, "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n");
    const url = `http://127.0.0.1:${await freePort()}`;
    const child = spawn(
      process.env.ALERTMANAGER ?? "prometheus-alertmanager",
      [
        `--config.file=${config}`,
        `--storage.path=${join(directory, "data")}`,
        `--web.listen-address=${new URL(url).host}`,
        "--cluster.listen-address=",
      ],
      { stdio: "ignore" },
    );
    const failed = once(child, "error").then(([error]) => {
      throw error;
    });
    const server = new AlertmanagerServer(url, child, directory);
    await Promise.race([server.#ready(), failed]);
    return server;
  }

  /** Alerts that have not ended. */
  async active(): Promise<readonly ListedAlert[]> {
    const response = await fetch(`${this.url}/api/v2/alerts?active=true`);
    if (!response.ok) throw new Error(`alertmanager answered ${response.status}`);
    return (await response.json()) as readonly ListedAlert[];
  }

  async stop(): Promise<void> {
    const exit = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exit;
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #ready(): Promise<void> {
    for (;;) {
      const answer = await fetch(`${this.url}/-/ready`).catch(() => undefined);
      if (answer?.ok) return;
      await pause(50);
    }
  }
}
