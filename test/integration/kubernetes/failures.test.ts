import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TenfoldError } from "../../../src/domain/errors.ts";
import { WATCHED_RESOURCES } from "../../../src/sources/kubernetes-watch/resources.ts";
import { podFixture } from "../../harness/kubernetes-fixtures.ts";
import { KubernetesServer } from "../../harness/kubernetes-server.ts";
import { PATIENCE, WatchedCluster } from "./watched-cluster.ts";

let server: KubernetesServer;
let cluster: WatchedCluster;

beforeEach(async () => {
  server = await KubernetesServer.start();
  cluster = new WatchedCluster(server);
});

afterEach(async () => {
  await cluster.end();
  await server.close();
});

const podRequests = () => server.requests.filter(({ resource }) => resource === "pods");

describe("a watch that breaks", () => {
  it("goes on where it was when the connection is cut", async () => {
    server.apply("pods", podFixture(1));
    cluster.begin();
    await cluster.standing();
    server.apply("pods", podFixture(2));
    await cluster.settled();
    server.cutWatches();
    // Happens while nobody watches.
    server.apply("pods", podFixture(3));
    server.remove("pods", podFixture(1));
    await cluster.standing();
    await cluster.settled();
    expect(cluster.repetitions).toBe(0);
    expect(cluster.lists("pods")).toEqual(["start"]);
    expect(cluster.failures()).toContain("dropped");
  });

  it("does not take half an event for a whole one", async () => {
    cluster.begin();
    await cluster.standing();
    const text = JSON.stringify({ type: "ADDED", object: podFixture(1) });
    server.write("pods", text.slice(0, text.length / 2));
    server.endWatches();
    server.apply("pods", podFixture(1));
    await cluster.settled();
    expect(cluster.repetitions).toBe(0);
  });

  it("goes on at once when the server ends it in order", async () => {
    cluster.begin();
    await cluster.standing();
    server.apply("pods", podFixture(1));
    await cluster.settled();
    const before = podRequests().length;
    server.endWatches();
    server.apply("pods", podFixture(2));
    await cluster.standing();
    await cluster.settled();
    expect(
      podRequests()
        .slice(before)
        .every(({ query }) => query.watch === "true"),
    ).toBe(true);
    expect(cluster.repetitions).toBe(0);
  });

  it("goes on from a bookmark, which no compaction before it can expire", async () => {
    server.apply("pods", podFixture(1));
    cluster.begin();
    await cluster.standing();
    for (let number = 2; number < 10; number++) server.apply("pods", podFixture(number));
    await cluster.settled();
    server.compact();
    server.bookmark();
    await vi.waitFor(() => expect(cluster.watch.status().every(({ lag }) => lag === 0)).toBe(true), PATIENCE);
    // The bookmark has been read when what was written after it has.
    server.apply("pods", podFixture(10));
    await cluster.settled();
    server.endWatches();
    await cluster.standing();
    server.apply("pods", podFixture(11));
    await cluster.settled();
    expect(cluster.lists("pods")).toEqual(["start"]);
    expect(cluster.repetitions).toBe(0);
  });

  it.each(["event", "status"] as const)(
    "lists anew when its position is forgotten, told by %s, and misses nothing",
    async (by) => {
      server.expiresBy = by;
      for (let number = 0; number < 1100; number++) server.apply("pods", podFixture(number));
      cluster.begin();
      await cluster.standing();
      server.cutWatches();
      for (let number = 0; number < 300; number++) server.remove("pods", podFixture(number));
      for (let number = 2000; number < 2200; number++) server.apply("pods", podFixture(number));
      server.compact();
      await cluster.settled();
      await cluster.standing();
      expect(cluster.failures()).toContain("expired");
      expect(cluster.lists("pods")).toEqual(["start", "expired"]);
      expect(cluster.repetitions).toBe(0);
      // 1100 at first, then 200 new ones and the ends of 300: nothing is told again.
      expect(cluster.pods).toHaveLength(1100 + 200 + 300);
    },
  );

  it("begins a list again when its moment is forgotten between two pages", async () => {
    for (let number = 0; number < 1100; number++) server.apply("pods", podFixture(number));
    let pages = 0;
    cluster.begin(async (records) => {
      if (records.length === 100 && ++pages === 1) server.expirePages();
    });
    await cluster.standing();
    expect(cluster.living).toEqual(cluster.existing);
    expect(cluster.failures()).toContain("expired");
    expect(cluster.repetitions).toBe(0);
  });

  it("waits longer and longer while the server is away, and comes back", async () => {
    for (let time = 0; time < 6; time++) server.answer("pods", { status: 503 });
    server.apply("pods", podFixture(1));
    cluster.begin();
    await cluster.standing();
    expect(cluster.living).toHaveLength(1);
    expect(cluster.failures().filter((reason) => reason === "unavailable")).toHaveLength(6);
    // 0.5 s x 2^n, three quarters of it at random = 0.5.
    expect(cluster.pauses).toEqual([375, 750, 1500, 3000, 6000, 12_000]);
    server.bookmark();
    await vi.waitFor(
      () => expect(cluster.events.filter(({ type }) => type === "recovered")).toMatchObject([{ failures: 6 }]),
      PATIENCE,
    );
  });

  it("gives up on a server that says nothing", async () => {
    server.answer("pods", { status: 200, hang: true });
    server.apply("pods", podFixture(1));
    cluster = new WatchedCluster(server, { patience: 500 });
    cluster.begin();
    await cluster.standing();
    await cluster.settled();
    expect(cluster.failures()).toContain("dropped");
  });

  it("waits as long as a busy server asks", async () => {
    server.answer("pods", { status: 429, headers: { "retry-after": "7" } });
    cluster.begin();
    await cluster.standing();
    expect(cluster.failures()).toEqual(["throttled"]);
    // 7 s and half of a tenth, random = 0.5.
    expect(cluster.pauses).toEqual([7350]);
  });

  it("tells a missing permission apart, and watches the rest", async () => {
    for (let time = 0; time < 3; time++)
      server.answer("jobs", { status: 403, body: JSON.stringify({ message: "jobs is forbidden" }) });
    server.apply("pods", podFixture(1));
    cluster.begin();
    await cluster.standing();
    const failed = cluster.events.filter((event) => event.type === "failed");
    expect(failed).toMatchObject([1, 2, 3].map((inARow) => ({ reason: "forbidden", target: { resource: "jobs" }, inARow })));
    expect(failed[0]).toMatchObject({ detail: "403 jobs is forbidden" });
    expect(cluster.living).toHaveLength(1);
  });

  it("loses nothing while the store is away", async () => {
    server.apply("pods", podFixture(1));
    let away = true;
    let attempts = 0;
    cluster.begin(async (records) => {
      if (records.some((record) => record.type === "pod") && away) {
        attempts += 1;
        throw new TenfoldError("store_unavailable", "away");
      }
    });
    await vi.waitFor(() => expect(attempts).toBeGreaterThan(2), PATIENCE);
    expect(cluster.records).toEqual([]);
    away = false;
    await cluster.settled();
    await cluster.standing();
    away = true;
    server.apply("pods", podFixture(2));
    server.apply("pods", podFixture(3));
    const before = attempts;
    await vi.waitFor(() => expect(attempts).toBeGreaterThan(before), PATIENCE);
    away = false;
    await cluster.settled();
    expect(cluster.repetitions).toBe(0);
    expect(cluster.failures()).toContain("store");
  });

  it("misses nothing and tells nothing twice, whatever breaks in between", async () => {
    for (let number = 0; number < 600; number++) server.apply("pods", podFixture(number));
    cluster.begin();
    await cluster.standing();
    const breakings = [
      () => server.cutWatches(),
      () => server.compact(),
      () => server.endWatches(),
      () => server.bookmark(),
      () => server.write("pods", '{"type":"MOD'),
      () => server.answer("pods", { status: 500 }),
      () => server.answer("pods", { status: 429, headers: { "retry-after": "1" } }),
    ];
    // Steps through all pods and breakings in an order that repeats none of their pairs.
    for (let step = 0; step < 400; step++) {
      const number = (step * 37) % 700;
      if (step % 3 === 0) server.remove("pods", podFixture(number));
      else server.apply("pods", podFixture(number, { ready: step % 2 === 0 }));
      if (step % 11 === 0) breakings[(step / 11) % breakings.length]?.();
      if (step % 20 === 0) await cluster.standing();
    }
    server.cutWatches();
    await cluster.settled();
    await cluster.standing();
    expect(cluster.repetitions).toBe(0);
  });
});

