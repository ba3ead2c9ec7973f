import { expect } from "vitest";
import type { Alert, Transition } from "../../src/domain/alert.ts";
import type { TimelineRecord } from "../../src/domain/observation.ts";
import type { AlertCommit, AlertRecord, OutboxEntry } from "../../src/ports/alert-store.ts";
import { COORDINATOR_LEASE } from "../../src/ports/leases.ts";
import type { Store } from "../../src/ports/store.ts";
import type { Promised } from "./store-contract.ts";
import { HOUR, T0 } from "./store-fixtures.ts";

export const ALERT_CONTRACT: readonly Promised[] = [
  {
    name: "alerts are written whole, listed newest first and page by page",
    holds: async ({ store, second }) => {
      const token = await coordinate(store);
      const records = ["01A", "01B", "01C"].map((id) => record(id, "firing"));
      expect(await store.alerts.commitAlerts(step(token, { alerts: records }))).toBe(true);
      const other = await second();
      expect(await other.alerts.getAlert("01B")).toEqual(records[1]);
      expect(await other.alerts.getAlert("01X")).toBeUndefined();
      const ids = async (options: Parameters<typeof other.alerts.listAlerts>[0]) =>
        (await other.alerts.listAlerts(options)).map(({ alert }) => alert.id);
      expect(await ids({ includeResolved: false, limit: 2 })).toEqual(["01C", "01B"]);
      expect(await ids({ includeResolved: false, limit: 2, before: "01B" })).toEqual(["01A"]);
      await store.alerts.commitAlerts(step(token, { alerts: [record("01B", "resolved")] }));
      expect(await ids({ includeResolved: false, limit: 9 })).toEqual(["01C", "01A"]);
      expect(await ids({ includeResolved: true, limit: 9 })).toEqual(["01C", "01B", "01A"]);
    },
  },
  {
    name: "a coordinator that lost its lease changes nothing",
    holds: async ({ store, second, pass }) => {
      const [old] = await store.leases.acquire([COORDINATOR_LEASE], "one", 50);
      await pass(100);
      const other = await second();
      await coordinate(other, "two");
      const stale = step(old?.token ?? 0, { alerts: [record("01A", "firing")], outbox: [entry("m1", "t", "k", 1)] });
      expect(await store.alerts.commitAlerts(stale)).toBe(false);
      expect(await store.alerts.commitAlerts(step(0, { alerts: [record("01A", "firing")] }))).toBe(false);
      expect(await other.alerts.getAlert("01A")).toBeUndefined();
      expect(await other.alerts.claim("d", T0 + HOUR, 10, 1000)).toEqual([]);
    },
  },
  {
    name: "a request is left once, whichever daemon hears of it, and listed until it is ended",
    holds: async ({ store, second }) => {
      const other = await second();
      const [one, two, three] = [10, 20, 30].map((ms) => ({ id: `click-${ms}`, at: T0 + ms, payload: JSON.stringify({ ms }) }));
      if (!one || !two || !three) throw new Error("three requests");
      expect(await store.alerts.leaveRequest(two)).toBe(true);
      expect(await other.alerts.leaveRequest(one)).toBe(true);
      const races = await Promise.all([store, other, store, other].map(({ alerts }) => alerts.leaveRequest(three)));
      expect(races.filter((won) => won)).toHaveLength(1);
      expect(await other.alerts.listRequests(2)).toEqual([one, two]);
      await other.alerts.endRequest(one.id);
      await other.alerts.endRequest("unknown");
      expect(await store.alerts.listRequests(10)).toEqual([two, three]);
      // Ended, and still remembered.
      expect(await store.alerts.leaveRequest({ ...one, at: T0 + HOUR })).toBe(false);
      expect(await store.alerts.leaveRequest({ ...one, at: T0 + 25 * HOUR })).toBe(false);
      expect(await store.alerts.leaveRequest({ ...two, id: "later", at: T0 + 25 * HOUR })).toBe(true);
      expect(await store.alerts.leaveRequest({ ...one, at: T0 + 25 * HOUR })).toBe(true);
    },
  },
  {
    name: "transitions are read after a cursor, oldest first",
    holds: async ({ store }) => {
      const token = await coordinate(store);
      const made = [1, 2, 3].map((n) => transition(`reason-${n}`));
      await store.alerts.commitAlerts(step(token, { transitions: made.slice(0, 2) }));
      const first = await store.alerts.readTransitions(undefined, 1);
      expect(first.transitions).toEqual([made[0]]);
      await store.alerts.commitAlerts(step(token, { transitions: made.slice(2) }));
      const rest = await store.alerts.readTransitions(first.cursor, 10);
      expect(rest.transitions).toEqual(made.slice(1));
      expect(await store.alerts.readTransitions(rest.cursor, 10)).toEqual({ transitions: [], cursor: rest.cursor });
    },
  },
  {
    name: "messages of one key follow each other, other targets and keys do not wait",
    holds: async ({ store }) => {
      await owe(store, [
        entry("a1", "slack", "x", 1),
        entry("a2", "slack", "x", 2),
        entry("b1", "mail", "x", 1),
        entry("c1", "slack", "y", 1),
      ]);
      expect(await claimed(store, T0)).toEqual(["a1", "b1", "c1"]);
      expect(await claimed(store, T0)).toEqual([]);
      await store.alerts.settle("a1", { at: T0, ok: true, reference: "ts-1" }, "delivered");
      expect(await claimed(store, T0)).toEqual(["a2"]);
      await store.alerts.settle("b1", { at: T0, ok: false, reason: "gone" }, "dead");
      const states = (await store.alerts.listOutbox({ limit: 10 })).map(({ id, state, attempts }) => [
        id,
        state,
        attempts.length,
      ]);
      expect(states).toEqual([
        ["a1", "delivered", 1],
        ["a2", "pending", 0],
        ["b1", "dead", 1],
        ["c1", "pending", 0],
      ]);
      expect((await store.alerts.listOutbox({ state: "dead", limit: 10 })).map(({ id }) => id)).toEqual(["b1"]);
    },
  },
  {
    name: "a failed attempt is noted and tried again at its time, before what follows it",
    holds: async ({ store }) => {
      await owe(store, [entry("a1", "slack", "x", 1), entry("a2", "slack", "x", 2)]);
      await claimed(store, T0);
      await store.alerts.settle("a1", { at: T0, ok: false, reason: "timeout", detail: "no answer" }, T0 + 5_000);
      expect(await claimed(store, T0 + 4_999)).toEqual([]);
      const [again] = await store.alerts.claim("d", T0 + 5_000, 10, 60_000);
      expect(again?.id).toBe("a1");
      expect(again?.attempts).toEqual([{ at: T0, ok: false, reason: "timeout", detail: "no answer" }]);
      expect(again?.payload).toBe('{"of":"a1"}');
    },
  },
  {
    name: "what a crashed deliverer claimed is due again when its time is over",
    holds: async ({ store, second }) => {
      await owe(store, [entry("a1", "slack", "x", 1)]);
      expect(await claimed(store, T0, 60_000)).toEqual(["a1"]);
      const other = await second();
      expect(await claimed(other, T0 + 60_000, 60_000)).toEqual(["a1"]);
    },
  },
  {
    name: "what a daemon that is gone had claimed is due at once, and only that",
    holds: async ({ store, second }) => {
      await owe(store, [entry("a1", "slack", "x", 1), entry("a2", "slack", "x", 2), entry("b1", "mail", "x", 1)]);
      expect((await store.alerts.claim("gone", T0, 1, HOUR)).map(({ id }) => id)).toEqual(["a1"]);
      expect((await store.alerts.claim("alive", T0, 9, HOUR)).map(({ id }) => id)).toEqual(["b1"]);
      const other = await second();
      expect(await other.alerts.freeClaims(["gone", "alive"])).toBe(0);
      expect(await other.alerts.freeClaims(["alive", "new"])).toBe(1);
      expect(await other.alerts.freeClaims(["alive", "new"])).toBe(0);
      expect(await claimed(other, T0)).toEqual(["a1"]);
      // Noted by the one that was thought dead: it had been sent after all.
      await store.alerts.settle("a1", { at: T0, ok: true }, "delivered");
      expect(await other.alerts.freeClaims(["alive"])).toBe(0);
      await store.alerts.settle("b1", { at: T0, ok: false, reason: "timeout" }, T0 + 5_000);
      expect(await other.alerts.freeClaims([])).toBe(0);
      expect(await claimed(store, T0 + 4_999)).toEqual(["a2"]);
      expect(await claimed(store, T0 + 5_000)).toEqual(["b1"]);
    },
  },
  {
    name: "a message owed twice is delivered once",
    holds: async ({ store }) => {
      await owe(store, [entry("a1", "slack", "x", 1)]);
      await owe(store, [entry("a1", "slack", "x", 1)]);
      expect(await claimed(store, T0)).toEqual(["a1"]);
      await store.alerts.settle("a1", { at: T0, ok: true }, "delivered");
      await owe(store, [entry("a1", "slack", "x", 1)]);
      expect(await claimed(store, T0 + HOUR)).toEqual([]);
    },
  },
  {
    name: "a dead message that is asked for again is due in its place, under its id, with its attempts",
    holds: async ({ store, second }) => {
      await owe(store, [entry("a1", "slack", "x", 1), entry("a2", "slack", "x", 2), entry("b1", "mail", "x", 1)]);
      await claimed(store, T0);
      await store.alerts.settle("a1", { at: T0, ok: false, reason: "gone" }, "dead");
      await store.alerts.settle("b1", { at: T0, ok: true }, "delivered");
      const other = await second();
      expect(await other.alerts.revive("b1", T0 + HOUR)).toBe(false);
      expect(await other.alerts.revive("a2", T0 + HOUR)).toBe(false);
      expect(await other.alerts.revive("unknown", T0 + HOUR)).toBe(false);
      expect(await other.alerts.revive("a1", T0 + HOUR)).toBe(true);
      expect(await other.alerts.revive("a1", T0 + HOUR)).toBe(false);
      expect(await claimed(store, T0 + HOUR - 1)).toEqual([]);
      const [again] = await store.alerts.claim("d", T0 + HOUR, 10, HOUR);
      expect(again).toMatchObject({ id: "a1", attempts: [{ at: T0, ok: false, reason: "gone" }] });
      await store.alerts.settle("a1", { at: T0 + HOUR, ok: true }, "delivered");
      expect(await claimed(store, T0 + HOUR)).toEqual(["a2"]);
      const [first] = await store.alerts.listOutbox({ state: "delivered", limit: 1 });
      expect(first).toMatchObject({ id: "a1", attempts: [{ ok: false }, { ok: true }] });
    },
  },
  {
    name: "what is owed is counted, with when the oldest of it was written",
    holds: async ({ store, second }) => {
      const other = await second();
      expect(await other.alerts.measureOutbox()).toEqual({ pending: 0, oldest: undefined });
      const written = ["a1", "a2", "b1"].map((id, index) => ({
        ...entry(id, "slack", id.slice(0, 1), index),
        createdAt: T0 + index,
      }));
      await owe(store, written);
      await owe(store, written.slice(0, 1));
      expect(await other.alerts.measureOutbox()).toEqual({ pending: 3, oldest: T0 });
      await claimed(store, T0 + HOUR);
      await store.alerts.settle("b1", { at: T0, ok: false, reason: "timeout" }, T0 + HOUR);
      expect(await other.alerts.measureOutbox()).toEqual({ pending: 3, oldest: T0 });
      await store.alerts.settle("a1", { at: T0, ok: false, reason: "gone" }, "dead");
      await store.alerts.settle("b1", { at: T0, ok: true }, "delivered");
      expect(await other.alerts.measureOutbox()).toEqual({ pending: 1, oldest: T0 + 1 });
      await store.alerts.revive("a1", T0 + HOUR);
      expect(await other.alerts.measureOutbox()).toEqual({ pending: 2, oldest: T0 });
    },
  },
  {
    name: "the timeline is one log for all, read after a cursor",
    holds: async ({ store, second }) => {
      const other = await second();
      const made = [1, 2, 3].map(
        (n): TimelineRecord => ({ type: "alias", digests: [`sha256:${String(n).repeat(64)}`], observedAt: T0 + n }),
      );
      expect(await store.timeline.read(undefined, 10)).toEqual({ records: [], cursor: undefined });
      await store.timeline.append(made.slice(0, 2));
      const first = await other.timeline.read(undefined, 1);
      expect(first.records).toEqual([made[0]]);
      await other.timeline.append(made.slice(2));
      const rest = await store.timeline.read(first.cursor, 10);
      expect(rest.records).toEqual(made.slice(1));
      expect(await store.timeline.read(rest.cursor, 10)).toEqual({ records: [], cursor: rest.cursor });
    },
  },
  {
    name: "named values last as long as they were asked to",
    holds: async ({ store, second, pass }) => {
      await store.alerts.writeValue("slack:1", "ts", HOUR);
      await store.alerts.writeValue("slack:1", "ts2");
      await store.alerts.writeValue("short", "x", 50);
      const other = await second();
      expect(await other.alerts.readValue("slack:1")).toBe("ts2");
      await pass(100);
      expect(await other.alerts.readValue("short")).toBeUndefined();
      expect(await other.alerts.readValue("slack:1")).toBe("ts2");
    },
  },
];

