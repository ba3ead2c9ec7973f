/** Two daemons on one Redis share the work, tell once, and stand in for each other. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { COORDINATOR_LEASE, shardLease } from "../../src/ports/leases.ts";
import { Keys } from "../../src/stores/redis/keys.ts";
import { onlyTruth } from "../harness/records.ts";
import { RedisServer } from "../harness/redis-server.ts";
import { runTenfold } from "../harness/tenfold-process.ts";
import { startWebhookServer } from "../harness/webhook-server.ts";
import {
  batches,
  countedIn,
  insist,
  installation,
  receivedBy,
  recentIncident,
  sentIn,
  toldOfTheEnd,
  until,
  warm,
} from "./installation.ts";
import { leaseOwners } from "./lease-owners.ts";
import { daemonThatTells, expectAllInOrder, isAllDelivered, owe } from "./owed-messages.ts";

const SHARDS = 64;
const folder = mkdtempSync(join(tmpdir(), "tenfold-two-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("two daemons on one Redis", () => {
  it("send every message once, and what one that is killed was about to send is sent by the other", async () => {
    const redis = await RedisServer.start({ appendOnly: true });
    const webhook = await startWebhookServer(async () => {
      await pause(60);
      return { status: 204 };
    });
    const places = await Promise.all(["a", "b"].map((name) => daemonThatTells(folder, name, redis.url, webhook)));
    const keys = new Keys("tenfold:v1:", SHARDS);
    const client = redis.client();
    const [doomed, heir] = await Promise.all(places.map(({ file }) => runTenfold(file)));
    if (!doomed || !heir) throw new Error("two daemons");
    try {
      await until(async () => (await client.zcard(keys.daemons)) === 2);
      const token = async () => Number(await client.hget(keys.coordinator, "token"));
      await until(async () => (await token()) > 0);
      // More than one daemon takes at once, for longer than the other waits before it looks.
      const owed = await owe(redis.url, 100, 4, { token: await token() });
      await until(() => isAllDelivered(heir.url));
      expectAllInOrder(webhook.received, owed);
      expect(webhook.received).toHaveLength(owed.length);
      // Both took part.
      const senders = await Promise.all([doomed, heir].map(({ url }) => delivered(url)));
      expect(Math.min(...senders)).toBeGreaterThan(0);

      const before = webhook.received.length;
      const more = await owe(redis.url, 30, 4, { first: 100, token: await token() });
      await until(() => webhook.received.length > before + 20, 1);
      await doomed.kill();
      // By then it is replaced: it counts as dead after this time, and its share is looked for after a third of it.
      const [seconds = "0"] = await client.time().then((time) => time.map(String));
      const [, last = "0"] = await client.zrange(keys.daemons, "-1", "-1", "WITHSCORES");
      expect(Number(last) / 1000 - Number(seconds)).toBeLessThan(8);
      await until(() => isAllDelivered(heir.url));
      expectAllInOrder(webhook.received, [...owed, ...more]);
      // Sent, and not noted: at most what it had under way to each target.
      expect(webhook.received.length - before - more.length).toBeLessThanOrEqual(8);
    } finally {
      await doomed.kill();
      await heir.kill();
      client.disconnect();
      await webhook.close();
      await redis.stop();
    }
  });

  it("share the shards, tell once, and the other takes over when one is killed", async () => {
    const incident = recentIncident();
    const truth = onlyTruth(incident.told);
    const redis = await RedisServer.start({ appendOnly: true });
    const webhook = await startWebhookServer();
    await warm(folder, redis.url, incident);
    const first = await installation(folder, "first", redis.url, webhook);
    const second = await installation(folder, "second", redis.url, webhook);
    const daemons = await Promise.all([runTenfold(first.file), runTenfold(second.file)]);
    const names = [COORDINATOR_LEASE, ...Array.from({ length: SHARDS }, (_, shard) => shardLease(shard))];
    const owners = () => leaseOwners(redis, names);
    try {
      // Rendezvous hashing gives each about half of the shards; a fifth is eight standard deviations away.
      await until(async () => {
        const held = [...(await owners()).values()];
        return held.length === names.length && new Set(held).size === 2 && Math.min(...sizes(held)) > SHARDS / 5;
      });
      const parts = batches(incident.told, 20);
      const middle = Math.floor(parts.length / 2);
      for (const [index, part] of parts.slice(0, middle).entries()) await insist(index % 2 ? first.url : second.url, part);
      await daemons[0].kill();
      for (const part of parts.slice(middle)) await insist(second.url, part);
      await until(async () => new Set((await owners()).values()).size === 1 && (await owners()).size === names.length);
      await until(() => toldOfTheEnd(webhook));
      const fired = receivedBy(webhook).filter(({ transition }) => transition.type === "alert.fired");
      expect(new Set(fired.map(({ id }) => id)).size).toBe(1);
      expect(fired[0]?.transition.data.series[0]).toMatchObject({ policy: truth.policy, digest: truth.digest });
      expect(await countedIn(redis.url, incident)).toEqual(sentIn(incident));
    } finally {
      await Promise.all(daemons.map((daemon) => daemon.kill()));
      await webhook.close();
      await redis.stop();
    }
  });
});

/** Messages that a daemon itself delivered. */
async function delivered(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^tenfold_deliveries_total\{kind="webhook",result="ok"\} (\d+)/m.exec(metrics)?.[1] ?? 0);
}

function sizes(owners: readonly string[]): readonly number[] {
  const counts = new Map<string, number>();
  for (const owner of owners) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  return [...counts.values()];
}
