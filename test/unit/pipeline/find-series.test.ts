import { describe, expect, it } from "vitest";
import { ReplayClock } from "../../../src/app/replay-clock.ts";
import { shardOf } from "../../../src/domain/ids.ts";
import type { Series } from "../../../src/domain/series.ts";
import { findByPrefix } from "../../../src/pipeline/find-series.ts";
import { createMemoryStore } from "../../../src/stores/memory/memory-store.ts";

const NOW = Date.parse("2026-03-02T08:00:00Z");

function series(id: string): Series {
  const digest = `sha256:${"a".repeat(64)}`;
  const of = { level: "leaf", cluster: "prod", policy: "p", engine: "native", namespace: "n", workload: "Deployment/w" } as const;
  return { id, ...of, digest, regimes: [], quality: "exact", lateness: 60_000 };
}

async function storeWith(...ids: readonly string[]) {
  const { windows } = createMemoryStore({ clock: new ReplayClock(NOW) });
  const shard = shardOf("prod", "n", "Deployment/w", windows.shards);
  const counts = { bucket: NOW, count: 1, slots: [[0, 1]] as const, identified: [] };
  const increments = ids.map((id) => ({ series: series(id), ...counts }));
  await windows.record([{ shard, writer: "test", sequence: 1, increments }]);
  return windows;
}

describe("a series named by a person", () => {
  it("is found by its id, even when another id goes on where it ends", async () => {
    expect((await findByPrefix(await storeWith("abc", "abcd"), "abc"))?.id).toBe("abc");
  });

  it("is found by the beginning of its id when no other begins so", async () => {
    expect((await findByPrefix(await storeWith("abc", "xyz"), "x"))?.id).toBe("xyz");
    expect(await findByPrefix(await storeWith("abc", "xyz"), "q")).toBeUndefined();
  });

  it("is refused when several begin so, with their ids", async () => {
    const windows = await storeWith("abc", "abd");
    await expect(findByPrefix(windows, "ab")).rejects.toMatchObject({
      code: "invalid_request",
      message: 'series: 2 series begin with "ab": abc, abd; write more of the id',
    });
  });
});
