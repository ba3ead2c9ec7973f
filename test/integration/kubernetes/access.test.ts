import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parseAllDocuments } from "yaml";
import { pathOf, WATCHED_RESOURCES } from "../../../src/sources/kubernetes-watch/resources.ts";
import { authority, server as certificate, client } from "../../harness/certificates.ts";
import { podFixture } from "../../harness/kubernetes-fixtures.ts";
import { KubernetesServer } from "../../harness/kubernetes-server.ts";
import { PATIENCE, WatchedCluster } from "./watched-cluster.ts";

/** Where Kubernetes mounts the service account of a pod. */
const MOUNT = "var/run/secrets/kubernetes.io/serviceaccount";

let root: string;
let server: KubernetesServer;
let cluster: WatchedCluster | undefined;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tenfold-access-"));
  await mkdir(join(root, MOUNT), { recursive: true });
  server = await KubernetesServer.start(certificate);
  server.apply("pods", podFixture(1));
});

afterEach(async () => {
  await cluster?.end();
  cluster = undefined;
  vi.unstubAllEnvs();
  await server.close();
  await rm(root, { recursive: true });
});

const standing = () => vi.waitFor(() => expect(server.watches()).toBe(WATCHED_RESOURCES.length), PATIENCE);

async function inPod(token: string, ca: string): Promise<WatchedCluster> {
  vi.stubEnv("KUBERNETES_SERVICE_HOST", "127.0.0.1");
  vi.stubEnv("KUBERNETES_SERVICE_PORT", String(server.port));
  await writeFile(join(root, MOUNT, "token"), token);
  await writeFile(join(root, MOUNT, "ca.crt"), ca);
  await writeFile(join(root, MOUNT, "namespace"), "tenfold");
  cluster = new WatchedCluster(server, { access: { root } });
  cluster.begin();
  return cluster;
}

describe("the service account of the pod", () => {
  it("is used, its authority trusted, and its token read again when it was replaced", async () => {
    server.token = "first";
    const watched = await inPod("first", authority);
    await standing();
    expect(watched.living).toHaveLength(1);
    server.token = "second";
    await writeFile(join(root, MOUNT, "token"), "second");
    server.cutWatches();
    await standing();
    server.apply("pods", podFixture(2));
    await vi.waitFor(() => expect(watched.living).toHaveLength(2), PATIENCE);
    expect(watched.lists("pods")).toEqual(["start"]);
    expect(watched.repetitions).toBe(0);
  });

  it("trusts nobody else, and takes over a renewed authority", async () => {
    const watched = await inPod("token", client.cert);
    await vi.waitFor(() => expect(watched.failures()).toContain("certificate"), PATIENCE);
    expect(watched.records).toEqual([]);
    await writeFile(join(root, MOUNT, "ca.crt"), authority);
    await standing();
    expect(watched.living).toHaveLength(1);
  });
});

describe("a kubeconfig", () => {
  it("is read with the files it names, and read again when it was replaced", async () => {
    const kubeconfig = join(root, "config");
    await writeFile(join(root, "ca.crt"), authority);
    server.token = "first";
    await writeFile(kubeconfig, configOf("first"));
    const watched = new WatchedCluster(server, { access: { kubeconfig } });
    cluster = watched;
    watched.begin();
    await standing();
    server.token = "second";
    await writeFile(kubeconfig, configOf("second"));
    server.cutWatches();
    await vi.waitFor(() => expect(watched.failures()).toContain("unauthorized"), PATIENCE);
    await standing();
    expect(watched.lists("pods")).toEqual(["start"]);
  });

  /** Paths in a kubeconfig are relative to it. */
  function configOf(token: string): string {
    return JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "here",
      contexts: [{ name: "here", context: { cluster: "fixture", user: "reader" } }],
      clusters: [{ name: "fixture", cluster: { server: `https://127.0.0.1:${server.port}`, "certificate-authority": "ca.crt" } }],
      users: [{ name: "reader", user: { token } }],
    });
  }
});

describe("deploy/kubernetes-rbac.yaml", () => {
  it("allows listing and watching what is watched, and nothing else", async () => {
    const file = join(import.meta.dirname, "../../../deploy/kubernetes-rbac.yaml");
    const documents = parseAllDocuments(await readFile(file, "utf8")).map((document) => document.toJS() as Manifest);
    const rules = documents.flatMap((document) => document.rules ?? []);
    expect(rules.every(({ verbs }) => verbs.join() === "list,watch")).toBe(true);
    const allowed = rules.flatMap(({ apiGroups, resources }) =>
      apiGroups.flatMap((group) => resources.map((resource) => `${group === "" ? "/api/v1" : `/apis/${group}/v1`}/${resource}`)),
    );
    const asked = WATCHED_RESOURCES.map((resource) => pathOf({ resource, namespace: undefined }));
    expect([...allowed].sort()).toEqual([...asked].sort());
  });
});

interface Manifest {
  readonly rules?: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
  }[];
}