describe("credentials", () => {
  it("reads the token of the pod again when it is refused", async () => {
    const root = await mkdtemp(join(tmpdir(), "tenfold-token-"));
    const file = join(root, "token");
    await writeFile(file, "first\n");
    const kubeconfig = join(root, "config.json");
    const user = { name: "u", user: { "auth-provider": { name: "tokenFile", config: { tokenFile: file } } } };
    await writeFile(kubeconfig, kubeconfigOf(server.url, user.user));
    try {
      server.token = "first";
      server.apply("pods", podFixture(1));
      cluster = new WatchedCluster(server, { access: { kubeconfig } });
      cluster.begin();
      await cluster.standing();
      server.token = "second";
      server.cutWatches();
      await vi.waitFor(() => expect(cluster.failures()).toContain("unauthorized"), PATIENCE);
      server.apply("pods", podFixture(2));
      await writeFile(file, "second\n");
      await cluster.standing();
      await cluster.settled();
      expect(cluster.lists("pods")).toEqual(["start"]);
      expect(cluster.repetitions).toBe(0);
    } finally {
      await rm(root, { recursive: true });
    }
  });

  it("says that there are none, and goes on trying", async () => {
    cluster = new WatchedCluster(server, { access: { kubeconfig: "/nowhere/at/all" } });
    cluster.begin();
    await vi.waitFor(() => expect(cluster.failures().length).toBeGreaterThan(WATCHED_RESOURCES.length), PATIENCE);
    expect(new Set(cluster.failures())).toEqual(new Set(["configuration"]));
    expect(cluster.watch.status().every(({ synced }) => !synced)).toBe(true);
  });
});

function kubeconfigOf(url: string, user: unknown): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "c",
    contexts: [{ name: "c", context: { cluster: "k", user: "u" } }],
    clusters: [{ name: "k", cluster: { server: url } }],
    users: [{ name: "u", user }],
  });
}
