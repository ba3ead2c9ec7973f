/** The list and watch half of an API server, a process of its own: many pods of realistic weight, made as they are asked for. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ApiOrder {
  readonly pods: number;
}

export interface ApiAnswer {
  readonly url: string;
}

const PODS_PER_WORKLOAD = 10;
const NAMESPACES = 40;
const STARTED = "2026-11-24T08:00:00Z";
/** What servers keep for themselves in every object: about half of a real pod. */
const MANAGED = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`f:some-field-${index}`, { "f:value": {} }]));
const VERSION = "1000";

let total = 0;

process.on("message", ({ pods }: ApiOrder) => {
  total = pods;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://api");
    const resource = url.pathname.split("/").at(-1) ?? "";
    if (url.searchParams.get("watch") === "true") {
      response.writeHead(200, { "content-type": "application/json" });
      response.flushHeaders();
      return;
    }
    const from = Number(url.searchParams.get("continue") ?? 0);
    list(resource, from, Number(url.searchParams.get("limit") ?? total), response);
  });
  server.listen(0, "127.0.0.1", () => process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
});

function list(resource: string, from: number, limit: number, response: ServerResponse): void {
  const size = sizeOf(resource);
  const to = Math.min(size, from + limit);
  const items = Array.from({ length: to - from }, (_, index) => itemOf(resource, from + index));
  const metadata = { resourceVersion: VERSION, ...(to < size ? { continue: String(to), remainingItemCount: size - to } : {}) };
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ kind: "List", apiVersion: "v1", metadata, items }));
}

function sizeOf(resource: string): number {
  if (resource === "pods") return total;
  return resource === "deployments" || resource === "replicasets" ? Math.ceil(total / PODS_PER_WORKLOAD) : 0;
}

function itemOf(resource: string, index: number): unknown {
  if (resource === "pods") return pod(index);
  return resource === "deployments" ? deployment(index) : replicaSet(index);
}

function placeOf(workload: number): { readonly name: string; readonly namespace: string; readonly image: string } {
  const name = `service-${workload}`;
  return { name, namespace: `team-${workload % NAMESPACES}`, image: `registry.example/acme/${name}:1.${workload % 20}` };
}

function metadataOf(name: string, namespace: string, more: Readonly<Record<string, unknown>>): unknown {
  const managedFields = ["kube-controller-manager", "kubelet"].map((manager) => ({
    manager,
    operation: "Update",
    fieldsV1: MANAGED,
  }));
  return { name, namespace, uid: `uid-${name}`, creationTimestamp: STARTED, resourceVersion: VERSION, managedFields, ...more };
}

function template(name: string, image: string): unknown {
  const env = Array.from({ length: 20 }, (_, index) => ({ name: `SETTING_${index}`, value: `value of setting ${index}` }));
  return {
    spec: {
      serviceAccountName: name,
      containers: [
        { name: "app", image, env },
        { name: "istio-proxy", image: "proxy:1.27" },
      ],
    },
  };
}

function deployment(workload: number): unknown {
  const { name, namespace, image } = placeOf(workload);
  return {
    metadata: metadataOf(name, namespace, { annotations: { "deployment.kubernetes.io/revision": "4" } }),
    spec: { replicas: PODS_PER_WORKLOAD, template: template(name, image) },
    status: { readyReplicas: PODS_PER_WORKLOAD },
  };
}

function replicaSet(workload: number): unknown {
  const { name, namespace, image } = placeOf(workload);
  const ownerReferences = [{ kind: "Deployment", name, uid: `uid-${name}`, controller: true }];
  return {
    metadata: metadataOf(`${name}-${hashOf(workload)}`, namespace, {
      labels: { "pod-template-hash": hashOf(workload) },
      ownerReferences,
    }),
    spec: { replicas: PODS_PER_WORKLOAD, template: template(name, image) },
    status: { readyReplicas: PODS_PER_WORKLOAD },
  };
}

function pod(index: number): unknown {
  const workload = Math.floor(index / PODS_PER_WORKLOAD);
  const { name, namespace, image } = placeOf(workload);
  const owner = `${name}-${hashOf(workload)}`;
  const ownerReferences = [{ kind: "ReplicaSet", name: owner, uid: `uid-${owner}`, controller: true }];
  const labels = { app: name, team: namespace, "pod-template-hash": hashOf(workload), "security.istio.io/tlsMode": "istio" };
  const state = { running: { startedAt: STARTED } };
  const { spec } = template(name, image) as { readonly spec: object };
  return {
    metadata: metadataOf(`${owner}-${index % PODS_PER_WORKLOAD}`, namespace, { labels, ownerReferences }),
    spec: { ...spec, nodeName: `node-${index % 400}` },
    status: {
      phase: "Running",
      podIP: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`,
      startTime: STARTED,
      conditions: ["Initialized", "Ready", "ContainersReady", "PodScheduled"].map((type) => ({
        type,
        status: "True",
        lastTransitionTime: STARTED,
      })),
      containerStatuses: ["app", "istio-proxy"].map((container, at) => ({
        name: container,
        ready: true,
        image,
        imageID: `registry.example/acme/${container}@${digestOf(at === 0 ? workload : -1)}`,
        containerID: `containerd://${(index * 2 + at).toString(16).padStart(64, "0")}`,
        state,
      })),
    },
  };
}

function hashOf(workload: number): string {
  return (workload * 7919 + 100_003).toString(36);
}

function digestOf(number: number): string {
  return `sha256:${(number + 2).toString(16).padStart(64, "c")}`;
}
