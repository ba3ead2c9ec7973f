import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cronJobFixture, deploymentFixture, jobFixture, jobPodFixture, podFixture } from "../../harness/kubernetes-fixtures.ts";
import { KubernetesServer } from "../../harness/kubernetes-server.ts";
import { violation } from "../../unit/identity/timeline-records.ts";
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

describe("list and watch", () => {
  it("takes in a list page by page, as of one moment", async () => {
    for (let number = 0; number < 1203; number++) server.apply("pods", podFixture(number));
    cluster.begin();
    await cluster.standing();
    expect(cluster.living).toEqual(cluster.existing);
    expect(cluster.repetitions).toBe(0);
    const pages = server.requests.filter(({ resource, query }) => resource === "pods" && query.watch === undefined);
    // 1203 pods at 100 a page are thirteen pages.
    expect(pages.map(({ query }) => query.limit)).toEqual(Array.from({ length: 13 }, () => "100"));
    expect(pages.map(({ query }) => query.continue !== undefined)).toEqual([false, ...Array.from({ length: 12 }, () => true)]);
  });

  it("sees pods come, change and go", async () => {
    server.apply("pods", podFixture(1));
    cluster.begin();
    await cluster.standing();
    server.apply("pods", podFixture(2, { ready: false }));
    server.apply("pods", podFixture(2, { ready: true }));
    server.remove("pods", podFixture(1));
    await cluster.settled();
    expect(cluster.living).toEqual(["payments/card-api-6c9f8d-2"]);
    expect(cluster.repetitions).toBe(0);
    const readiness = cluster.pods.filter(({ name }) => name.endsWith("-2")).map(({ readyAt }) => readyAt !== undefined);
    expect(readiness).toEqual([false, true]);
  });

  it("tells a new image of a deployment as a change with its author", async () => {
    server.apply("deployments", deploymentFixture("card-api", "registry.example/card-api:1.4", 3));
    cluster.begin();
    await cluster.standing();
    server.apply("deployments", deploymentFixture("card-api", "registry.example/card-api:1.5", 3));
    const all = { cluster: "prod-eu", from: 0, to: Number.MAX_SAFE_INTEGER };
    await vi.waitFor(() => expect(cluster.timeline.changes(all)).toHaveLength(1), PATIENCE);
    expect(cluster.timeline.changes(all)[0]).toMatchObject({
      kind: "rollout",
      workload: "Deployment/card-api",
      image: "registry.example/card-api:1.5",
      previousImage: "registry.example/card-api:1.4",
      actor: "argocd-controller",
    });
  });

  it("counts a run that somebody started by hand to its cron job, and tells the cron job's new image", async () => {
    const image = "registry.example/report:1.4";
    server.apply("cronjobs", cronJobFixture("report", image));
    server.apply("jobs", jobFixture("report-by-ada", "report"));
    server.apply("pods", jobPodFixture("report-by-ada-x2x4z", "report-by-ada", image));
    cluster.begin();
    await cluster.standing();
    const event = violation(Date.now(), { cluster: "prod-eu", namespace: "payments", pod: "report-by-ada-x2x4z" });
    await vi.waitFor(() => expect(cluster.timeline.identify(event).workload).toBe("CronJob/report"), PATIENCE);
    server.apply("cronjobs", cronJobFixture("report", "registry.example/report:1.5"));
    const range = { cluster: "prod-eu", from: 0, to: Number.MAX_SAFE_INTEGER };
    const told = () => cluster.timeline.changes(range).find((change) => change.image === "registry.example/report:1.5");
    await vi.waitFor(() => expect(told()).toBeDefined(), PATIENCE);
    expect(told()).toMatchObject({
      kind: "rollout",
      workload: "CronJob/report",
      previousImage: image,
      actor: "argocd-controller",
    });
  });

  it("says nothing about what did not change", async () => {
    server.apply("pods", podFixture(1));
    cluster.begin();
    await cluster.standing();
    const before = cluster.records.length;
    // A heartbeat: another version of the same content.
    server.apply("pods", podFixture(1));
    server.apply("pods", podFixture(2));
    await cluster.settled();
    expect(cluster.records.length - before).toBe(1);
  });

  it("keeps to the namespaces it is told", async () => {
    server.apply("pods", podFixture(1, { namespace: "payments" }));
    server.apply("pods", podFixture(2, { namespace: "shop" }));
    server.apply("pods", podFixture(3, { namespace: "other" }));
    cluster = new WatchedCluster(server, { namespaces: ["payments", "shop", "shop"] });
    cluster.begin();
    await cluster.standing(2);
    expect(cluster.living).toEqual(["payments/card-api-6c9f8d-1", "shop/card-api-6c9f8d-2"]);
    server.apply("pods", podFixture(4, { namespace: "other" }));
    server.apply("pods", podFixture(5, { namespace: "shop" }));
    await vi.waitFor(() => expect(cluster.living).toHaveLength(3), PATIENCE);
    expect(cluster.living.at(-1)).toBe("shop/card-api-6c9f8d-5");
    expect(server.requests.every(({ namespace }) => namespace === "payments" || namespace === "shop")).toBe(true);
  });

  it("ends what is recorded as living and is not there any more", async () => {
    server.apply("pods", podFixture(1));
    const open = [
      { kind: "Pod", namespace: "payments", name: "card-api-6c9f8d-1", uid: "pod-payments-card-api-6c9f8d-1" },
      { kind: "Pod", namespace: "payments", name: "card-api-6c9f8d-7", uid: "pod-payments-card-api-6c9f8d-7" },
    ];
    cluster = new WatchedCluster(server, { open: () => open });
    cluster.begin();
    await cluster.standing();
    const told = cluster.pods.map(({ name, endedAt }) => [name, endedAt !== undefined]);
    expect(told).toEqual([
      ["card-api-6c9f8d-1", false],
      ["card-api-6c9f8d-7", true],
    ]);
  });

  it("says everything again after a week, because the log of the timeline keeps two", async () => {
    let later = 0;
    const clock = { now: () => Date.now() + later, sleep: async () => undefined };
    server.apply("pods", podFixture(1));
    server.apply("pods", podFixture(2));
    cluster = new WatchedCluster(server, { clock });
    cluster.begin();
    await cluster.standing();
    later = 8 * 86_400_000;
    server.endWatches();
    await vi.waitFor(() => expect(cluster.lists("pods")).toEqual(["start", "refresh"]), PATIENCE);
    expect(cluster.repetitions).toBe(2);
    expect(cluster.living).toEqual(cluster.existing);
  });

  it("says how it is doing", async () => {
    server.apply("pods", podFixture(1));
    expect(cluster.watch.status()).toEqual([]);
    cluster.begin();
    await cluster.standing();
    await vi.waitFor(() => expect(cluster.watch.status().every(({ lag, synced }) => synced && lag === 0)).toBe(true), PATIENCE);
    const pods = cluster.watch.status().find(({ resource }) => resource === "pods");
    expect(pods).toMatchObject({ objects: 1, lastFailure: undefined });
    expect(pods?.lastSeenAt).toBeGreaterThan(0);
  });
});
