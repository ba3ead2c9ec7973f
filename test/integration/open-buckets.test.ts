/** Two daemons on one Redis: what one finds between two ticks is told by the other, which coordinates, without waiting. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultConfig } from "../../config/load.ts";
import { Engine } from "../../src/app/engine.ts";
import { openStore } from "../../src/app/open-store.ts";
import { ReplayClock } from "../../src/app/replay-clock.ts";
import type { Transition } from "../../src/domain/alert.ts";
import { shardOf } from "../../src/domain/ids.ts";
import { assumeSilence } from "../../src/pipeline/prior.ts";
import type { Store } from "../../src/ports/store.ts";
import { selectSources } from "../../src/sources/index.ts";
import { RedisServer } from "../harness/redis-server.ts";

const START = Date.parse("2026-03-02T08:00:00Z");
const SECOND = 1_000;
const HOUR = 3_600_000;
const WIDTH = 10 * SECOND;
const config = defaultConfig();

interface Daemon {
  readonly engine: Engine;
  readonly store: Store;
  readonly told: Transition[];
}

describe("buckets that have not ended, with two daemons on one Redis", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis.stop());

  async function start(owner: string, clock: ReplayClock): Promise<Daemon> {
    const store = await openStore(redis.url, config, clock);
    const told: Transition[] = [];
    const engine = new Engine({
      config,
      store,
      clock,
      owner,
      leaseTtl: HOUR,
      settle: SECOND,
      flushPatience: 0,
      externalUrl: "https://tenfold.example",
      dispatch: () => ({ outbox: [], records: [] }),
      onTransitions: (transitions) => told.push(...transitions),
      onTrouble: (what, error) => {
        throw new Error(what, { cause: error });
      },
    });
    return { engine, store, told };
  }

  function events(workload: string, at: number, count: number) {
    return Array.from({ length: count }, (_, index) => ({
      index,
      record: {
        time: new Date(at).toISOString(),
        policy: "pci-egress",
        cluster: "prod",
        namespace: "payments",
        workload,
        digest: `sha256:${"a".repeat(64)}`,
        pod: `pod-${index}`,
        action: "deny",
      },
    }));
  }

  it("an alert fires before the bucket of its events has ended, whoever coordinates", async () => {
    const clock = new ReplayClock(START);
    const daemons = [await start("one", clock), await start("two", clock)] as const;
    const round = async (time: number) => {
      clock.set(time);
      for (const { engine } of daemons) await engine.advance();
    };
    const sources = selectSources("native", "events");
    // Leases are renewed after a third of their time: by then each knows of the other.
    for (const time of [START, START + HOUR / 2, START + HOUR]) await round(time);
    const coordinates = daemons.find(({ engine }) => engine.leases.coordinator !== undefined);
    const other = daemons.find((daemon) => daemon !== coordinates);
    if (!coordinates || !other) throw new Error("nobody coordinates");
    const shards = coordinates.store.windows.shards;
    const led = new Set(other.engine.leases.held.map(([shard]) => shard));
    const names = Array.from({ length: 100 }, (_, index) => `Deployment/api-${index}`);
    const [workload, elsewhere] = names.filter((name) => led.has(shardOf("prod", "payments", name, shards)));
    if (!workload || !elsewhere) throw new Error("the other leads nothing");
    const series = { cluster: "prod", policy: "pci-egress", namespace: "payments", workload };
    await assumeSilence(coordinates.store.alerts, series, START - 10 * 24 * HOUR);
    const tick = START + HOUR + WIDTH;
    await coordinates.engine.ingest.records(events(elsewhere, tick - SECOND, 1), sources, "prod");
    await round(tick + 2 * SECOND);
    expect(other.engine.evaluator.position).toBe(tick);
    expect(daemons.flatMap(({ told }) => told)).toEqual([]);

    // Counted by the daemon that does not judge it, judged by the one that does not tell.
    await coordinates.engine.ingest.records(events(workload, tick + 3 * SECOND, 60), sources, "prod");
    await round(tick + 4 * SECOND);
    await round(tick + 5 * SECOND);
    expect(other.engine.evaluator.position).toBe(tick);
    expect(other.told).toEqual([]);
    expect(coordinates.told.map(({ type, data }) => [type, data.series[0]?.workload])).toEqual([["alert.fired", workload]]);
    const firedAt = Date.parse(coordinates.told[0]?.data.firedAt ?? "");
    expect(firedAt).toBeGreaterThan(tick);
    expect(firedAt).toBeLessThanOrEqual(tick + 4 * SECOND);

    // The bucket ends and closes: it stands, and is told once.
    for (let time = tick + WIDTH; time <= tick + 10 * WIDTH; time += WIDTH) await round(time + 2 * SECOND);
    expect(coordinates.told.filter(({ type }) => type === "alert.fired")).toHaveLength(1);
    expect(
      (await coordinates.store.alerts.listAlerts({ includeResolved: true, limit: 10 })).map(({ alert }) => alert.state),
    ).toEqual(["firing"]);
    for (const { store } of daemons) await store.close();
  });
});
