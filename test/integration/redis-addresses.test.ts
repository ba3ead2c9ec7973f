/** A store over TLS and behind Sentinel, with real servers. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { defaultConfig } from "../../config/load.ts";
import { openStore } from "../../src/app/open-store.ts";
import { systemClock } from "../../src/app/system-clock.ts";
import type { Store } from "../../src/ports/store.ts";
import { authority, server as certificate } from "../harness/certificates.ts";
import { freePort } from "../harness/free-port.ts";
import { RedisServer } from "../harness/redis-server.ts";

const folder = mkdtempSync(join(tmpdir(), "tenfold-addresses-"));
afterAll(() => rmSync(folder, { recursive: true }));
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
writeFileSync(cert, certificate.cert);
writeFileSync(key, certificate.key);
const TLS = ["--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", cert, "--tls-auth-clients", "no"];

async function redis(...settings: readonly string[]): Promise<RedisServer> {
  const server = await RedisServer.start({ settings });
  ends.push(() => server.stop());
  return server;
}

async function open(url: string, over: object = {}): Promise<Store> {
  const config = defaultConfig();
  const store = await openStore(url, { ...config, store: { ...config.store, ...over } }, systemClock);
  ends.push(() => store.close());
  return store;
}

/** A sentinel alone is enough to decide here. */
async function sentinel(master: number, settings: readonly string[] = [], tlsPort?: number): Promise<number> {
  const port = await freePort();
  const file = join(folder, `sentinel-${port}.conf`);
  const lines = [
    `port ${port}`,
    "bind 127.0.0.1",
    `dir ${folder}`,
    ...settings,
    ...(tlsPort === undefined ? [] : [`tls-port ${tlsPort}`, "tls-replication yes"]),
    `sentinel monitor main 127.0.0.1 ${master} 1`,
    // Long: a master that is only slow must not be replaced before a test says so.
    "sentinel down-after-milliseconds main 300000",
    "sentinel failover-timeout main 2000",
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  const child: ChildProcess = spawn(process.env.REDIS_SERVER ?? "redis-server", [file, "--sentinel"], { stdio: "ignore" });
  ends.push(async () => {
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  });
  return port;
}

/** Tries until it works; the test's own time limit ends it. */
async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      expect(error).toMatchObject({ code: "store_unavailable" });
      await pause(100);
    }
  }
}

describe("a store over TLS", () => {
  it("is trusted when its authority is named, by user and password of the configuration", async () => {
    const port = await freePort();
    const acl = [..."--user tenfold on >s3cret ~* &* +@all".split(" "), "--user", "default", "off"];
    const server = await RedisServer.start({ settings: ["--tls-port", String(port), ...TLS, ...acl] });
    ends.push(() => server.stop());
    const url = `rediss://127.0.0.1:${port}`;
    const login = { username: "tenfold", password: "s3cret" };
    const store = await open(url, { ...login, ca: authority });
    await store.alerts.writeValue("a", "told in secret");
    const other = await open(`rediss://tenfold:s3cret@127.0.0.1:${port}`, { ca: authority });
    expect(await other.alerts.readValue("a")).toBe("told in secret");
    await expect(open(url, login)).rejects.toMatchObject({ code: "store_unavailable" });
    await expect(open(url, { ca: authority, password: "s3cret" })).rejects.toMatchObject({ code: "store_unavailable" });
  });
});

describe("a store behind Sentinel", () => {
  it("goes on with the replica when the master dies", async () => {
    const master = await redis();
    const replica = await redis("--replicaof", `127.0.0.1 ${master.port}`);
    const port = await sentinel(master.port);
    const store = await insist(() => open(`redis+sentinel://127.0.0.1:${port}/main`));
    await store.alerts.writeValue("before", "1");
    const client = replica.client();
    ends.push(() => client.disconnect());
    while ((await client.get("tenfold:v1:{alerts}:value:before")) !== "1") await pause(50);
    // Sentinel asks the master every ten seconds who its replicas are; without one it could not fail over.
    const watcher = new Redis({ port });
    ends.push(() => watcher.disconnect());
    while (((await watcher.call("sentinel", "replicas", "main")) as unknown[]).length === 0) await pause(50);
    await master.kill();
    await watcher.call("sentinel", "set", "main", "down-after-milliseconds", "500");
    await insist(() => store.alerts.writeValue("after", "2"));
    expect(await store.alerts.readValue("before")).toBe("1");
    expect(await client.get("tenfold:v1:{alerts}:value:after")).toBe("2");
  });

  it("is reached over TLS, as the sentinels are", async () => {
    const [masterTls, sentinelTls] = [await freePort(), await freePort()];
    const settings = ["tls-cert-file", "tls-key-file", "tls-ca-cert-file"].map(
      (name, index) => `${name} ${[cert, key, cert][index]}`,
    );
    await redis("--tls-port", String(masterTls), ...TLS);
    await sentinel(masterTls, [...settings, "tls-auth-clients no"], sentinelTls);
    const store = await insist(() => open(`rediss+sentinel://127.0.0.1:${sentinelTls}/main`, { ca: authority }));
    await store.alerts.writeValue("a", "1");
    expect(await store.alerts.readValue("a")).toBe("1");
    await expect(open(`rediss+sentinel://127.0.0.1:${sentinelTls}/main`)).rejects.toMatchObject({ code: "store_unavailable" });
  });
});
