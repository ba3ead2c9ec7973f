/** A redis-server of the benchmark's own: loopback, a free port, an empty directory. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";

export interface RedisProcess {
  readonly url: string;
  /** A connection for looking at keys; it ends with the server. */
  readonly client: Redis;
  stop(): Promise<void>;
}

/** How long a server may take to answer, milliseconds. */
const PATIENCE = 10_000;

/** Starts the redis-server of the PATH, or the one `REDIS_SERVER` names. Durable as the documentation advises: AOF, every second. */
export async function startRedis(): Promise<RedisProcess> {
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), "tenfold-bench-"));
  const settings = ["--bind", "127.0.0.1", "--dir", directory, "--save", "", "--appendonly", "yes"];
  const child = spawn(process.env.REDIS_SERVER ?? "redis-server", ["--port", String(port), ...settings], { stdio: "ignore" });
  const client = new Redis({ host: "127.0.0.1", port, lazyConnect: true, retryStrategy: () => null });
  client.on("error", () => undefined);
  const stop = async () => {
    client.disconnect();
    await end(child);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await Promise.race([serving(client), once(child, "error").then(([error]) => Promise.reject(error))]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `redis://127.0.0.1:${port}`, client, stop };
}

async function serving(client: Redis): Promise<void> {
  for (let waited = 0; waited < PATIENCE; waited += 50) {
    const answer = await client
      .connect()
      .then(() => client.ping())
      .catch(() => undefined);
    if (answer === "PONG") return;
    await pause(50);
  }
  throw new Error("redis-server did not answer");
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
