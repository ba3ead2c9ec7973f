// Writes examples/*.ndjson: thirty hours of an invented cluster in which one rollout goes wrong. The same bytes every time.
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.parse("2026-11-22T08:00:00Z");
const ROLLOUT = START + 29.5 * HOUR;
const ROLLBACK = ROLLOUT + 15 * MINUTE;
const END = ROLLOUT + 45 * MINUTE;
/** How long the controller takes from one pod to the next. */
const PER_POD = 40_000;

const CARD_API = version("payments", "card-api", "quay.io/acme/card-api", "1.4.2", "7d9f8b6c5");
const BAD = version("payments", "card-api", "quay.io/acme/card-api", "1.4.3", "6c4b9d8f7");
const LEDGER = version("payments", "ledger", "quay.io/acme/ledger", "2.0.9", "5b7c6d9f4");
const NODES = ["worker-1", "worker-2", "worker-3"];

let seed = 20_261_123;
let ports = 0;

const life = [
  ...["x2x4z", "k8m2p", "q5r7t"].map((end, i) => pod(CARD_API, end, i, START - 40 * HOUR, ROLLOUT + (i + 1) * PER_POD)),
  ...["b4d6g", "h7j9l", "n2v5w"].map((end, i) => pod(BAD, end, i, ROLLOUT + i * PER_POD + 20_000, ROLLBACK + (i + 1) * PER_POD)),
  ...["c6f8h", "s9t2x", "z4w6m"].map((end, i) =>
    pod(CARD_API, end, i, ROLLBACK + i * PER_POD + 20_000, Number.POSITIVE_INFINITY),
  ),
  ...["d5g7j", "m8n2q"].map((end, i) => pod(LEDGER, end, i, START - 90 * HOUR, Number.POSITIVE_INFINITY)),
];

const flows = [
  // Every version knocks on the vault now and then; the new one does so twenty times as often.
  ...arrivals(0.25, (at) => flow(at, runningAt(at, "card-api"))),
  ...arrivals(4.75, (at) => flowIfBad(at, runningAt(at, "card-api")), ROLLOUT),
  ...arrivals(0.05, (at) => flow(at, runningAt(at, "ledger"))),
  ...arrivals(0.02, (at) => forwarded(at, runningAt(at, "ledger"))),
];
const alerts = [
  ...arrivals(0.05, (at) => alert(at, runningAt(at, "card-api"))),
  ...arrivals(0.02, (at) => alert(at, runningAt(at, "ledger"))),
];

write("examples/hubble.ndjson", flows);
write("examples/falco.ndjson", alerts);
write("examples/changes.ndjson", [...controllers(), ...life.flatMap(podEvents)]);

function version(namespace, name, repository, tag, hash) {
  const digest = `sha256:${createHash("sha256").update(`${repository}:${tag}`).digest("hex")}`;
  return { namespace, name, repository, image: `${repository}:${tag}`, tag, digest, hash };
}

function pod(of, end, slot, from, to) {
  const name = `${of.name}-${of.hash}-${end}`;
  return {
    of,
    name,
    from,
    to,
    node: NODES[slot],
    ip: `10.0.${slot + 1}.${20 + (uid(name).charCodeAt(0) % 200)}`,
    uid: uid(name),
  };
}

/** What the new version does more than the old one: nothing when it was not this pod's turn. */
function flowIfBad(at, from) {
  return from?.of === BAD ? flow(at, from) : undefined;
}

/** One of the pods that ran at the time. */
function runningAt(at, name) {
  const pods = life.filter((one) => one.of.name === name && one.from <= at && at < one.to);
  return pods[Math.floor(random() * pods.length)];
}

/** A Poisson process: `rate` per minute. */
function arrivals(rate, make, from = START) {
  const made = [];
  for (let at = from + wait(rate); at < END; at += wait(rate)) {
    const record = make(Math.round(at));
    if (record) made.push({ at, record });
  }
  return made;
}

function wait(rate) {
  return (-Math.log(1 - random()) / rate) * MINUTE;
}

function flow(at, from) {
  const time = new Date(at).toISOString();
  const port = 32_768 + (ports++ % 28_000);
  return {
    flow: {
      time,
      uuid: uid(`flow ${time} ${port}`),
      verdict: "DROPPED",
      drop_reason_desc: "POLICY_DENIED",
      IP: { source: from.ip, destination: "10.0.9.14", ipVersion: "IPv4" },
      l4: { TCP: { source_port: port, destination_port: 5432, flags: { SYN: true } } },
      source: endpoint(from),
      destination: {
        identity: 20_117,
        namespace: "db",
        labels: ["k8s:app=pci-vault", "k8s:io.kubernetes.pod.namespace=db"],
        pod_name: "pci-vault-0",
      },
      Type: "L3_L4",
      node_name: from.node,
      event_type: { type: 5 },
      traffic_direction: "EGRESS",
      egress_denied_by: [{ name: "pci-restrict-egress", namespace: "payments", kind: "CiliumNetworkPolicy" }],
      Summary: "TCP Flags: SYN",
    },
    node_name: from.node,
    time,
  };
}

