/** The one place that talks to the client library: commands and scripts in batches, failures as values of our table. */
import { Cluster, Redis, type RedisOptions } from "ioredis";
import { toStoreFailure } from "./failures.ts";
import type { Reply } from "./replies.ts";
import { readScript, SCRIPTS, type ScriptName } from "./scripts.ts";
import { parseStoreUrl, type StoreUrl } from "./store-url.ts";

export type Argument = string | number;

/** A plain command, or a script with its keys. */
export type Command =
  | { readonly command: string; readonly args: readonly Argument[] }
  | { readonly script: ScriptName; readonly keys: readonly string[]; readonly args: readonly Argument[] };

/** What is not in the URL. */
export interface RedisAccess {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Certificate authority, PEM. */
  readonly ca?: string | undefined;
}

/** How long a command may take before its caller is told that the store is away, milliseconds. */
const COMMAND_TIMEOUT = 2_000;
const MAX_RECONNECT_PAUSE = 2_000;

/** The client flattens nested lists; spreading a long list into a call would overflow the stack. */
type Call = (...args: (Argument | readonly Argument[])[]) => unknown;

export class RedisConnection {
  readonly #client: Redis | Cluster;

  private constructor(client: Redis | Cluster) {
    this.#client = client;
    for (const name of SCRIPTS) client.defineCommand(methodOf(name), { lua: readScript(name) });
    // Failures are reported by the commands that meet them; without a listener the client would print them.
    client.on("error", () => undefined);
  }

  /** Connects; rejects with `store_unavailable` when nobody answers in time. Later it reconnects by itself. */
  static async open(url: string, { username, password, ca }: RedisAccess): Promise<RedisConnection> {
    const parsed = parseStoreUrl(url);
    const named = username === undefined ? parsed : { ...parsed, username };
    const client = createClient(password === undefined ? named : { ...named, password }, ca);
    const connection = new RedisConnection(client);
    try {
      await withinTime(client.connect());
      await connection.ping();
    } catch (error) {
      client.disconnect();
      throw toStoreFailure(error);
    }
    return connection;
  }

  async ping(): Promise<void> {
    await this.run([{ command: "ping", args: [] }]);
    // A cluster node answers although others are away: only a key command tells whether slots are served.
    if (this.#client instanceof Cluster) await this.run([{ command: "exists", args: ["tenfold"] }]);
  }

  /** Sends all commands at once; replies in the same order. Rejects with the first failure. */
  async run(commands: readonly Command[]): Promise<readonly Reply[]> {
    if (commands.length === 0) return [];
    try {
      // One at a time in a pipeline is valid only within one node: on a cluster each finds its own way, redirections
      // included, and they still share one round trip per node.
      if (this.#client instanceof Cluster || commands.length === 1) {
        const client = this.#client;
        return await withinTime(Promise.all(commands.map((command) => send(client, command))));
      }
      const pipeline = this.#client.pipeline();
      for (const command of commands) send(pipeline, command);
      const results = (await withinTime(pipeline.exec())) ?? [];
      return results.map(([error, reply]) => {
        if (error) throw error;
        return reply;
      });
    } catch (error) {
      throw toStoreFailure(error);
    }
  }

  async one(command: Command): Promise<Reply> {
    return (await this.run([command]))[0];
  }

  async close(): Promise<void> {
    await withinTime(this.#client.quit()).catch(() => undefined);
    this.#client.disconnect();
  }

  /** `CONFIG GET` of every master; empty where the server does not allow it. */
  async configuration(name: string): Promise<readonly Reply[]> {
    const nodes = this.#client instanceof Cluster ? this.#client.nodes("master") : [this.#client];
    const answers = nodes.map((node) => withinTime(node.config("GET", name)).catch(() => undefined));
    return (await Promise.all(answers)).filter((answer) => answer !== undefined);
  }
}

function createClient(url: StoreUrl, ca: string | undefined): Redis | Cluster {
  const tls = ca === undefined ? {} : { ca };
  const common = {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    connectTimeout: COMMAND_TIMEOUT,
    commandTimeout: COMMAND_TIMEOUT,
    connectionName: "tenfold",
    disableClientInfo: true,
    ...(url.tls ? { tls } : {}),
    ...(url.username === undefined ? {} : { username: url.username }),
    ...(url.password === undefined ? {} : { password: url.password }),
  } satisfies RedisOptions;
  if (url.mode === "cluster") {
    return new Cluster(
      url.addresses.map(({ host, port }) => ({ host, port })),
      {
        lazyConnect: true,
        enableOfflineQueue: false,
        redisOptions: common,
        clusterRetryStrategy: backoff,
        retryDelayOnFailover: 200,
        retryDelayOnClusterDown: 200,
        maxRedirections: 8,
      },
    );
  }
  const single = { ...common, enableOfflineQueue: false, retryStrategy: backoff, db: url.db } satisfies RedisOptions;
  if (url.mode === "sentinel") {
    return new Redis({
      ...single,
      sentinels: url.addresses.map(({ host, port }) => ({ host, port })),
      sentinelRetryStrategy: backoff,
      // The library speaks plainly to both, whatever is said of TLS, unless it is told twice more.
      ...(url.tls ? { sentinelTLS: tls, enableTLSForSentinelMode: true } : {}),
      ...(url.master === undefined ? {} : { name: url.master }),
    });
  }
  const [address] = url.addresses;
  return new Redis({ ...single, ...(address ? { host: address.host, port: address.port } : {}) });
}

/** Pause before the n-th attempt to connect again: doubling from 50 ms, with jitter so that daemons do not come at once. */
function backoff(attempt: number): number {
  const pause = Math.min(MAX_RECONNECT_PAUSE, 50 * 2 ** Math.min(attempt, 10));
  return pause / 2 + Math.random() * (pause / 2);
}

function methodOf(name: ScriptName): string {
  return `tenfold:${name}`;
}

/** Queues a command on a client or pipeline. Script commands exist under names given at run time only. */
function send(target: object, command: Command): unknown {
  if ("command" in command) return invoke(target, "call", [command.command, command.args]);
  return invoke(target, methodOf(command.script), [command.keys.length, command.keys, command.args]);
}

function invoke(target: object, name: string, args: Parameters<Call>): unknown {
  const method = Reflect.get(target, name) as Call;
  return Reflect.apply(method, target, args);
}

/** Rejects when the store does not answer in time, whatever the client is waiting for. */
async function withinTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in time")), COMMAND_TIMEOUT + 200);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
