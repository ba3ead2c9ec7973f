/** Recorded and posted, embedded and Redis: the same records lead to the same alert. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Alert } from "../../src/domain/alert.ts";
import { mixed, onlyTruth, writeRecords } from "../harness/records.ts";
import { RedisServer } from "../harness/redis-server.ts";
import { listAlerts, replayFiles, runTenfold } from "../harness/tenfold-process.ts";
import { startWebhookServer } from "../harness/webhook-server.ts";
import { batches, insist, installation, receivedBy, recentIncident, until, warm } from "./installation.ts";

const folder = mkdtempSync(join(tmpdir(), "tenfold-same-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What must not depend on how the records came in. */
function gist(alert: Alert) {
  const [series] = alert.series;
  const [suspect] = alert.cause.suspects;
  return {
    alerts: 1,
    policy: series?.policy,
    workload: series?.workload,
    digest: series?.digest,
    onsetAt: alert.onsetAt,
    verdict: alert.cause.verdict,
    suspect: suspect?.digest,
  };
}

describe("a recent incident", () => {
  const incident = recentIncident();
  let expected: ReturnType<typeof gist>;
  beforeAll(async () => {
    const { transitions } = await replayFiles([
      writeRecords(join(folder, "mixed.ndjson"), [...mixed(incident.learned), ...mixed(incident.told)]),
    ]);
    const fired = transitions.filter(({ type }) => type === "alert.fired");
    const last = transitions.at(-1);
    if (fired.length !== 1 || !last) throw new Error(`replay fired ${fired.length} alerts`);
    expected = gist(last.data);
  });

  it("is told by replay as it truly was", () => {
    const { policy, workload, digest } = onlyTruth(incident.told);
    expect(expected).toMatchObject({ policy, workload, digest, suspect: digest, verdict: "image" });
  });

  async function posted(name: string, store: string): Promise<void> {
    await warm(folder, store, incident);
    const webhook = await startWebhookServer();
    const { file, url } = await installation(folder, name, store, webhook);
    const daemon = await runTenfold(file);
    try {
      for (const batch of batches(incident.told, 50)) await insist(url, batch);
      await until(async () => (await listAlerts(url)).length > 0);
      await until(() => receivedBy(webhook).some(({ transition }) => transition.type === "alert.mitigated"));
      const alerts = await listAlerts(url);
      expect(alerts).toHaveLength(1);
      expect(alerts.map(gist)).toEqual([expected]);
      expect(receivedBy(webhook)[0]?.transition.type).toBe("alert.fired");
      expect(await daemon.stop()).toBe(0);
    } finally {
      await daemon.kill();
      await webhook.close();
    }
  }

  it("leads to the same alert when posted to a daemon with the embedded store", () =>
    posted("memory", `memory:${join(folder, "kept")}`));

  it("leads to the same alert when posted to a daemon on Redis", async () => {
    const redis = await RedisServer.start();
    try {
      await posted("redis", redis.url);
    } finally {
      await redis.stop();
    }
  });
});