/** Allowed traffic is in every export; it counts as nothing. */
function forwarded(at, from) {
  const record = flow(at, from);
  const { drop_reason_desc: _, egress_denied_by: __, ...rest } = record.flow;
  return { ...record, flow: { ...rest, verdict: "FORWARDED" } };
}

function endpoint({ of, name }) {
  const labels = [
    `k8s:app=${of.name}`,
    `k8s:io.kubernetes.pod.namespace=${of.namespace}`,
    "k8s:io.cilium.k8s.policy.cluster=default",
  ];
  const workloads = [{ name: of.name, kind: "Deployment" }];
  return {
    ID: 1_200 + of.name.length,
    identity: 31_400 + of.name.length,
    namespace: of.namespace,
    labels,
    pod_name: name,
    workloads,
  };
}

function alert(at, from) {
  const time = new Date(at).toISOString();
  return {
    hostname: from.node,
    output: `Read sensitive file untrusted | file=/etc/shadow k8s.pod.name=${from.name} container.image=${from.of.image}`,
    output_fields: {
      "container.id": createHash("sha256").update(from.name).digest("hex").slice(0, 12),
      "container.image.digest": from.of.digest,
      "container.image.repository": from.of.repository,
      "container.image.tag": from.of.tag,
      "container.name": from.of.name,
      "fd.name": "/etc/shadow",
      "k8s.ns.name": from.of.namespace,
      "k8s.pod.name": from.name,
      "proc.name": "sh",
    },
    priority: "Warning",
    rule: "Read sensitive file untrusted",
    source: "syscall",
    tags: ["PCI_DSS_10.2.1", "container", "filesystem", "maturity_stable"],
    time,
  };
}

/** Deployments and ReplicaSets as `kubectl get --watch -o json --output-watch-events` shows them. */
function controllers() {
  return [owner(CARD_API, START - 40 * HOUR), owner(LEDGER, START - 90 * HOUR), owner(BAD, ROLLOUT)];
}

function owner(of, at) {
  const metadata = { name: `${of.name}-${of.hash}`, namespace: of.namespace, uid: uid(of.hash), creationTimestamp: seconds(at) };
  const ownerReferences = [{ apiVersion: "apps/v1", kind: "Deployment", name: of.name, uid: uid(of.name), controller: true }];
  const labels = { app: of.name, "pod-template-hash": of.hash };
  const template = { metadata: { labels }, spec: { containers: [{ name: of.name, image: of.image }] } };
  const object = {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { ...metadata, labels, ownerReferences },
    spec: { replicas: 3, template },
  };
  return { at, record: { type: "ADDED", object } };
}

function podEvents(one) {
  const added = { at: one.from, record: { type: "ADDED", object: podObject(one, false) } };
  return one.to > END ? [added] : [added, { at: one.to, record: { type: "DELETED", object: podObject(one, true) } }];
}

function podObject({ of, name, from, to, node, ip, uid: id }, deleted) {
  const ready = seconds(from + 10_000);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: of.namespace,
      uid: id,
      creationTimestamp: seconds(from),
      ...(deleted && { deletionTimestamp: seconds(to) }),
      labels: { app: of.name, "pod-template-hash": of.hash },
      ownerReferences: [
        { apiVersion: "apps/v1", kind: "ReplicaSet", name: `${of.name}-${of.hash}`, uid: uid(of.hash), controller: true },
      ],
    },
    spec: { nodeName: node, containers: [{ name: of.name, image: of.image }] },
    status: {
      phase: "Running",
      podIP: ip,
      startTime: seconds(from),
      conditions: [{ type: "Ready", status: "True", lastTransitionTime: ready }],
      containerStatuses: [
        {
          name: of.name,
          image: of.image,
          imageID: `${of.repository}@${of.digest}`,
          containerID: `containerd://${createHash("sha256").update(name).digest("hex")}`,
          ready: true,
          state: { running: { startedAt: seconds(from + 5_000) } },
        },
      ],
    },
  };
}

/** Kubernetes tells times in whole seconds. */
function seconds(at) {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

function uid(text) {
  const hex = createHash("sha256").update(text).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Mulberry32, by Tommy Ettinger. */
function random() {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
}

function write(path, timed) {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  const lines = timed.sort((a, b) => a.at - b.at).map(({ record }) => JSON.stringify(record));
  writeFileSync(join(ROOT, path), `${lines.join("\n")}\n`);
}
