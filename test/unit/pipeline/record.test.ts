import { describe, expect, it } from "vitest";
import { ReplayClock } from "../../../src/app/replay-clock.ts";
import { TenfoldError } from "../../../src/domain/errors.ts";
import type { Violation } from "../../../src/domain/violation.ts";
import { createIdentify, type IdentifiedViolation } from "../../../src/pipeline/identify.ts";
import { Recorder } from "../../../src/pipeline/record.ts";
import type { WindowStore } from "../../../src/ports/windows.ts";
import { createMemoryStore } from "../../../src/stores/memory/memory-store.ts";

const T0 = Date.parse("2026-11-23T12:00:00Z");

function violation(over: Partial<Violation>): Violation {
  return {
    time: T0,
    receivedAt: T0,
    policy: "pci-egress",
    engine: "native",
    regimes: [],
    action: "deny",
    cluster: "c",
    namespace: "pay",
    workload: "Deployment/api",
    count: 1,
    labels: {},
    quality: "exact",
    ...over,
  };
}

function setUp(options: { seriesLimit?: number; maxPending?: number } = {}) {
  const clock = new ReplayClock(T0);
  const { windows } = createMemoryStore({ clock, ...(options.seriesLimit ? { seriesLimit: options.seriesLimit } : {}) });
  const identify = createIdentify({
    shards: windows.shards,
    width: windows.width,
    lateness: 60_000,
    resolve: (one) => ({ workload: one.workload, digest: one.digest, rule: "record", quality: "exact" }),
    regimesOf: () => [],
  });
  const recorder = (store: WindowStore) =>
    new Recorder({ windows: store, clock, writer: "w", maxPending: options.maxPending ?? 1_000, patience: 0 });
  return { windows, identify: (over: Partial<Violation>) => identify(violation(over)), recorder };
}

async function total(windows: WindowStore, item: IdentifiedViolation): Promise<number> {
  const [counts] = await windows.readCounts([item.series], T0 - 60_000, T0 + 60_000, 10_000);
  return Array.from(counts ?? []).reduce((sum, count) => sum + count, 0);
}

describe("recorder", () => {
  it("counts requests made at once in one flush, and tells each of its own duplicates", async () => {
    const { windows, identify, recorder } = setUp();
    const one = recorder(windows);
    const item = identify({ id: "a" });
    const receipts = await Promise.all([
      one.record([item, identify({ count: 5 })]),
      one.record([identify({ id: "a" }), identify({ id: "b" })]),
    ]);
    expect(receipts.map((receipt) => receipt.duplicates)).toEqual([[], [0]]);
    expect(await total(windows, item)).toBe(7);
    expect(one.pending).toBe(0);
  });

  it("names the records of series beyond the limit, and counts their neighbours", async () => {
    const { windows, identify, recorder } = setUp({ seriesLimit: 1 });
    const first = identify({});
    const receipt = await recorder(windows).record([first, identify({ policy: "other" }), identify({})]);
    expect(receipt.refused).toEqual([1]);
    expect(await total(windows, first)).toBe(2);
  });

  it("tells its callers when the store is away, and goes on when it is back", async () => {
    const { windows, identify, recorder } = setUp();
    let away = true;
    const store: WindowStore = Object.create(windows, {
      shards: { value: windows.shards },
      width: { value: windows.width },
      record: {
        value: (flushes: Parameters<WindowStore["record"]>[0]) =>
          away ? Promise.reject(new TenfoldError("store_unavailable", "away")) : windows.record(flushes),
      },
    });
    const one = recorder(store);
    await expect(one.record([identify({ id: "a" })])).rejects.toMatchObject({ code: "store_unavailable", retryAfter: 5 });
    away = false;
    const item = identify({ id: "a" });
    expect((await one.record([item])).duplicates).toEqual([]);
    expect(await total(windows, item)).toBe(1);
  });

  it("refuses more than may wait", async () => {
    const { windows, identify, recorder } = setUp({ maxPending: 2 });
    const one = recorder(windows);
    const first = one.record([identify({}), identify({})]);
    await expect(one.record([identify({})])).rejects.toMatchObject({ code: "overloaded" });
    await first;
    expect((await one.record([identify({})])).duplicates).toEqual([]);
  });
});
