/**
 * Events and knowledge of pods in any order, with repetitions, two daemons, retries and crashes: in the end every event
 * is counted where it would have been if all had been known at first.
 */
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Series } from "../../../src/domain/series.ts";
import type { Violation } from "../../../src/domain/violation.ts";
import { createTimeline, type Timeline } from "../../../src/identity/timeline.ts";
import { createIdentify } from "../../../src/pipeline/identify.ts";
import { LateEvents } from "../../../src/pipeline/late-events.ts";
import { type Receipt, Recorder } from "../../../src/pipeline/record.ts";
import type { Store } from "../../../src/ports/store.ts";
import { createMemoryStore } from "../../../src/stores/memory/memory-store.ts";
import { redisEnvironment } from "../../contract/redis-environment.ts";
import { ManualClock } from "../../contract/store-environment.ts";
import { moveTo, takeShard } from "../../contract/store-fixtures.ts";
import { RedisServer } from "../../harness/redis-server.ts";
import { API, digest, MINUTE, pod, T0, violation } from "../../unit/identity/timeline-records.ts";

const WIDTH = 10_000;
const SHARDS = 2;
const ALL_SHARDS = [0, 1];
/** All happens within the time for which events of unknown pods are kept. */
const SPAN = 25 * MINUTE;
const PODS = ["a", "a", "b", "b", "c"].map((version, index) =>
  pod(`p${index}`, { ip: `10.0.0.${index}`, hash: `7d9${version}`, digest: digest(version), started: -60, ready: -59 }),
);
/** A pod that nobody ever learns of. */
const STRANGER = PODS.length;

type Which = 0 | 1;
type Action =
  | { readonly kind: "count"; readonly daemon: Which; readonly events: readonly Event[]; readonly place: boolean }
  | { readonly kind: "learn"; readonly daemon: Which; readonly pod: number }
  | { readonly kind: "advance"; readonly by: number }
  | { readonly kind: "place"; readonly daemons: readonly Which[] }
  | { readonly kind: "crash"; readonly daemon: Which };

interface Event {
  readonly pod: number;
  readonly by: "podUid" | "pod" | "podIp";
  readonly policy: number;
  /** In buckets. */
  readonly age: number;
  readonly count: number;
  /** From a small set, so that many repeat; everything else about such an event follows from it. */
  readonly id: number | undefined;
}

const either = fc.constantFrom<Which>(0, 1);
const event: fc.Arbitrary<Event> = fc.record({
  pod: fc.integer({ min: 0, max: STRANGER }),
  by: fc.constantFrom("podUid" as const, "pod" as const, "podIp" as const),
  policy: fc.integer({ min: 0, max: 1 }),
  age: fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 0, max: 2 }) }, fc.integer({ min: 0, max: 40 })),
  count: fc.integer({ min: 1, max: 6 }),
  id: fc.option(fc.integer({ min: 0, max: 7 }), { nil: undefined }),
});
const count = fc.record({
  kind: fc.constant("count" as const),
  daemon: either,
  events: fc.array(event, { minLength: 1, maxLength: 5 }),
  place: fc.boolean(),
});
const learn = fc.record({ kind: fc.constant("learn" as const), daemon: either, pod: fc.integer({ min: 0, max: STRANGER - 1 }) });
const advance = fc.record({ kind: fc.constant("advance" as const), by: fc.integer({ min: 1, max: 30 }) });
const daemons = fc.constantFrom<readonly Which[]>([0], [1], [0, 1]);
const place = fc.record({ kind: fc.constant("place" as const), daemons });
const crash = fc.record({ kind: fc.constant("crash" as const), daemon: either });
const actions: fc.Arbitrary<readonly Action[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: count },
    { weight: 2, arbitrary: learn },
    { weight: 2, arbitrary: advance },
    { weight: 2, arbitrary: place },
    { weight: 1, arbitrary: crash },
  ),
  { minLength: 5, maxLength: 40 },
);

function toViolation(event: Event, now: number): Violation {
  const { id } = event;
  const age = id === undefined ? event.age : (now - T0) / WIDTH - 4 * id;
  const known = id === undefined ? event : { pod: id % (STRANGER + 1), by: "pod" as const, policy: id % 2, count: 1 + (id % 4) };
  return recordOf({ ...known, age, id }, now);
}

