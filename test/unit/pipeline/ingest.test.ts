import { describe, expect, it } from "vitest";
import { ReplayClock } from "../../../src/app/replay-clock.ts";
import { TenfoldError } from "../../../src/domain/errors.ts";
import { EventClock } from "../../../src/pipeline/event-clock.ts";
import { EventDetails } from "../../../src/pipeline/event-details.ts";
import { createIdentify } from "../../../src/pipeline/identify.ts";
import { Ingest } from "../../../src/pipeline/ingest.ts";
import { Recorder } from "../../../src/pipeline/record.ts";
import { SampleKeeper } from "../../../src/pipeline/sample-keeper.ts";
import { TimelineFeed } from "../../../src/pipeline/timeline-feed.ts";
import type { WindowStore } from "../../../src/ports/windows.ts";
import { nativeSource } from "../../../src/sources/native.ts";
import { createMemoryStore } from "../../../src/stores/memory/memory-store.ts";

const T0 = Date.parse("2026-11-23T12:00:00Z");
const MINUTE = 60_000;

function setUp() {
  const clock = new ReplayClock(T0);
  const { windows, timeline: log } = createMemoryStore({ clock });
  const seen = new Set<string>();
  const identify = createIdentify({
    shards: windows.shards,
    width: windows.width,
    lateness: MINUTE,
    resolve: (one) => ({
      workload: one.workload,
      digest: one.digest,
      rule: one.pod === "api-2" ? "ip" : "record",
      quality: "exact",
    }),
    regimesOf: () => [],
  });
  const details = new EventDetails(windows.width);
  const events = new EventClock(clock);
  let away = false;
  const store: WindowStore = Object.create(windows, {
    shards: { value: windows.shards },
    width: { value: windows.width },
    record: {
      value: (flushes: Parameters<WindowStore["record"]>[0]) =>
        away ? Promise.reject(new TenfoldError("store_unavailable", "away")) : windows.record(flushes),
    },
  });
  const ingest = new Ingest({
    identify: (violation) => {
      const one = identify(violation);
      seen.add(one.series.id);
      return one;
    },
    recorder: new Recorder({ windows: store, clock, writer: "w", maxPending: 100, patience: 0 }),
    feed: new TimelineFeed({ log, apply: () => undefined }),
    samples: new SampleKeeper(windows, (error) => {
      throw error;
    }),
    events,
    details,
    clock,
  });
  const send = (records: readonly object[]) => ingest.body(JSON.stringify(records), [nativeSource], "c");
  const noted = () => [...seen].flatMap((id) => details.read(id, T0 - 10 * MINUTE, T0 + MINUTE));
  const pods = () => noted().flatMap((bucket) => [...bucket.pods].map(([pod, count]) => `${pod} ${count}`));
  const setAway = (value: boolean) => {
    away = value;
  };
  return { send, noted, pods, setAway, clock, events };
}

function record(over: object): object {
  const base = { time: new Date(T0).toISOString(), policy: "deny-egress", namespace: "shop", workload: "Deployment/api" };
  return { ...base, ...over };
}

describe("ingest: which pods the events named", () => {
  it("notes an event once however often it is sent", async () => {
    const { send, noted, pods } = setUp();
    const batch = [
      record({ id: "a", pod: "api-1" }),
      record({ id: "b", pod: "api-2", count: 3 }),
      record({ id: "c", pod: "api-2", decidedBy: "deny-all" }),
    ];
    expect(await send(batch)).toMatchObject({ accepted: 3, duplicates: 0 });
    const first = pods();
    expect(first).toEqual(["api-1 1", "api-2 4"]);
    expect(await send([...batch, record({ id: "d", pod: "api-1" })])).toMatchObject({ accepted: 1, duplicates: 3 });
    expect(pods()).toEqual(["api-1 2", "api-2 4"]);
    expect(noted()).toMatchObject([{ byIp: 4, late: 0, decidedBy: new Map([["deny-all", 1]]) }]);
  });

  it("does not count events twice that are sent again because the store was away", async () => {
    const { send, pods, setAway } = setUp();
    const batch = [record({ id: "a", pod: "api-1" }), record({ pod: "api-2" })];
    setAway(true);
    await expect(send(batch)).rejects.toMatchObject({ code: "store_unavailable" });
    setAway(false);
    await send(batch);
    expect(pods()).toEqual(["api-1 1", "api-2 1"]);
  });
});

describe("ingest: a backlog", () => {
  it("goes on where it was after the store was away for longer than a backlog may be silent", async () => {
    const { send, setAway, clock, events } = setUp();
    const at = (minutes: number) => record({ time: new Date(T0 - minutes * MINUTE).toISOString() });
    await send([at(50)]);
    setAway(true);
    for (let time = T0; time <= T0 + 5 * MINUTE; time += MINUTE / 2) {
      clock.set(time);
      await expect(send([at(49)])).rejects.toMatchObject({ code: "store_unavailable" });
    }
    expect(events.now()).toBe(T0 - 50 * MINUTE);
    setAway(false);
    await send([at(49)]);
    expect(events.now()).toBe(T0 - 49 * MINUTE);
  });
});
