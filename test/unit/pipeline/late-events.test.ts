import { describe, expect, it } from "vitest";
import { ReplayClock } from "../../../src/app/replay-clock.ts";
import type { Anomaly } from "../../../src/domain/anomaly.ts";
import { shardOf } from "../../../src/domain/ids.ts";
import type { TimelineRecord } from "../../../src/domain/observation.ts";
import type { Violation } from "../../../src/domain/violation.ts";
import { createTimeline } from "../../../src/identity/timeline.ts";
import { createIdentify } from "../../../src/pipeline/identify.ts";
import { awaitsPods, LateEvents } from "../../../src/pipeline/late-events.ts";
import { assumeSilence } from "../../../src/pipeline/prior.ts";
import { Recorder } from "../../../src/pipeline/record.ts";
import { createMemoryStore } from "../../../src/stores/memory/memory-store.ts";
import { API, digest, MINUTE, minute, owner, pod, T0, violation } from "../identity/timeline-records.ts";
import { evaluatorOf, leadAll, SHARDS, WIDTH } from "./judging.ts";

const HOUR = 60;
const SHARD_NUMBERS = Array.from({ length: SHARDS }, (_, shard) => shard);
/** All events of these tests. */
const LENGTH = 2 * HOUR;

function setUp() {
  const clock = new ReplayClock(T0);
  const store = createMemoryStore({ clock, shards: SHARDS, width: WIDTH });
  const { windows } = store;
  const timeline = createTimeline();
  const identify = createIdentify({
    shards: SHARDS,
    width: WIDTH,
    lateness: 3 * WIDTH,
    resolve: (one) => timeline.identify(one),
    regimesOf: () => ["pci"],
  });
  const recorder = new Recorder({ windows, clock, writer: "w", maxPending: 100_000, patience: 0 });
  const late = new LateEvents({ windows, clock, placeOf: (mention) => timeline.placeOfPod(mention) });
  const learn = (...records: readonly TimelineRecord[]) => {
    for (const record of records) timeline.apply(record);
  };
  return {
    clock,
    store,
    late,
    learn,
    count: (...events: readonly Violation[]) => recorder.record(events.map(identify)),
    place: () => late.place(SHARD_NUMBERS),
    /** Events by workload and digest. */
    totals: async () => {
      const series = await windows.findSeries({}, 100);
      const rows = await windows.readCounts(series, T0, minute(LENGTH), LENGTH * MINUTE);
      const lines = series.flatMap((one, index) => {
        const total = rows[index]?.[0] ?? 0;
        return total === 0 ? [] : [`${one.workload} ${one.digest.slice(0, 8)} ${total}`];
      });
      return lines.sort();
    },
  };
}

/** An event whose workload is told by the name of its pod. */
function named(at: number, over: Partial<Violation> = {}): Violation {
  return violation(at, { workload: API.workload, ...over });
}

