/** What a restart of the embedded store leaves. The folder is copied while the store is open: what kill -9 would leave. */
import { appendFile, cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Store } from "../../src/ports/store.ts";
import { createMemoryStore } from "../../src/stores/memory/memory-store.ts";
import { ManualClock } from "../contract/store-environment.ts";
import {
  counts,
  detection,
  event,
  increment,
  moveTo,
  series,
  shardOfSeries,
  T0,
  takeShard,
  WIDTH,
  Writer,
} from "../contract/store-fixtures.ts";

const MINUTE = 60_000;

describe("embedded store with a directory", () => {
  let root: string;
  let folder: string;
  const opened: Store[] = [];

  const openAt = (directory: string, journalSize = 1_000_000) => {
    const store = createMemoryStore({ shards: 4, clock: new ManualClock(T0), directory, journalSize });
    opened.push(store);
    return store;
  };
  const afterCrash = async () => {
    const copy = join(root, `crash-${opened.length}`);
    await cp(folder, copy, { recursive: true });
    return copy;
  };
  const journals = async (directory: string) => (await readdir(directory)).filter((name) => name.startsWith("journal-")).sort();

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "tenfold-restart-"));
    folder = join(root, "store");
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    await rm(root, { recursive: true, force: true });
  });

  it.each([
    ["journals alone", 1_000_000],
    ["a snapshot after every few writes", 2_000],
  ])("a crash loses nothing acknowledged: %s", async (_, journalSize) => {
    const a = series();
    const store = openAt(folder, journalSize);
    const shard = shardOfSeries(store, a);
    const token = await takeShard(store, shard);
    const writer = new Writer("w");
    for (let step = 0; step < 60; step++) {
      const late = step > 30 ? [increment(a, T0 + (step - 30) * WIDTH, 1)] : [];
      await writer.flush(store, [
        increment(a, T0 + step * WIDTH, 2, { identified: [event(`e${step}`, T0 + step * WIDTH)] }),
        ...late,
      ]);
      await moveTo(store, shard, T0 + step * WIDTH, token);
    }
    const states = new Map([[a.id, "state"]]);
    await store.windows.commit([{ shard, token, position: T0 + 600_000, states, anomalies: new Map([[a.id, "open"]]) }]);
    await store.windows.addSamples(shard, new Map([[a.id, ["sample"]]]));
    await store.alerts.writeValue("name", "value");
    await store.timeline.append([{ type: "alias", digests: ["sha256:1"], observedAt: T0 }]);

    const reopened = openAt(await afterCrash());
    expect(await detection(reopened, a)).toEqual(await detection(store, a));
    // 60 steps of 2 counted and 1 identified event, and 29 late ones.
    expect(await counts(reopened, a, T0, T0 + 3_600_000, 3_600_000)).toEqual([209]);
    expect(await reopened.windows.positions([shard])).toEqual([T0 + 600_000]);
    expect(await reopened.windows.readStates(shard, [a.id])).toEqual(states);
    expect(await reopened.windows.readSamples(shard, a.id)).toEqual(["sample"]);
    expect(await reopened.windows.findSeries({}, 9)).toEqual([a]);
    expect(await reopened.alerts.readValue("name")).toBe("value");
    expect((await reopened.timeline.read(undefined, 9)).records).toHaveLength(1);
    // Ids, sequences and tokens go on where they were.
    const repeated = increment(a, T0 + 59 * WIDTH, 0, { identified: [event("e59", T0 + 59 * WIDTH)] });
    expect((await new Writer("other").flush(reopened, [repeated])).duplicates).toEqual([[0]]);
    await writer.flush(reopened, [increment(a, T0, 100)], 60);
    expect(await counts(reopened, a, T0, T0 + 3_600_000, 3_600_000)).toEqual([209]);
    expect(await takeShard(reopened, shard, "next")).toBe(token + 1);
  });

  it("a write cut short is dropped, what came before it stays", async () => {
    const a = series();
    const store = openAt(folder);
    await new Writer("w").flush(store, [increment(a, T0, 3)]);
    const copy = await afterCrash();
    const [journal = ""] = (await journals(copy)).slice(-1);
    await appendFile(join(copy, journal), '1234abcd {"op":"record","flu');
    expect((await detection(openAt(copy), a)).get(0)?.[0]).toBe(3);
  });

  it("an operation cut short anywhere is dropped whole", async () => {
    const a = series();
    const store = openAt(folder);
    const writer = new Writer("w");
    await writer.flush(store, [increment(a, T0, 3)]);
    const before = await afterCrash();
    await writer.flush(store, [increment(a, T0, 4)]);
    const [journal = ""] = (await journals(folder)).slice(-1);
    const whole = (await readFile(join(folder, journal))).length;
    const start = (await readFile(join(before, journal))).length;
    for (const length of [start + 1, start + 12, whole - 1]) {
      const copy = await afterCrash();
      await truncate(join(copy, journal), length);
      expect((await detection(openAt(copy), a)).get(0)?.[0]).toBe(3);
    }
  });

  it("damage in the middle is refused, because acknowledged counts would be missing", async () => {
    const store = openAt(folder);
    const writer = new Writer("w");
    for (let i = 0; i < 3; i++) await writer.flush(store, [increment(series(), T0, 1)]);
    const copy = await afterCrash();
    const [journal = ""] = (await journals(copy)).slice(-1);
    const path = join(copy, journal);
    const bytes = await readFile(path);
    bytes[Math.floor(bytes.length / 2)] = 0;
    await writeFile(path, bytes);
    expect(() => openAt(copy)).toThrow(/damaged at line/);
  });

  it("shards and width stay what they were at the first start", async () => {
    const first = createMemoryStore({ shards: 4, width: 10_000, clock: new ManualClock(T0), directory: folder });
    await first.close();
    const again = createMemoryStore({ shards: 16, width: MINUTE, clock: new ManualClock(T0), directory: folder });
    expect([again.windows.shards, again.windows.width]).toEqual([4, 10_000]);
    await again.close();
  });

  it("a folder in use by another process is refused", async () => {
    await openAt(folder).close();
    // The parent of this process is certainly alive and not this process.
    await writeFile(join(folder, "lock"), String(process.ppid));
    expect(() => openAt(folder)).toThrow(/in use by process/);
    await writeFile(join(folder, "lock"), "999999999");
    await openAt(folder).ping();
  });
});
