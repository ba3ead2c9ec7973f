/** Nothing accepted is lost and nothing counts twice, whoever dies. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { onlyTruth } from "../harness/records.ts";
import { RedisServer } from "../harness/redis-server.ts";
import { type RunningTenfold, runTenfold } from "../harness/tenfold-process.ts";
import { startWebhookServer, type WebhookServer } from "../harness/webhook-server.ts";
import {
  batches,
  countedIn,
  type Installation,
  insist,
  installation,
  receivedBy,
  recentIncident,
  sentIn,
  toldOfTheEnd,
  until,
  warm,
} from "./installation.ts";

/** More for a long run: TENFOLD_TEST_KILLS=20. */
const KILLS = Number(process.env.TENFOLD_TEST_KILLS ?? 3);

const folder = mkdtempSync(join(tmpdir(), "tenfold-crash-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("a daemon on Redis", { timeout: 300_000 + KILLS * 60_000 }, () => {
  const incident = recentIncident();
  const truth = onlyTruth(incident.told);
  let redis: RedisServer;
  let webhook: WebhookServer;
  let place: Installation;
  let daemon: RunningTenfold;

  beforeEach(async () => {
    // What Redis has answered is in its file before the answer; only a crash of the machine could lose it.
    redis = await RedisServer.start({ appendOnly: true });
    await warm(folder, redis.url, incident);
    webhook = await startWebhookServer();
    place = await installation(folder, `redis-${redis.port}`, redis.url, webhook);
    daemon = await runTenfold(place.file);
  });
  afterEach(async () => {
    await daemon.kill();
    await webhook.close();
    await redis.stop();
  });

  /** One alert about the rollout, told under one idempotency key however often it was tried. */
  async function expectOneAlert(): Promise<void> {
    await until(() => toldOfTheEnd(webhook));
    const fired = receivedBy(webhook).filter(({ transition }) => transition.type === "alert.fired");
    expect(new Set(fired.map(({ id }) => id)).size).toBe(1);
    expect(new Set(receivedBy(webhook).map(({ transition }) => transition.data.id)).size).toBe(1);
    expect(fired[0]?.transition.data.series[0]).toMatchObject({ policy: truth.policy, digest: truth.digest });
  }

  it(`counts exactly and tells once through ${KILLS} kills under load`, async () => {
    const parts = batches(incident.told, 5);
    let sent = 0;
    const sending = (async () => {
      for (const part of parts) {
        await insist(place.url, part);
        sent++;
        await pause(KILLS * 5);
      }
    })();
    for (let kill = 1; kill <= KILLS; kill++) {
      await until(() => sent >= (kill * parts.length) / (KILLS + 1));
      // Somewhere within the work on a batch, not always at its edge.
      await pause(Math.random() * 20);
      await daemon.kill();
      daemon = await runTenfold(place.file);
    }
    await sending;
    expect(await countedIn(redis.url, incident)).toEqual(sentIn(incident));
    await expectOneAlert();
  });

  it("answers 503 with Retry-After while Redis is away, loses nothing and catches up", async () => {
    const parts = batches(incident.told, 20);
    const middle = Math.floor(parts.length / 2);
    for (const part of parts.slice(0, middle)) await insist(place.url, part);
    await redis.kill();
    const refusals: Response[] = [];
    const refusing = insist(place.url, parts[middle] ?? incident.told, refusals);
    await until(() => refusals.length >= 3);
    await redis.restart();
    await refusing;
    expect(new Set(refusals.map(({ status }) => status))).toEqual(new Set([503]));
    expect(Number(refusals[0]?.headers.get("retry-after"))).toBeGreaterThan(0);
    for (const part of parts.slice(middle + 1)) await insist(place.url, part);
    expect(await countedIn(redis.url, incident)).toEqual(sentIn(incident));
    await expectOneAlert();
  });
});
