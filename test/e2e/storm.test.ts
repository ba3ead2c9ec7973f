/** A storm on a whole daemon with Redis and an audit journal, over an orderly restart. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { configSchema } from "../../config/schema.ts";
import { systemClock } from "../../src/app/system-clock.ts";
import type { AuditRecord } from "../../src/domain/audit-record.ts";
import { formatTime } from "../../src/domain/time.ts";
import { assumeSilence, LONGEST_SILENCE } from "../../src/pipeline/prior.ts";
import { openRedisStore } from "../../src/stores/redis/redis-store.ts";
import { RedisServer } from "../harness/redis-server.ts";
import { listAlerts, runTenfold, tenfold } from "../harness/tenfold-process.ts";
import { startWebhookServer } from "../harness/webhook-server.ts";
import { insist, installation, receivedBy, until } from "./installation.ts";

const folder = mkdtempSync(join(tmpdir(), "tenfold-storm-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SUBJECTS = 12;
const ABOVE = 3;

/** A policy and a workload of its own each, so that no two share an alert. */
const subject = (index: number) => ({
  cluster: "prod",
  policy: `policy-${index}`,
  namespace: `team-${index}`,
  workload: `Deployment/app-${index}`,
});

/** Sixty pods with three violations each, for every subject. */
function bursts(time: number): readonly object[] {
  return Array.from({ length: SUBJECTS * 180 }, (_, number) => {
    const index = number % SUBJECTS;
    const pod = `app-${index}-${Math.floor(number / SUBJECTS) % 60}`;
    return { id: `burst-${number}`, time: formatTime(time), pod, ...subject(index) };
  });
}

/** Known, and silent, for a week: what comes is judged at once. */
async function knowSubjects(url: string): Promise<void> {
  const { buckets, store: settings, limits } = configSchema.parse({});
  const store = await openRedisStore({
    ...{ url, clock: systemClock, shards: settings.shards, width: buckets.width, retention: buckets.retention },
    ...{ dedupWindow: settings.dedup_window, seriesLimit: limits.series },
  });
  for (let index = 0; index < SUBJECTS; index++) await assumeSilence(store.alerts, subject(index), Date.now() - LONGEST_SILENCE);
  await store.close();
}

it("sums a storm in one message, keeps every alert, and journals each, over a restart", async () => {
  const redis = await RedisServer.start();
  const webhook = await startWebhookServer();
  const journal = join(folder, "audit.ndjson");
  const { file, url } = await installation(folder, "storm", redis.url, webhook);
  const storm = `delivery: {storm: {above: ${ABOVE}, per: 1m, calm: 30s, top: 2}, `;
  writeFileSync(file, `${readFileSync(file, "utf8").replace("delivery: {", storm)}audit: {path: "${journal}"}\n`);
  const told = () => receivedBy(webhook).map(({ transition }) => transition);
  const ofStorm = () => told().filter(({ data }) => data.notice?.kind === "storm");
  const records = () =>
    readFileSync(journal, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as AuditRecord);
  let daemon: Awaited<ReturnType<typeof runTenfold>> | undefined;
  try {
    await knowSubjects(redis.url);
    daemon = await runTenfold(file);
    await insist(url, { events: bursts(Date.now()), changes: [] });
    const violations = async () => (await listAlerts(url)).filter(({ notice }) => notice === undefined);
    await until(async () => (await violations()).length >= SUBJECTS);
    await until(() => ofStorm().length > 0);
    expect(ofStorm()[0]).toMatchObject({
      type: "alert.fired",
      reason: "storm-began",
      data: { notice: { subject: "hook/webhook/0" } },
    });
    expect(await daemon.stop()).toBe(0);
    daemon = await runTenfold(file);
    await until(() => ofStorm().some(({ reason }) => reason === "storm-over"));
    const all = await violations();
    // At most so many by themselves; all others are in the storm's number.
    const single = new Set(told().flatMap(({ data }) => (data.notice ? [] : [data.id])));
    expect(single.size).toBeLessThanOrEqual(ABOVE);
    const summary = ofStorm().at(-1)?.data.notice?.summary ?? "";
    expect(Number(/^(\d+) alerts/.exec(summary)?.[1]) + single.size).toBe(all.length);
    expect(new Set(ofStorm().map(({ data }) => data.id)).size).toBe(1);
    expect(await daemon.stop()).toBe(0);
    daemon = undefined;
    // The journal has every alert once, whether it was told by itself or not, and both lives of the daemon.
    const fired = records().filter(({ kind }) => kind === "alert.fired");
    const stormId = ofStorm()[0]?.data.id ?? "";
    expect(fired.map(({ subject }) => subject).sort()).toEqual([...all.map(({ id }) => id), stormId].sort());
    const attempts = records().filter(({ kind, data }) => kind === "notification.attempted" && data.outcome === "delivered");
    const delivered = new Set(attempts.map(({ data }) => data.notification));
    expect(delivered).toEqual(new Set(receivedBy(webhook).map(({ id }) => id)));
    expect(records().filter(({ kind }) => kind === "daemon.started")).toHaveLength(2);
    expect(await tenfold(["verify", journal])).toMatchObject({ code: 0 });
  } finally {
    await daemon?.kill();
    await webhook.close();
    await redis.stop();
  }
});