function recordOf({ pod: which, by, policy, age, count: number, id }: Event, now: number): Violation {
  const known = PODS[which];
  const names = { podUid: known?.uid ?? "stranger", pod: known?.name ?? "stranger", podIp: known?.ips[0] ?? "10.9.9.9" };
  return violation(0, {
    time: Math.max(T0, now - age * WIDTH),
    policy: `policy-${policy}`,
    workload: known ? API.workload : "Deployment/strange",
    [by]: names[by],
    count: number,
    ...(id === undefined ? {} : { id: `id-${id}` }),
  });
}

/** What a daemon does with records and knowledge. */
class Daemon {
  readonly timeline: Timeline = createTimeline();
  #store: Store;
  #recorder: Recorder;
  #starts = 0;
  readonly #name: string;

  constructor(name: string, store: Store) {
    this.#name = name;
    this.#store = store;
    this.#recorder = this.start(store);
  }

  /** A new process on the store. The timeline is in a log that all of them read. */
  start(store: Store): Recorder {
    const writer = `${this.#name}-${this.#starts++}`;
    const { windows } = store;
    this.#store = store;
    this.#recorder = new Recorder({ windows, clock: new ManualClock(T0), writer, maxPending: 10_000, patience: 0 });
    return this.#recorder;
  }

  count(events: readonly Violation[]): Promise<Receipt> {
    const identify = createIdentify({
      shards: SHARDS,
      width: WIDTH,
      lateness: MINUTE,
      resolve: (one) => this.timeline.identify(one),
      regimesOf: () => [],
    });
    return this.#recorder.record(events.map(identify));
  }

