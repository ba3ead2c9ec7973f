import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { deploymentFixture, podFixture } from "../harness/kubernetes-fixtures.ts";
import { KubernetesServer } from "../harness/kubernetes-server.ts";
import { getJson, type RunningTenfold, runTenfold } from "../harness/tenfold-process.ts";

const PATIENCE = { timeout: 240_000, interval: 50 };
const folder = mkdtempSync(join(tmpdir(), "tenfold-watch-"));
let server: KubernetesServer;
let daemon: RunningTenfold;

interface Ready {
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail?: string }[];
}

const kubernetesCheck = async () =>
  (await getJson<Ready>(`${daemon.url}/readyz`)).checks.find(({ name }) => name === "kubernetes");
const metric = async (line: string) => {
  const text = await (await fetch(`${daemon.url}/metrics`)).text();
  return text
    .split("\n")
    .find((one) => one.startsWith(line))
    ?.split(" ")[1];
};

beforeAll(async () => {
  server = await KubernetesServer.start();
  for (let number = 0; number < 3; number++) server.apply("pods", podFixture(number));
  server.apply("deployments", deploymentFixture("card-api", "registry.example/card-api:1.4", 3));
  const config = {
    cluster: "prod-eu",
    server: { listen: "127.0.0.1:0" },
    sources: { kubernetes: { api_server: server.url, namespaces: ["payments"] } },
  };
  writeFileSync(join(folder, "tenfold.yaml"), JSON.stringify(config));
  daemon = await runTenfold(join(folder, "tenfold.yaml"));
});

afterAll(async () => {
  await daemon.stop();
  await server.close();
  rmSync(folder, { recursive: true });
});

describe("a daemon with sources.kubernetes", () => {
  it("watches, and says so in /readyz and /metrics", async () => {
    await vi.waitFor(async () => expect(await metric('tenfold_kubernetes_objects{resource="pods"}')).toBe("3"), PATIENCE);
    await vi.waitFor(async () => expect(await kubernetesCheck()).toEqual({ name: "kubernetes", ok: true }), PATIENCE);
    // A watch stands a moment after its list is known.
    await vi.waitFor(async () => expect(await metric('tenfold_kubernetes_lag_seconds{resource="pods"}')).toBe("0"), PATIENCE);
    expect(await metric('tenfold_kubernetes_list_seconds_count{resource="pods",reason="start"}')).toBe("1");
    expect(daemon.log()).not.toContain("specified but not built");
  });

  it("has a rollout in its timeline a moment after it began", async () => {
    server.apply("deployments", deploymentFixture("card-api", "registry.example/card-api:1.5", 3));
    // Beside it the timeline has the version that the pods themselves show.
    const changes = async () =>
      (await getJson<{ changes: readonly { source: string }[] }>(`${daemon.url}/v1/changes`)).changes.filter(
        ({ source }) => source === "kubernetes",
      );
    await vi.waitFor(async () => expect(await changes()).toHaveLength(1), PATIENCE);
    const change = { kind: "rollout", cluster: "prod-eu", namespace: "payments", workload: "Deployment/card-api" };
    expect(await changes()).toMatchObject([{ ...change, image: "registry.example/card-api:1.5", actor: "argocd-controller" }]);
  });

  it("tells what it may not see, and goes on with the rest", async () => {
    for (let time = 0; time < 50; time++) server.answer("jobs", { status: 403 });
    server.cutWatches();
    await vi.waitFor(
      async () =>
        expect((await metric('tenfold_kubernetes_failures_total{resource="jobs",reason="forbidden"}')) ?? "0").not.toBe("0"),
      PATIENCE,
    );
    await vi.waitFor(() => expect(daemon.log()).toContain('"reason":"forbidden"'), PATIENCE);
    expect(await metric('tenfold_kubernetes_lag_seconds{resource="jobs"}')).not.toBe("0");
    server.apply("pods", podFixture(9));
    await vi.waitFor(async () => expect(await metric('tenfold_kubernetes_objects{resource="pods"}')).toBe("4"), PATIENCE);
  });
});
