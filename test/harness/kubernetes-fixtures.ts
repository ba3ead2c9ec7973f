/** Objects as an API server has them, with invented values. */

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>> & {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
  };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status: Readonly<Record<string, unknown>>;
}

export function keyOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** Written by servers into every object, and never wanted here: about two thirds of what a pod weighs. */
function managedFields(manager: string): readonly unknown[] {
  const fieldsV1 = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`f:field-${index}`, { "f:value": {} }]));
  return [{ manager, operation: "Update", apiVersion: "v1", time: "2026-11-24T08:00:00Z", fieldsType: "FieldsV1", fieldsV1 }];
}

export interface PodFixture {
  readonly namespace?: string;
  readonly workload?: string;
  readonly hash?: string;
  readonly digest?: string;
  readonly startedAt?: string;
  readonly ready?: boolean;
}

export function podFixture(number: number, fixture: PodFixture = {}): KubernetesObject {
  const { namespace = "payments", workload = "card-api", hash = "6c9f8d", ready = true } = fixture;
  const { digest = `sha256:${"ab".repeat(32)}`, startedAt = "2026-11-24T08:00:00Z" } = fixture;
  const name = `${workload}-${hash}-${number}`;
  const uid = `pod-${namespace}-${name}`;
  const replicaSet = `${workload}-${hash}`;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace,
      uid,
      creationTimestamp: startedAt,
      labels: { app: workload, "pod-template-hash": hash },
      ownerReferences: [
        { apiVersion: "apps/v1", kind: "ReplicaSet", name: replicaSet, uid: `rs-${replicaSet}`, controller: true },
      ],
      managedFields: managedFields("kubelet"),
    },
    spec: {
      nodeName: `node-${number % 50}`,
      serviceAccountName: workload,
      containers: [{ name: "api", image: `registry.example/${workload}:1.4`, env: [{ name: "MODE", value: "x".repeat(400) }] }],
    },
    status: {
      phase: "Running",
      podIP: `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`,
      startTime: startedAt,
      conditions: [{ type: "Ready", status: ready ? "True" : "False", lastTransitionTime: startedAt }],
      containerStatuses: [
        {
          name: "api",
          image: `registry.example/${workload}:1.4`,
          imageID: `registry.example/${workload}@${digest}`,
          containerID: `containerd://${number.toString(16).padStart(64, "0")}`,
          ready,
          state: { running: { startedAt } },
        },
      ],
    },
  };
}

export function deploymentFixture(name: string, image: string, replicas: number, namespace = "payments"): KubernetesObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name,
      namespace,
      uid: `deployment-${namespace}-${name}`,
      creationTimestamp: "2026-11-01T08:00:00Z",
      annotations: { "deployment.kubernetes.io/revision": "3" },
      managedFields: managedFields("argocd-controller"),
    },
    spec: { replicas, template: { spec: { containers: [{ name: "api", image }] } } },
    status: { readyReplicas: replicas },
  };
}

export function cronJobFixture(name: string, image: string, namespace = "payments"): KubernetesObject {
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: {
      name,
      namespace,
      uid: `cronjob-${namespace}-${name}`,
      creationTimestamp: "2026-11-01T08:00:00Z",
      managedFields: managedFields("argocd-controller"),
    },
    spec: { schedule: "0 * * * *", jobTemplate: { spec: { template: { spec: { containers: [{ name: "api", image }] } } } } },
    status: {},
  };
}

/** A run of a cron job, by whatever name. */
export function jobFixture(name: string, cronJob: string, namespace = "payments"): KubernetesObject {
  const owner = {
    apiVersion: "batch/v1",
    kind: "CronJob",
    name: cronJob,
    uid: `cronjob-${namespace}-${cronJob}`,
    controller: true,
  };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      namespace,
      uid: `job-${namespace}-${name}`,
      creationTimestamp: "2026-11-24T08:00:00Z",
      ownerReferences: [owner],
    },
    spec: { parallelism: 1, template: { spec: { containers: [] } } },
    status: { ready: 1 },
  };
}

export function jobPodFixture(name: string, job: string, image: string): KubernetesObject {
  const pod = podFixture(1);
  const { labels: _, ...metadata } = pod.metadata;
  const owner = { apiVersion: "batch/v1", kind: "Job", name: job, uid: `job-payments-${job}`, controller: true };
  return {
    ...pod,
    metadata: { ...metadata, name, uid: `pod-payments-${name}`, ownerReferences: [owner] },
    spec: { ...pod.spec, containers: [{ name: "api", image }] },
  };
}
