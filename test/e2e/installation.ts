/** What the tests of whole installations share: configuration files, a recent incident, and a sender that insists. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { systemClock } from "../../src/app/system-clock.ts";
import type { Transition } from "../../src/domain/alert.ts";
import { formatTime } from "../../src/domain/time.ts";
import { openRedisStore, type RedisStore } from "../../src/stores/redis/redis-store.ts";
import { freePort } from "../harness/free-port.ts";
import {
  countsBySeries,
  type FleetRecords,
  fleetRecords,
  HOUR,
  MINUTE,
  mixed,
  seriesKey,
  writeRecords,
} from "../harness/records.ts";
import { post, replayFiles } from "../harness/tenfold-process.ts";
import type { WebhookServer } from "../harness/webhook-server.ts";

export interface Installation {
  readonly file: string;
  readonly url: string;
}

/** Writes a configuration with a port of its own, so that a daemon started again is found where it was. */
export async function installation(folder: string, name: string, store: string, webhook: WebhookServer): Promise<Installation> {
  const port = await freePort();
  const lines = [
    `server: {listen: "127.0.0.1:${port}"}`,
    `store: {url: "${store}"}`,
    `receivers: [{name: hook, webhook: [{url: "${webhook.url}/hook"}]}]`,
    "route: {receiver: hook, group_wait: 0s}",
    "delivery: {allow_private: [127.0.0.0/8]}",
  ];
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, `${lines.join("\n")}\n`);
  return { file, url: `http://127.0.0.1:${port}` };
}

/** Length of the record, and where the bad rollout begins in it. It ends 21 minutes later, by a rollback. */
const LENGTH = 360 * MINUTE;
const INCIDENT = 325 * MINUTE;

export interface RecentIncident {
  /** Hours without an incident, to learn from. */
  readonly learned: FleetRecords;
  /** The last hour, with a bad rollout. */
  readonly told: FleetRecords;
}

/**
 * Six hours of which nothing has expired, up to now at most. The bad rollout was rolled back `since` milliseconds ago, in
 * whole minutes; ten minutes without its pods resolve an alert.
 */
export function recentIncident(since = 30 * MINUTE): RecentIncident {
  const now = Date.now() - (Date.now() % MINUTE);
  const start = now - since - INCIDENT - 21 * MINUTE;
  const fleet = fleetRecords({
    seed: 6,
    workloads: 6,
    durationMs: LENGTH,
    start,
    scenario: "bad-rollout",
    incidentAfterMs: INCIDENT,
    incidentLastsMs: 20 * MINUTE,
  });
  const cut = formatTime(start + INCIDENT - 25 * MINUTE);
  const part = (belongs: (time: string) => boolean): FleetRecords => ({
    events: fleet.events.filter(({ time }) => belongs(time)),
    changes: fleet.changes.filter(({ time }) => belongs(time)),
    truth: fleet.truth,
  });
  return { learned: part((time) => time < cut), told: part((time) => time >= cut && time <= formatTime(now)) };
}

/** Leaves what was learned in a store, as a new installation does with last month's logs. */
export async function warm(folder: string, store: string, { learned }: RecentIncident): Promise<void> {
  const { code, stderr } = await replayFiles(["--into", store, writeRecords(join(folder, "learned.ndjson"), mixed(learned))]);
  if (code !== 0) throw new Error(stderr);
}

/** Batches in the order of time; changes and events of a batch go to their own routes. */
export function batches(fleet: FleetRecords, size: number): readonly FleetRecords[] {
  const all = mixed(fleet);
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => {
    const part = all.slice(index * size, (index + 1) * size);
    return {
      changes: part.flatMap((record) => ("kind" in record ? [record] : [])),
      events: part.flatMap((record) => ("kind" in record ? [] : [record])),
      truth: [],
    };
  });
}

type Batch = Pick<FleetRecords, "changes"> & { readonly events: readonly object[] };

/** At least once: sends a batch again and again until it is confirmed. `refusals` gets the other answers as they come. */
export async function insist(url: string, batch: Batch, refusals: Response[] = []): Promise<void> {
  for (const [route, records] of [
    ["changes", batch.changes],
    ["events", batch.events],
  ] as const) {
    if (records.length === 0) continue;
    for (;;) {
      const answer = await post(`${url}/v1/${route}`, records).catch(() => undefined);
      if (answer?.status === 202) break;
      if (answer) refusals.push(answer);
      await pause(50);
    }
  }
}

/** Waits until something holds, looking every `every` milliseconds; the test's own time limit ends the wait. */
export async function until(holds: () => boolean | Promise<boolean>, every = 100): Promise<void> {
  while (!(await holds())) await pause(every);
}

/** Transitions that a receiver got, each with the idempotency key it came under. */
export function receivedBy(webhook: WebhookServer): readonly { readonly id: string; readonly transition: Transition }[] {
  return webhook.received.map(({ headers, body }) => ({
    id: String(headers["webhook-id"]),
    transition: JSON.parse(body) as Transition,
  }));
}

/**
 * Whether a receiver was told that the rollout does no harm any more. A daemon that was killed has lost which pods the events
 * named; without it the verdict may be less sure, and what is not blamed is not mitigated: then the alert resolves.
 */
export function toldOfTheEnd(webhook: WebhookServer): boolean {
  return receivedBy(webhook).some(({ transition: { type } }) => type === "alert.mitigated" || type === "alert.resolved");
}

/** The store of a Redis, opened as a daemon of the default configuration does. */
export function openStoreAt(url: string): Promise<RedisStore> {
  return openRedisStore({
    url,
    clock: systemClock,
    shards: 64,
    width: 10_000,
    dedupWindow: 10 * MINUTE,
    retention: { fine: 2 * HOUR, medium: 48 * HOUR, coarse: 9_600 * HOUR },
    seriesLimit: 1_000_000,
  });
}

/** All that a Redis has counted, by series. */
export async function countedIn(url: string, { learned }: RecentIncident): Promise<ReadonlyMap<string, number>> {
  const store = await openStoreAt(url);
  try {
    const first = Date.parse(learned.events[0]?.time ?? "");
    const from = first - (first % (5 * MINUTE));
    const series = await store.windows.findSeries({}, 10_000);
    const counts = await store.windows.readCounts(series, from, from + 8 * HOUR, 5 * MINUTE);
    const sums = series.map((one, index): [string, number] => [seriesKey(one), counts[index]?.reduce((a, b) => a + b, 0) ?? 0]);
    return new Map(sums.filter(([, sum]) => sum > 0));
  } finally {
    await store.close();
  }
}

/** What must have been counted. */
export function sentIn({ learned, told }: RecentIncident): ReadonlyMap<string, number> {
  return countsBySeries([...learned.events, ...told.events]);
}