describe("events of a pod nobody knew", () => {
  it("go to its version once it is known by uid, container, name or address, and only once", async () => {
    const { count, learn, place, totals, store } = setUp();
    await count(
      named(3, { podUid: "p1", count: 2 }),
      named(3, { podUid: "p1", id: "e1" }),
      named(3, { podUid: "p1", id: "e1" }),
      named(4, { pod: "api-7d9f-p1", count: 4 }),
      named(5, { podIp: "10.0.0.1", count: 8 }),
      named(5, { podUid: "p2", count: 16 }),
    );
    expect(await place()).toBe(0);
    learn(pod("p1", { ip: "10.0.0.1" }));
    expect(await place()).toBe(15);
    expect(await place()).toBe(0);
    expect(await totals()).toEqual(["Deployment/api sha256:a 15", "Deployment/api unknown 16"]);
    const [target] = await store.windows.findSeries({ digest: digest("a") }, 1);
    expect(target).toMatchObject({ quality: "inferred", regimes: ["pci"], image: "registry.test/api:1", lateness: 3 * WIDTH });
  });

  it("wait for the digest of a pod that has none yet", async () => {
    const { count, learn, place, totals } = setUp();
    learn(pod("p1", { digest: undefined }));
    await count(named(3, { podUid: "p1" }));
    expect(await place()).toBe(0);
    learn(pod("p1", { seen: 4 }));
    expect(await place()).toBe(1);
    expect(await totals()).toEqual(["Deployment/api sha256:a 1"]);
  });

  it("leave the version of the workload at the time when their pod proves to be of another", async () => {
    const { count, learn, place, totals } = setUp();
    learn(pod("p1"));
    await count(named(10, { podUid: "p2", count: 3 }), named(10, { podUid: "p1", count: 2 }));
    expect(await totals()).toEqual(["Deployment/api sha256:a 5"]);
    learn(pod("p2", { hash: "8f6c", digest: digest("b"), ready: 9 }));
    expect(await place()).toBe(3);
    expect(await totals()).toEqual(["Deployment/api sha256:a 2", "Deployment/api sha256:b 3"]);
  });

  it("go to the image of the container they name", async () => {
    const { count, learn, place, totals } = setUp();
    const containers = [
      { name: "app", role: "app", image: "registry.test/api:1", digest: digest("a") },
      { name: "proxy", role: "app", image: "registry.test/proxy:1", digest: digest("c") },
    ] as const;
    await count(named(3, { podUid: "p1", container: "proxy", count: 2 }), named(3, { podUid: "p1", container: "app" }));
    learn(pod("p1", { containers }));
    expect(await place()).toBe(3);
    expect(await totals()).toEqual(["Deployment/api sha256:a 1", "Deployment/api sha256:c 2"]);
  });

  it("stay where they are when the pod is of another workload, or none was known: sums of workloads do not change", async () => {
    const { count, learn, place, totals } = setUp();
    await count(named(3, { podUid: "p1" }), violation(3, { podIp: "10.0.0.1", count: 2 }));
    learn(owner("ReplicaSet", "web-5c5c", { owner: "Deployment/web" }));
    learn(pod("p1", { name: "web-5c5c-p1", owner: "ReplicaSet/web-5c5c", hash: "5c5c", ip: "10.0.0.1" }));
    expect(await place()).toBe(0);
    expect(await totals()).toEqual(["Deployment/api unknown 1", "unattributed unknown 2"]);
  });

  it("are not kept apart where after half an hour still no pod of the cluster is known", () => {
    let now = T0;
    const timeline = createTimeline();
    const awaits = awaitsPods(
      (cluster) => timeline.hasPods(cluster),
      () => now,
    );
    expect(awaits("east")).toBe(true);
    now = minute(29);
    expect(awaits("east")).toBe(true);
    now = minute(30);
    expect(awaits("east")).toBe(false);
    timeline.apply(pod("p1"));
    expect([awaits("east"), awaits("west")]).toEqual([true, false]);
  });

  it("are looked for soon after something was learned, and now and then otherwise", async () => {
    const { clock, count, late, learn, store } = setUp();
    await count(named(0, { podUid: "p1" }));
    expect(await late.step(SHARD_NUMBERS, 1)).toBe(0);
    learn(pod("p1"));
    expect(await late.step(SHARD_NUMBERS, 2)).toBe(0);
    clock.set(T0 + 5_000);
    expect(await late.step(SHARD_NUMBERS, 2)).toBe(1);
    // As another daemon, which does not know the pod, may count it.
    const other = createIdentify({
      shards: SHARDS,
      width: WIDTH,
      lateness: WIDTH,
      resolve: () => ({ workload: API.workload, rule: "workload", quality: "exact" }),
      regimesOf: () => [],
    });
    await new Recorder({ windows: store.windows, clock, writer: "v", maxPending: 10, patience: 0 }).record([
      other(named(0, { podUid: "p1" })),
    ]);
    clock.set(T0 + 20_000);
    expect(await late.step(SHARD_NUMBERS, 2)).toBe(0);
    clock.set(T0 + 35_000);
    expect(await late.step(SHARD_NUMBERS, 2)).toBe(1);
  });
});

/** From minute 30 on a rise in pods of one version, which becomes known `after` minutes later; undefined: never. */
async function risen(after: number | undefined) {
  const { clock, store, count, learn, place } = setUp();
  const { windows, alerts } = store;
  await assumeSilence(alerts, { ...API, policy: "deny-egress" }, T0 - 24 * HOUR * MINUTE);
  const evaluator = evaluatorOf(store);
  await evaluator.lead(await leadAll(store));
  await evaluator.advance(T0, T0);
  const told = new Map<string, string[]>();
  for (let at = 0; at < LENGTH; at++) {
    const isRisen = at >= 30 && at < 40;
    if (after !== undefined && at === 30 + after) learn(...[1, 2, 3].map((n) => pod(`p${n}`, { ready: 29 })));
    if (isRisen) await count(...[1, 2, 3].map((n) => named(at, { podUid: `p${n}`, count: 20 })));
    await place();
    clock.set(minute(at + 1));
    await evaluator.look(minute(at + 1) - 1, minute(at + 1) - 1);
    await evaluator.advance(minute(at + 1), T0);
    for (const text of (await windows.readAnomalies(SHARD_NUMBERS)).flatMap((own) => [...own.values()])) {
      const { series, state, resolvedBy } = JSON.parse(text) as Anomaly;
      const list = told.get(series.digest) ?? [];
      told.set(series.digest, list);
      const now = state === "open" ? "open" : (resolvedBy ?? state);
      if (list.at(-1) !== now) list.push(now);
    }
  }
  const shard = shardOf(API.cluster, API.namespace, API.workload, SHARDS);
  const states = new Map<string, unknown>();
  for (const { id, digest: of } of await windows.findSeries({}, 100))
    for (const text of (await windows.readStates(shard, [id])).values()) states.set(of, text);
  return { told, states };
}

describe("a rise in pods that become known after it", () => {
  it("is that of their version, as if they had been known, while its buckets are open", async () => {
    const first = await risen(0);
    const later = await risen(1);
    expect(first.told.get(digest("a"))?.[0]).toBe("open");
    expect(later.told.get(digest("a"))).toEqual(first.told.get(digest("a")));
    // The first minute was seen without its version, and what that looked like is taken back.
    expect(first.told.get("unknown")).toBeUndefined();
    expect(later.told.get("unknown")).toEqual(["open", "revised"]);
  });

  it("raises nothing on their version once its buckets are closed", async () => {
    const never = await risen(undefined);
    const later = await risen(20);
    expect(never.told.get("unknown")?.[0]).toBe("open");
    expect(later.told).toEqual(never.told);
    expect(later.states).toEqual(never.states);
  });
});
