import { describe, expect, it } from "vitest";
import type { OwnerObservation, PodObservation } from "../../../src/domain/observation.ts";
import { kubernetesSource } from "../../../src/sources/kubernetes.ts";
import { context, DIGEST, verdictOf } from "./context.ts";

const OTHER = `sha256:${"cd34".repeat(16)}`;
const CONTAINER_ID = "0123456789abcdef".repeat(4);
const at = (text: string) => Date.parse(text);

function podObject(patch: { metadata?: object; spec?: object; status?: object } = {}) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "ledger-7d9f8b6c5-x2x4z",
      namespace: "bank",
      uid: "5b6e",
      resourceVersion: "77",
      creationTimestamp: "2030-01-02T03:00:00Z",
      labels: { app: "ledger", "pod-template-hash": "7d9f8b6c5" },
      ownerReferences: [
        { kind: "Note", name: "not-me" },
        { kind: "ReplicaSet", name: "ledger-7d9f8b6c5", uid: "rs-1", controller: true },
      ],
      ...patch.metadata,
    },
    spec: {
      nodeName: "node-3",
      serviceAccountName: "ledger",
      containers: [{ name: "app", image: "reg.test/ledger:2" }],
      ...patch.spec,
    },
    status: {
      phase: "Running",
      podIP: "10.1.2.3",
      podIPs: [{ ip: "10.1.2.3" }, { ip: "fd00::3" }],
      startTime: "2030-01-02T03:00:01Z",
      conditions: [{ type: "Ready", status: "True", lastTransitionTime: "2030-01-02T03:00:09Z" }],
      containerStatuses: [
        {
          name: "app",
          ready: true,
          imageID: `reg.test/ledger@${DIGEST}`,
          containerID: `containerd://${CONTAINER_ID}`,
          state: {},
        },
      ],
      ...patch.status,
    },
  };
}

function observe(record: unknown): PodObservation {
  const [outcome] = kubernetesSource.parse(record, context);
  if (outcome?.type !== "timeline" || outcome.record.type !== "pod")
    throw new Error(`expected a pod: ${JSON.stringify(outcome)}`);
  return outcome.record;
}

function ownerOf(record: unknown): OwnerObservation {
  const [outcome] = kubernetesSource.parse(record, context);
  if (outcome?.type !== "timeline" || outcome.record.type !== "owner")
    throw new Error(`expected an owner: ${JSON.stringify(outcome)}`);
  return outcome.record;
}

