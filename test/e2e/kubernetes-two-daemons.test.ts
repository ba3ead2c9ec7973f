/** Of two daemons on one Redis one watches Kubernetes; the other goes on where it was when it dies. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { WATCHED_RESOURCES } from "../../src/sources/kubernetes-watch/resources.ts";
import { deploymentFixture, podFixture } from "../harness/kubernetes-fixtures.ts";
import { KubernetesServer } from "../harness/kubernetes-server.ts";
import { RedisServer } from "../harness/redis-server.ts";
import { runTenfold } from "../harness/tenfold-process.ts";

const PATIENCE = { timeout: 240_000, interval: 50 };
const folder = mkdtempSync(join(tmpdir(), "tenfold-watchers-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function objectsOf(url: string): Promise<string | undefined> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return text
    .split("\n")
    .find((line) => line.startsWith('tenfold_kubernetes_objects{resource="pods"}'))
    ?.split(" ")[1];
}

describe("two daemons that may watch", () => {
  it("watch once, and the living one ends what went away meanwhile", async () => {
    const server = await KubernetesServer.start();
    const redis = await RedisServer.start({});
    for (let number = 0; number < 5; number++) server.apply("pods", podFixture(number));
    server.apply("deployments", deploymentFixture("card-api", "registry.example/card-api:1.4", 5));
    const file = join(folder, "tenfold.yaml");
    const config = {
      server: { listen: "127.0.0.1:0" },
      store: { url: redis.url },
      sources: { kubernetes: { api_server: server.url } },
    };
    writeFileSync(file, JSON.stringify(config));
    const first = await runTenfold(file);
    await vi.waitFor(async () => expect(await objectsOf(first.url)).toBe("5"), PATIENCE);
    const second = await runTenfold(file);
    try {
      await vi.waitFor(() => expect(server.watches()).toBe(WATCHED_RESOURCES.length), PATIENCE);
      const listed = () =>
        server.requests.filter(({ resource, query }) => resource === "pods" && query.watch === undefined).length;
      expect(listed()).toBe(1);
      expect(await objectsOf(second.url)).toBeUndefined();
      await first.kill();
      server.remove("pods", podFixture(1));
      server.apply("deployments", deploymentFixture("card-api", "registry.example/card-api:1.5", 5));
      await vi.waitFor(async () => expect(await objectsOf(second.url)).toBe("4"), PATIENCE);
      expect(listed()).toBe(2);
      // Told between the death of one and the list of the other: compared with what the first had stored.
      const changes = async () =>
        (await (await fetch(`${second.url}/v1/changes`)).json()) as { readonly changes: readonly object[] };
      await vi.waitFor(async () => {
        expect((await changes()).changes).toContainEqual(
          expect.objectContaining({ kind: "rollout", source: "kubernetes", previousImage: "registry.example/card-api:1.4" }),
        );
      }, PATIENCE);
    } finally {
      await first.kill();
      await second.stop();
      await redis.stop();
      await server.close();
    }
  });
});
