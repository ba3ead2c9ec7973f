/** The two ends of a Hubble flow. */
import type { ViolationDraft } from "./outcomes.ts";
import { isObject, type JsonObject, listAt, objectAt, textAt, textOf } from "./record-fields.ts";
import type { LabelBag } from "./sample-labels.ts";

const SERVICE_ACCOUNT = "io.cilium.k8s.policy.serviceaccount";
const NAMESPACE = "io.kubernetes.pod.namespace";
/** Labels Cilium adds to every identity; what they say is read from its own fields. */
const CILIUM_LABELS = /^io\.(?:cilium|kubernetes)\./;

/** Fills in the subject of a violation from its endpoint. */
export function readEndpoint(endpoint: JsonObject, violation: ViolationDraft, bag: LabelBag): void {
  violation.namespace = textAt(endpoint, "namespace") ?? "";
  const pod = textAt(endpoint, "pod_name");
  if (pod !== undefined) violation.pod = pod;
  for (const workload of listAt(endpoint, "workloads")) {
    if (!isObject(workload)) continue;
    const kind = textAt(workload, "kind");
    const name = textAt(workload, "name");
    if (kind === undefined || name === undefined) continue;
    if (kind === "ReplicaSet") violation.ownerPrefix = name;
    else if (kind !== "Pod") violation.workload = `${kind}/${name}`;
    break;
  }
  for (const label of listAt(endpoint, "labels")) {
    if (typeof label !== "string") continue;
    const colon = label.indexOf(":");
    const equals = label.indexOf("=", colon);
    if (equals < 0) continue;
    readLabel(label.slice(colon + 1, equals), label.slice(equals + 1), violation, bag);
  }
}

function readLabel(key: string, value: string, violation: ViolationDraft, bag: LabelBag): void {
  const text = textOf(value);
  if (text === undefined) return;
  if (key === SERVICE_ACCOUNT) violation.serviceAccount = text;
  else if (key === NAMESPACE) violation.namespace ||= text;
  else if (key === "pod-template-hash" || key === "controller-revision-hash") violation.templateHash = text;
  else if (!CILIUM_LABELS.test(key)) bag.add(key, text);
}

/** The other end in words: pod, DNS name, reserved identity or address, with the port a client would dial. */
export function describePeer(flow: JsonObject, side: "source" | "destination"): string | undefined {
  const endpoint = objectAt(flow, side);
  const name = (endpoint === undefined ? undefined : nameOf(endpoint, flow, side)) ?? addressOf(flow, side);
  if (name === undefined) return undefined;
  const port = side === "destination" ? destinationPort(flow) : undefined;
  return port === undefined ? name : `${name}:${port}`;
}

function nameOf(endpoint: JsonObject, flow: JsonObject, side: string): string | undefined {
  const pod = textAt(endpoint, "pod_name");
  if (pod !== undefined) return `${textAt(endpoint, "namespace") ?? ""}/${pod}`;
  const dns = textOf(listAt(flow, `${side}_names`)[0]);
  if (dns !== undefined) return dns;
  const labels = listAt(endpoint, "labels").filter((label) => typeof label === "string");
  const reserved = labels.find((label) => label.startsWith("fqdn:")) ?? labels.find((label) => label.startsWith("reserved:"));
  return reserved?.startsWith("fqdn:") ? reserved.slice("fqdn:".length) : (addressOf(flow, side) ?? reserved);
}

function addressOf(flow: JsonObject, side: string): string | undefined {
  const ip = objectAt(flow, "IP");
  return ip === undefined ? undefined : textAt(ip, side);
}

function destinationPort(flow: JsonObject): string | undefined {
  const layer = objectAt(flow, "l4");
  if (layer === undefined) return undefined;
  for (const protocol of ["TCP", "UDP", "SCTP"]) {
    const ports = objectAt(layer, protocol);
    if (ports !== undefined) return textAt(ports, "destination_port");
  }
  return undefined;
}
