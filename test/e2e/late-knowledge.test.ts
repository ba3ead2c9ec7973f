/** Events come first, their pod is known later, and in between a daemon dies. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { freePort } from "../harness/free-port.ts";
import { podFixture } from "../harness/kubernetes-fixtures.ts";
import { RedisServer } from "../harness/redis-server.ts";
import { getJson, post, runTenfold } from "../harness/tenfold-process.ts";
import { until } from "./installation.ts";

const PODS = [1, 2, 3];
const DIGEST = `sha256:${"ab".repeat(32)}`;
const folder = mkdtempSync(join(tmpdir(), "tenfold-late-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function configured(name: string, store: string): Promise<string> {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, `server: {listen: "127.0.0.1:${await freePort()}"}\nstore: {url: "${store}"}\n`);
  return file;
}

/** One event of each pod, each with a count of its own. */
async function send(url: string, at: number, first: number): Promise<void> {
  const records = PODS.map((number) => ({
    time: new Date(at).toISOString(),
    id: `event-${first}-${number}`,
    policy: "deny-egress",
    namespace: "payments",
    workload: "Deployment/card-api",
    pod: podFixture(number).metadata.name,
    count: first + number,
  }));
  expect((await post(`${url}/v1/events?source=native`, records)).status).toBe(202);
}

/** The first two pods become known. */
async function learn(url: string): Promise<void> {
  const startedAt = new Date(Date.now() - 3_600_000).toISOString();
  const pods = PODS.slice(0, 2).map((number) => podFixture(number, { startedAt }));
  expect((await post(`${url}/v1/changes?source=kubernetes`, pods)).status).toBe(202);
}

/** Events by digest, as the API tells them. */
async function counted(url: string): Promise<Readonly<Record<string, number>>> {
  const { series } = await getJson<{ series: readonly { id: string; workload: string; digest: string }[] }>(`${url}/v1/series`);
  const out: Record<string, number> = {};
  for (const { id, digest } of series) {
    const { buckets } = await getJson<{ buckets: readonly { count: number }[] }>(`${url}/v1/series/${id}/buckets`);
    out[digest] = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
  }
  return out;
}

async function placed(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^tenfold_placed_events_total (\d+)/m.exec(metrics)?.[1]);
}

describe("events of pods that become known after them", { timeout: 120_000 }, () => {
  it("are moved to their version after kill -9 of the daemon that counted them", async () => {
    const file = await configured("embedded", `memory:${join(folder, "store")}`);
    const first = await runTenfold(file);
    const now = Date.now();
    await send(first.url, now - 20_000, 10);
    await send(first.url, now - 600_000, 20);
    expect(await counted(first.url)).toEqual({ unknown: 36 + 66 });
    await first.kill();
    const second = await runTenfold(file);
    try {
      await send(second.url, now - 20_000, 10);
      await learn(second.url);
      await until(async () => (await placed(second.url)) > 0);
      expect(await counted(second.url)).toEqual({ unknown: 13 + 23, [DIGEST]: 11 + 12 + 21 + 22 });
      expect(await placed(second.url)).toBe(66);
    } finally {
      await second.kill();
    }
  });

  it("are moved once by two daemons on one Redis", async () => {
    const redis = await RedisServer.start();
    const files = await Promise.all(["a", "b"].map((name) => configured(name, redis.url)));
    const daemons = await Promise.all(files.map((file) => runTenfold(file)));
    const [one, two] = daemons;
    if (!one || !two) throw new Error("two daemons");
    try {
      const now = Date.now();
      await Promise.all([send(one.url, now - 15_000, 10), send(two.url, now - 5_000, 20), send(one.url, now, 30)]);
      await learn(two.url);
      const total = async () => (await placed(one.url)) + (await placed(two.url));
      await until(async () => (await total()) >= 126);
      expect(await counted(one.url)).toEqual({ unknown: 13 + 23 + 33, [DIGEST]: 11 + 12 + 21 + 22 + 31 + 32 });
      expect(await total()).toBe(129);
    } finally {
      await Promise.all(daemons.map((daemon) => daemon.kill()));
      await redis.stop();
    }
  });
});