  place(): Promise<number> {
    const placeOf = (mention: Parameters<Timeline["placeOfPod"]>[0]) => this.timeline.placeOfPod(mention);
    return new LateEvents({ windows: this.#store.windows, clock: new ManualClock(T0), placeOf }).place(ALL_SHARDS);
  }
}

/** Two connections to one store, and what is left of it when a process dies. */
interface Stage {
  readonly stores: readonly [Store, Store];
  crash(): Promise<readonly [Store, Store]>;
  close(): Promise<void>;
}

interface Judged {
  /** Events by series, level and bucket. */
  readonly history: ReadonlyMap<string, readonly number[]>;
  /** What detection saw in each bucket, over all versions. */
  readonly seen: ReadonlyMap<string, number>;
  readonly duplicates: readonly (readonly number[])[];
}

async function play(run: readonly Action[], stage: Stage, knownFirst: boolean): Promise<Judged> {
  let [one, two] = stage.stores;
  const both = [new Daemon("one", one), new Daemon("two", two)] as const;
  const learnAll = () => {
    for (const { timeline } of both) for (const record of PODS) timeline.apply(record);
  };
  if (knownFirst) learnAll();
  const tokens = await Promise.all(ALL_SHARDS.map((shard) => takeShard(one, shard)));
  const advanceTo = async (position: number) => {
    for (const shard of ALL_SHARDS) expect(await moveTo(one, shard, position, tokens[shard] ?? 0)).toBe(true);
  };
  const duplicates: (readonly number[])[] = [];
  let now = T0;
  for (const action of run) {
    if (action.kind === "count") {
      const receipt = await both[action.daemon].count(action.events.map((each) => toViolation(each, now)));
      duplicates.push([...receipt.duplicates].sort((a, b) => a - b));
      if (action.place) await both[action.daemon].place();
    } else if (action.kind === "learn") {
      const record = PODS[action.pod];
      if (record) both[action.daemon].timeline.apply(record);
    } else if (action.kind === "advance") {
      now = Math.min(now + action.by * WIDTH, T0 + SPAN - WIDTH);
      await advanceTo(now);
    } else if (action.kind === "place") {
      await Promise.all(action.daemons.map((which) => both[which].place()));
    } else {
      [one, two] = await stage.crash();
      both[0].start(one);
      both[1].start(two);
    }
    if (action.kind === "place" || action.kind === "advance") await hasNoNonsense(one);
  }
  learnAll();
  await Promise.all(both.map((daemon) => daemon.place()));
  expect((await one.windows.readUnplaced(ALL_SHARDS)).flat().every(({ pod: mention }) => /stranger|10\.9/.test(mention))).toBe(
    true,
  );
  const seen = await hasNoNonsense(one);
  const history = new Map<string, readonly number[]>();
  const read = async (step: number) => {
    const series = await two.windows.findSeries({}, 100);
    const rows = await two.windows.readCounts(series, T0, T0 + 60 * MINUTE, step);
    series.forEach(({ policy, workload, digest: version }, index) => {
      const row = [...(rows[index] ?? [])];
      expect(Math.min(...row)).toBeGreaterThanOrEqual(0);
      if (row.some((value) => value > 0)) history.set(`${policy} ${workload} ${version} ${step}`, row);
    });
  };
  await read(WIDTH);
  await advanceTo(T0 + 240 * MINUTE);
  await read(5 * MINUTE);
  await advanceTo(T0 + 3_600 * MINUTE);
  await read(60 * MINUTE);
  return { history, seen, duplicates };
}

/** Counts of detection are never negative, nor smaller than their companion. Sums over versions, by bucket. */
async function hasNoNonsense({ windows }: Store): Promise<ReadonlyMap<string, number>> {
  const sums = new Map<string, number>();
  const series = new Map<string, Series>((await windows.findSeries({}, 100)).map((each) => [each.id, each]));
  for (const buckets of await windows.readBuckets(ALL_SHARDS, T0 - 60 * MINUTE, T0 + 60 * MINUTE)) {
    for (const [at, counts] of buckets) {
      for (const { seriesId, count: number, clipped } of counts) {
        expect(clipped).toBeGreaterThanOrEqual(0);
        expect(number).toBeGreaterThanOrEqual(clipped);
        const { policy, workload } = series.get(seriesId) ?? { policy: "?", workload: "?" };
        const name = `${policy} ${workload} ${at}`;
        if (number > 0) sums.set(name, number + (sums.get(name) ?? 0));
      }
    }
  }
  return sums;
}

function inMemory(): Stage {
  const store = createMemoryStore({ shards: SHARDS, clock: new ManualClock(T0) });
  return { stores: [store, store], crash: async () => [store, store], close: () => store.close() };
}

/** A crash leaves the journal that is on disk, every other time after an orderly end, which leaves a snapshot. */
async function onDisk(): Promise<Stage> {
  const root = await mkdtemp(join(tmpdir(), "tenfold-late-"));
  const opened: Store[] = [];
  const folder = () => join(root, String(opened.length));
  const open = (directory: string) => {
    const store = createMemoryStore({ shards: SHARDS, clock: new ManualClock(T0), directory });
    opened.push(store);
    return store;
  };
  let store = open(folder());
  let from = join(root, "0");
  return {
    stores: [store, store],
    crash: async () => {
      if (opened.length % 2 === 0) await store.close();
      const to = folder();
      await cp(from, to, { recursive: true });
      from = to;
      store = open(to);
      return [store, store];
    },
    close: async () => {
      for (const each of opened) await each.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

describe.each([
  ["memory", async () => ({ stage: async () => inMemory(), stop: async () => undefined }), 150],
  ["a directory", async () => ({ stage: onDisk, stop: async () => undefined }), 20],
  [
    "redis",
    async () => {
      const server = await RedisServer.start();
      const environment = redisEnvironment("redis", server.url, () => server.stop());
      const stage = async (): Promise<Stage> => {
        const { store, second, close } = await environment.fresh({ shards: SHARDS });
        return { stores: [store, await second()], crash: async () => [await second(), await second()], close };
      };
      return { stage, stop: environment.stop };
    },
    25,
  ],
] as const)("late knowledge on %s", (_, start, numRuns) => {
  let environment: { readonly stage: () => Promise<Stage>; readonly stop: () => Promise<void> };
  beforeAll(async () => {
    environment = await start();
  });
  afterAll(() => environment?.stop());

  it("leaves every event where it had been counted with all knowledge first, and no total changed", async () => {
    await fc.assert(
      fc.asyncProperty(actions, async (run) => {
        const stage = await environment.stage();
        const plain = inMemory();
        try {
          const late = await play(run, stage, false);
          const first = await play(run, plain, true);
          expect(late).toEqual(first);
        } finally {
          await stage.close();
          await plain.close();
        }
      }),
      { numRuns, seed: 20261125 },
    );
  });
});