async function coordinate(store: Store, owner = "one"): Promise<number> {
  const [lease] = await store.leases.acquire([COORDINATOR_LEASE], owner, HOUR);
  if (!lease) throw new Error("the lease is held by another");
  return lease.token;
}

function step(token: number, over: Partial<AlertCommit>): AlertCommit {
  return { token, alerts: [], transitions: [], outbox: [], ...over };
}

async function owe(store: Store, outbox: readonly OutboxEntry[]): Promise<void> {
  expect(await store.alerts.commitAlerts(step(await coordinate(store), { outbox }))).toBe(true);
}

async function claimed(store: Store, now: number, visibility = HOUR): Promise<string[]> {
  return (await store.alerts.claim("deliverer", now, 10, visibility)).map(({ id }) => id).sort();
}

function entry(id: string, target: string, key: string, sequence: number): OutboxEntry {
  return { id, target, key, sequence, createdAt: T0, payload: JSON.stringify({ of: id }), context: "{}" };
}

function record(id: string, state: Alert["state"]): AlertRecord {
  return { alert: alert(id, state), internal: '{"gates":[]}' };
}

function transition(reason: string): Transition {
  return { type: "alert.fired", timestamp: new Date(T0).toISOString(), reason, data: alert("01A", "firing") };
}

function alert(id: string, state: Alert["state"]): Alert {
  const time = new Date(T0).toISOString();
  return {
    id,
    fingerprint: "f".repeat(64),
    state,
    severity: "critical",
    version: 1,
    title: "a title",
    cluster: "prod",
    regimes: [],
    onsetAt: time,
    firedAt: time,
    updatedAt: time,
    resolvedAt: state === "resolved" ? time : null,
    series: [],
    cause: {
      verdict: "unexplained",
      tier: "unexplained",
      probability: 0,
      unexplained: 1,
      revision: 1,
      asOf: time,
      rollbackTarget: null,
      dataQuality: { shareWithDigest: 1, shareByIp: 0, lateShare: 0 },
      suspects: [],
    },
    samples: [],
    links: { self: "" },
  };
}
