/** A whole daemon that watches itself: what it cannot see is told through the routes like any other alert. */
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { RedisServer } from "../harness/redis-server.ts";
import { listAlerts, post, type RunningTenfold, runTenfold } from "../harness/tenfold-process.ts";
import { startWebhookServer, type WebhookServer } from "../harness/webhook-server.ts";
import { installation, receivedBy, until } from "./installation.ts";

const folder = mkdtempSync(join(tmpdir(), "tenfold-monitoring-"));
afterAll(() => rmSync(folder, { recursive: true }));

const lostEvents = { lost_events: { source: "PERF_EVENT_RING_BUFFER", num_events_lost: "12" }, node_name: "node-1" };
const violation = () => ({ time: new Date().toISOString(), policy: "p", workload: "Deployment/a" });

describe("a daemon that watches itself", () => {
  let webhook: WebhookServer;
  let daemon: RunningTenfold;
  beforeEach(async () => {
    webhook = await startWebhookServer();
  });
  afterEach(async () => {
    await daemon.stop();
    await webhook.close();
  });

  async function start(name: string, monitoring: string, store = "memory:"): Promise<string> {
    const { file, url } = await installation(folder, name, store, webhook);
    appendFileSync(file, `${monitoring}\n`);
    daemon = await runTenfold(file);
    return url;
  }
  const told = () => receivedBy(webhook).map(({ transition: { type, data } }) => `${type} ${data.notice?.name}`);

  it("tells of events lost at a source, and of one that fell silent until it sends again", async () => {
    const url = await start("blind", 'monitoring: {blind: {expect: [{source: native, every: "6s"}]}}');
    expect((await post(`${url}/v1/events?source=hubble`, [lostEvents])).status).toBe(202);
    await until(() => told().includes("alert.fired TenfoldEventsLost"));
    await until(() => told().includes("alert.fired TenfoldSourceQuiet"));
    expect((await listAlerts(url)).map(({ notice }) => `${notice?.kind} ${notice?.subject}`).sort()).toEqual([
      "blind hubble",
      "blind native",
    ]);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('tenfold_source_lost_events_total{source="hubble"} 12');
    await until(async () => {
      await post(`${url}/v1/events`, [violation()]);
      return told().includes("alert.resolved TenfoldSourceQuiet");
    });
  });

  it("sends a canary the whole way to every receiver, marked as such", async () => {
    const url = await start("canary", 'monitoring: {canary: {every: "1h", within: "10m"}}');
    await until(() => told().includes("alert.fired undefined"));
    const [first] = receivedBy(webhook).map(({ transition }) => transition.data);
    expect(first).toMatchObject({ canary: true, severity: "info", title: expect.stringMatching(/^Canary: /) });
    expect(first?.series[0]).toMatchObject({ policy: "tenfold-canary", namespace: "tenfold", observed: 180 });
    expect(await listAlerts(url)).toHaveLength(1);
  });

  it("alerts when the canary does not reach a receiver in time, until it does", async () => {
    webhook.always({ status: 503 });
    const url = await start("closed", 'monitoring: {canary: {every: "1h", within: "25s"}}');
    const blind = async () =>
      (await listAlerts(url)).flatMap(({ notice, state }) => (notice ? [`${notice.name} ${notice.subject} ${state}`] : []));
    await until(async () => (await blind()).includes("TenfoldCanaryFailed hook/webhook/0 firing"));
    webhook.always({ status: 204 });
    await until(async () => (await blind()).includes("TenfoldCanaryFailed hook/webhook/0 resolved"));
  });

  it("sends its heartbeat while it does its work, and none while its store is away", async () => {
    const redis = await RedisServer.start();
    try {
      await start("heartbeat", `monitoring: {heartbeat: {url: "${webhook.url}/alive", every: "1s"}}`, redis.url);
      const beats = () => webhook.received.filter(({ path }) => path === "/alive").length;
      await until(() => beats() > 1);
      await redis.kill();
      await until(() => daemon.log().includes("heartbeat is not sent"));
      const atLeast = beats();
      await until(() => daemon.log().includes("store is not reachable"));
      await redis.restart();
      await until(() => daemon.log().includes("store is back"));
      await until(() => beats() > atLeast);
      // Logged after the answer, which comes after the beat was received.
      await until(() => daemon.log().includes("heartbeat is sent again"));
    } finally {
      await redis.stop();
    }
  });
});
