/** A daemon that is killed again and again while it tells people: nothing is lost, nothing overtakes, nothing is a second message. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { RandomStream } from "../../src/simulation/random.ts";
import { Keys } from "../../src/stores/redis/keys.ts";
import { RedisServer } from "../harness/redis-server.ts";
import { type LaunchedTenfold, launchTenfold, tenfold } from "../harness/tenfold-process.ts";
import { type Received, type Reply, startWebhookServer } from "../harness/webhook-server.ts";
import { until } from "./installation.ts";
import { daemonThatTells, expectAllInOrder, isAllDelivered, keyOf, owe } from "./owed-messages.ts";

/** More for a long run: TENFOLD_TEST_KILLS=20. */
const KILLS = Number(process.env.TENFOLD_TEST_KILLS ?? 5);
/** Again with the same moments: TENFOLD_TEST_SEED=<seed>. */
const SEED = process.env.TENFOLD_TEST_SEED ?? String(Date.now());
/** More than are told between two kills. */
const ALERTS = 40;
const LENGTH = 8;
/** Requests after which a daemon is killed, at most, and the time from the last of them, milliseconds. */
const MOST_TOLD = 25;
const LONGEST_PAUSE = 12;

// biome-ignore lint/suspicious/noTemplateCurlyInString: each daemon finds its own in its environment
const LIFE = "?${TENFOLD_TEST_LIFE}";

const folder = mkdtempSync(join(tmpdir(), "tenfold-delivery-crash-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe(`${KILLS} kills while messages are sent, seed ${SEED}`, { timeout: 300_000 + KILLS * 60_000 }, () => {
  it("leave all messages told, in order, each under one key with the same content", async () => {
    const random = new RandomStream(["kills", SEED]);
    const redis = await RedisServer.start({ appendOnly: true });
    /** Which keys were confirmed to each daemon: what one sent may be read when it is dead and the next is alive. */
    const confirmed = new Map<string, Set<string>>();
    const confirmedTwice: string[] = [];
    const decide = async (request: Received): Promise<Reply> => {
      const life = request.path.split("?")[1] ?? "";
      const own = confirmed.get(life) ?? new Set();
      confirmed.set(life, own);
      const { key } = keyOf(request);
      if (own.has(key)) confirmedTwice.push(key);
      const kind = random.uniform();
      await pause(random.between(0, 8));
      // Now and then a receiver is down for a moment, too.
      if (kind < 0.03) return { status: 503, headers: { "retry-after": "0" } };
      own.add(key);
      return { status: 204 };
    };
    const webhook = await startWebhookServer(decide);
    const place = await daemonThatTells(folder, "killed", redis.url, webhook, LIFE);
    const owed = await owe(redis.url, ALERTS, LENGTH);
    const daemons = new Keys("tenfold:v1:", 64).daemons;
    const client = redis.client();
    const moments: string[] = [];
    let daemon: LaunchedTenfold | undefined;
    try {
      for (let kill = 1; kill <= KILLS; kill++) {
        const told = Math.floor(random.between(0, MOST_TOLD));
        const after = random.between(0, LONGEST_PAUSE);
        moments.push(`${told} told + ${after.toFixed(1)} ms`);
        const from = webhook.received.length;
        daemon = launchTenfold(place.file, { TENFOLD_TEST_LIFE: String(kill) });
        daemon.ready.catch(() => undefined);
        await until(() => webhook.received.length >= from + told, 1);
        await pause(after);
        await daemon.kill();
        // As if the time had passed after which a daemon counts as dead, which takes longer than all the rest.
        await client.del(daemons);
      }
      expect(new Set(webhook.received.map((one) => keyOf(one).key)).size, "killed while there was work").toBeLessThan(
        owed.length,
      );
      daemon = launchTenfold(place.file, { TENFOLD_TEST_LIFE: "last" });
      const last = await daemon.ready;
      await until(() => isAllDelivered(place.url));
      expectAllInOrder(webhook.received, owed);
      expect(confirmedTwice, `killed after ${moments.join(", ")}`).toEqual([]);
      expect(await last.stop()).toBe(0);
      expect(await tenfold(["verify", join(folder, "killed.audit.ndjson")])).toMatchObject({ code: 0 });
    } finally {
      await daemon?.kill();
      client.disconnect();
      await webhook.close();
      await redis.stop();
    }
  });
});