describe("a Pod", () => {
  it("becomes an observation with everything the timeline needs", () => {
    expect(observe(podObject())).toEqual({
      type: "pod",
      cluster: "default-cluster",
      namespace: "bank",
      name: "ledger-7d9f8b6c5-x2x4z",
      uid: "5b6e",
      owner: "ReplicaSet/ledger-7d9f8b6c5",
      ownerUid: "rs-1",
      templateHash: "7d9f8b6c5",
      node: "node-3",
      ips: ["10.1.2.3", "fd00::3"],
      hostNetwork: false,
      containers: [{ name: "app", role: "app", image: "reg.test/ledger:2", digest: DIGEST, containerId: CONTAINER_ID }],
      serviceAccount: "ledger",
      labels: { app: "ledger", "pod-template-hash": "7d9f8b6c5" },
      startedAt: at("2030-01-02T03:00:01Z"),
      readyAt: at("2030-01-02T03:00:09Z"),
      observedAt: context.now,
      resourceVersion: "77",
    });
  });

  it.each([
    ["docker-pullable", `docker-pullable://reg.test/ledger@${DIGEST}`, DIGEST],
    ["repository digest", `reg.test/ledger@${DIGEST}`, DIGEST],
    ["configuration digest of a side-loaded image", DIGEST, DIGEST],
    ["configuration digest, docker", `docker://${DIGEST}`, DIGEST],
    ["not pulled yet", "", undefined],
    ["digest of a wrong length", "reg.test/ledger@sha256:abcd", undefined],
  ])("has the digest its imageID says: %s", (_, imageID, digest) => {
    const containerStatuses = [{ name: "app", imageID, state: {} }];
    expect(observe(podObject({ status: { containerStatuses } })).containers[0]?.digest).toBe(digest);
  });

  it("knows a pinned digest before the image is pulled", () => {
    const pinned = podObject({
      spec: { containers: [{ name: "app", image: `reg.test/ledger@${OTHER}` }] },
      status: { containerStatuses: [] },
    });
    expect(observe(pinned).containers).toEqual([{ name: "app", role: "app", image: `reg.test/ledger@${OTHER}`, digest: OTHER }]);
  });

  it("tells that two digests of one status are one image", () => {
    const containerStatuses = [{ name: "app", image: OTHER, imageID: `reg.test/ledger@${DIGEST}` }];
    const outcomes = kubernetesSource.parse(podObject({ status: { containerStatuses } }), context);
    expect(outcomes[1]).toEqual({
      type: "timeline",
      record: { type: "alias", digests: [DIGEST, OTHER], observedAt: context.now },
    });
  });

  it("tells applications, sidecars, init and debug containers apart", () => {
    const spec = {
      containers: [{ name: "app" }, { name: "istio-proxy" }],
      initContainers: [{ name: "migrate" }, { name: "logs", restartPolicy: "Always" }],
      ephemeralContainers: [{ name: "debugger-1" }],
    };
    const status = { initContainerStatuses: [{ name: "migrate", imageID: `r.test/m@${OTHER}` }] };
    expect(observe(podObject({ spec, status })).containers).toMatchObject([
      { name: "app", role: "app" },
      { name: "istio-proxy", role: "sidecar" },
      { name: "migrate", role: "init", digest: OTHER },
      { name: "logs", role: "sidecar" },
      { name: "debugger-1", role: "ephemeral" },
    ]);
  });

  it("is not ready while its condition is false, and takes the containers' word without a condition", () => {
    const conditions = [{ type: "Ready", status: "False", lastTransitionTime: "2030-01-02T03:00:09Z" }];
    expect(observe(podObject({ status: { conditions } })).readyAt).toBeUndefined();
    const running = (startedAt: string) => ({ name: startedAt, ready: true, state: { running: { startedAt } } });
    const containerStatuses = [running("2030-01-02T03:00:04Z"), running("2030-01-02T03:00:06Z")];
    expect(observe(podObject({ status: { conditions: [], containerStatuses } })).readyAt).toBe(at("2030-01-02T03:00:06Z"));
  });

  it("uses controller-revision-hash, hostNetwork and the names that outlive static and generated pods", () => {
    const labels = { "controller-revision-hash": "agent-59c" };
    expect(observe(podObject({ metadata: { labels }, spec: { hostNetwork: true } }))).toMatchObject({
      templateHash: "agent-59c",
      hostNetwork: true,
    });
    const node = [{ kind: "Node", name: "node-3", controller: true }];
    expect(observe(podObject({ metadata: { name: "etcd-node-3", ownerReferences: node } })).owner).toBe("Pod/etcd");
    const generated = { name: "batch-k2k4z", generateName: "batch-", ownerReferences: [] };
    expect(observe(podObject({ metadata: generated })).owner).toBe("Pod/batch");
    expect(observe(podObject({ metadata: { ownerReferences: [] } })).owner).toBeUndefined();
  });
});

describe("the end of a pod", () => {
  const ended = (finishedAt: string) => ({
    name: finishedAt,
    state: { terminated: { startedAt: "2030-01-02T03:00:05Z", finishedAt } },
  });

  it("is when the last container of a finished pod stopped, although the object stays", () => {
    const status = {
      phase: "Succeeded",
      conditions: [],
      containerStatuses: [ended("2030-01-02T03:01:00Z"), ended("2030-01-02T03:02:00Z")],
    };
    expect(observe(podObject({ status }))).toMatchObject({
      readyAt: at("2030-01-02T03:00:05Z"),
      endedAt: at("2030-01-02T03:02:00Z"),
    });
  });

  it("is the earliest of termination and deletion", () => {
    const metadata = { deletionTimestamp: "2030-01-02T03:03:30Z" };
    expect(observe(podObject({ metadata })).endedAt).toBe(at("2030-01-02T03:03:30Z"));
    const status = { containerStatuses: [ended("2030-01-02T03:03:05Z")] };
    expect(observe(podObject({ metadata, status })).endedAt).toBe(at("2030-01-02T03:03:05Z"));
  });

  it("is not the crash of a container that will be restarted", () => {
    expect(observe(podObject({ status: { containerStatuses: [ended("2030-01-02T03:01:00Z")] } })).endedAt).toBeUndefined();
  });

  it("is now for an object that a watch saw deleted without a word", () => {
    expect(observe({ type: "DELETED", object: podObject() }).endedAt).toBe(context.now);
    expect(observe({ type: "MODIFIED", object: podObject() }).endedAt).toBeUndefined();
  });

  it("is the last known transition of an evicted pod without container states", () => {
    const conditions = [{ type: "Ready", status: "False", lastTransitionTime: "2030-01-02T03:00:30Z" }];
    expect(observe(podObject({ status: { phase: "Failed", conditions, containerStatuses: [] } })).endedAt).toBe(
      at("2030-01-02T03:00:30Z"),
    );
  });
});

describe("owners", () => {
  const template = { spec: { containers: [{ name: "app", image: `reg.test/ledger:2@${DIGEST}` }] } };
  const metadata = { name: "ledger", namespace: "bank", uid: "d-1", creationTimestamp: "2030-01-01T00:00:00Z" };

  it("gives revision, cause, last writer, images and size of a Deployment", () => {
    const managedFields = [
      { manager: "argocd-controller", time: "2030-01-02T00:00:00Z" },
      { manager: "kube-controller-manager", time: "2030-01-02T01:00:00Z", subresource: "status" },
    ];
    const annotations = { "deployment.kubernetes.io/revision": "12", "kubernetes.io/change-cause": "release 2" };
    const deployment = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { ...metadata, annotations, managedFields },
      spec: { replicas: 4, template },
      status: { readyReplicas: 3 },
    };
    expect(ownerOf(deployment)).toMatchObject({
      kind: "Deployment",
      name: "ledger",
      revision: "12",
      changeCause: "release 2",
      actor: "argocd-controller",
      images: [{ container: "app", digest: DIGEST }],
      replicas: 4,
      readyReplicas: 3,
      createdAt: at("2030-01-01T00:00:00Z"),
    });
  });

  it.each([
    ["ReplicaSet", { metadata: { labels: { "pod-template-hash": "7d9f" } } }, { templateHash: "7d9f", replicas: 1 }],
    ["StatefulSet", { status: { updateRevision: "db-59c" } }, { templateHash: "db-59c", readyReplicas: 0 }],
    ["DaemonSet", { status: { desiredNumberScheduled: 9, numberReady: 8 } }, { replicas: 9, readyReplicas: 8 }],
    ["Job", { spec: { parallelism: 3, template } }, { replicas: 3, images: [{ container: "app" }] }],
    ["CronJob", { spec: { jobTemplate: { spec: { template } } } }, { images: [{ container: "app" }] }],
  ])("understands a %s", (kind, object, expected) => {
    const own = (object as { metadata?: object }).metadata;
    expect(ownerOf({ apiVersion: "apps/v1", kind, ...object, metadata: { ...metadata, ...own } })).toMatchObject({
      kind,
      ...expected,
    });
  });
});

describe("lists, watches and broken objects", () => {
  it("takes a list apart and lets a broken item harm no other", () => {
    const items = [podObject(), 7, { kind: "Pod", metadata: { name: "x" } }, { kind: "Service", metadata: { name: "s" } }];
    const list = { apiVersion: "v1", kind: "List", items };
    expect(kubernetesSource.recognizes(list)).toBe(true);
    expect(verdictOf(kubernetesSource, list)).toBe(
      "timeline,rejected:not_an_object,rejected:missing_field,ignored:untracked-kind",
    );
  });

  it("knows the kind of the items of a PodList", () => {
    const { kind: _, apiVersion: __, ...bare } = podObject();
    const list = { apiVersion: "v1", kind: "PodList", items: [bare] };
    expect(kubernetesSource.recognizes(list)).toBe(true);
    expect(verdictOf(kubernetesSource, list)).toBe("timeline");
  });

  it.each([
    [{ type: "BOOKMARK", object: { kind: "Pod", metadata: { resourceVersion: "1" } } }, "ignored:bookmark"],
    [{ type: "ERROR", object: { kind: "Status", code: 410 } }, "ignored:watch-error"],
    [{ type: "EXPLODED", object: podObject() }, "rejected:invalid_field"],
    [[], "rejected:not_an_object"],
    [null, "rejected:not_an_object"],
    [{}, "rejected:missing_field"],
    [{ kind: "Pod" }, "rejected:missing_field"],
    [{ kind: "PodList" }, "rejected:missing_field"],
    [{ kind: "Pod", metadata: [], spec: 3, status: "x" }, "rejected:missing_field"],
  ])("answers %j with %s", (record, verdict) => {
    expect(verdictOf(kubernetesSource, record)).toBe(verdict);
  });

  it("is not led astray by fields of wrong types or by prototype keys", () => {
    const hostile = JSON.parse(
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","uid":"u","labels":{"__proto__":"x","a":"b","n":1}},' +
        '"__proto__":{"polluted":true},"spec":{"containers":[null,{"name":7}]},"status":{"containerStatuses":{},"podIPs":"x"}}',
    );
    expect(observe(hostile)).toMatchObject({ labels: { a: "b" }, containers: [], ips: [] });
    expect(Object.keys(observe(hostile).labels)).toEqual(["a"]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it("recognises its own records only", () => {
    for (const foreign of [
      1,
      null,
      [],
      {},
      { kind: "Event", apiVersion: "v1" },
      { kind: "rollout", time: 1 },
      { kind: "List", apiVersion: "v1", items: [] },
    ]) {
      expect(kubernetesSource.recognizes(foreign)).toBe(false);
    }
    expect(kubernetesSource.recognizes({ type: "ADDED", object: podObject() })).toBe(true);
  });
});
