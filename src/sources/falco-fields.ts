/** Who a Falco event is about, from its `output_fields`. */
import { normalizeDigest } from "../domain/digest.ts";
import type { ViolationDraft } from "./outcomes.ts";
import { isObject, type JsonObject, textOf } from "./record-fields.ts";
import type { LabelBag } from "./sample-labels.ts";

const CONTAINER_ID = /^(?:[0-9a-f]{12}|[0-9a-f]{64})$/;
/** `k8s_<container>_<pod>_<namespace>_<uid>_<attempt>`. */
const DOCKER_NAME = /^k8s_([^_]+)_([^_]+)_([^_]+)_([0-9a-f-]{8,64})_\d+$/;
/** Workload names by field, where the k8smeta plugin or an old Falco gives them. */
const OWNERS = [
  ["k8smeta.deployment.name", "Deployment"],
  ["k8s.deployment.name", "Deployment"],
  ["k8s.statefulset.name", "StatefulSet"],
  ["k8s.daemonset.name", "DaemonSet"],
  ["k8s.job.name", "Job"],
] as const;
/** Workload kinds by the resource name of a Kubernetes audit event. */
const AUDIT_KINDS: ReadonlyMap<string, string> = new Map([
  ["deployments", "Deployment"],
  ["statefulsets", "StatefulSet"],
  ["daemonsets", "DaemonSet"],
  ["jobs", "Job"],
  ["cronjobs", "CronJob"],
]);
/** Fields that make no labels: nanoseconds beyond what JSON numbers hold exactly, and what the violation says itself. */
const NO_LABEL = /^(?:evt[._]time|k8s[._]|container[._])/;

/** A field by its dotted name; some outputs replace the dots by underscores, log stores turn them into nesting. */
export function falcoField(fields: JsonObject, name: string): unknown {
  if (Object.hasOwn(fields, name)) return fields[name];
  const { flat, head, rest } = formsOf(name);
  if (Object.hasOwn(fields, flat)) return fields[flat];
  const inner = head !== undefined && Object.hasOwn(fields, head) ? fields[head] : undefined;
  return isObject(inner) ? falcoField(inner, rest) : undefined;
}

interface NameForms {
  readonly flat: string;
  /** What is before the first dot, if there is one, and what is after it. */
  readonly head: string | undefined;
  readonly rest: string;
}

/** The other forms of the names asked for: a closed list, asked for with every record. */
const forms = new Map<string, NameForms>();

function formsOf(name: string): NameForms {
  let known = forms.get(name);
  if (known === undefined) {
    const dot = name.indexOf(".");
    const head = dot < 0 ? undefined : name.slice(0, dot);
    known = { flat: name.replaceAll(".", "_"), head, rest: name.slice(dot + 1) };
    forms.set(name, known);
  }
  return known;
}

/** Fills in the subject, container, image and peer; every other field becomes a label. */
export function readSubject(fields: JsonObject, violation: ViolationDraft, bag: LabelBag): void {
  const text = (name: string): string | undefined => textOf(falcoField(fields, name));
  violation.namespace = text("k8s.ns.name") ?? text("k8smeta.ns.name") ?? text("ka.target.namespace") ?? "";
  const pod = text("k8s.pod.name") ?? text("k8smeta.pod.name");
  if (pod !== undefined) violation.pod = pod;
  const uid = text("k8s.pod.uid") ?? text("k8smeta.pod.uid");
  if (uid !== undefined) violation.podUid = uid;
  readOwner(text, violation);
  readContainer(fields, text, violation);
  const peer = peerOf(text);
  if (peer !== undefined) violation.peer = peer;
  readPodLabels(falcoField(fields, "k8s.pod.labels"), violation, bag);
  for (const key in fields) {
    const value = fields[key];
    if (!NO_LABEL.test(key) && textOf(value) !== undefined) bag.add(key, value);
  }
}

type Read = (name: string) => string | undefined;

function readOwner(text: Read, violation: ViolationDraft): void {
  for (const [field, kind] of OWNERS) {
    const name = text(field);
    if (name === undefined) continue;
    violation.workload = `${kind}/${name}`;
    return;
  }
  const replicaSet = text("k8smeta.rs.name") ?? text("k8s.rs.name");
  if (replicaSet !== undefined) violation.ownerPrefix = replicaSet;
  const target = text("ka.target.name");
  const resource = text("ka.target.resource");
  if (target === undefined || resource === undefined) return;
  const kind = AUDIT_KINDS.get(resource);
  if (kind !== undefined) violation.workload = `${kind}/${target}`;
  else if (resource === "pods") violation.pod ??= target;
}

function readContainer(fields: JsonObject, text: Read, violation: ViolationDraft): void {
  const id = text("container.full_id") ?? text("container.id");
  if (id === "host") return;
  if (id !== undefined && CONTAINER_ID.test(id)) violation.containerId = id;
  const name = text("container.name");
  if (name !== undefined && name !== "host") readContainerName(name, violation);
  const repository = text("container.image.repository");
  const tag = text("container.image.tag");
  const image = repository === undefined ? text("container.image") : tag === undefined ? repository : `${repository}:${tag}`;
  if (image !== undefined) violation.image = image;
  const digest = digestOf(falcoField(fields, "container.image.digest")) ?? normalizeDigest(text("container.image"));
  if (digest !== undefined) violation.digest = digest;
}

/** Docker names the containers of a pod after it, which helps where Falco knows nothing of Kubernetes. */
function readContainerName(name: string, violation: ViolationDraft): void {
  const [, container, pod, namespace, uid] = DOCKER_NAME.exec(name) ?? [];
  violation.container = container ?? name;
  if (pod === undefined || namespace === undefined || violation.pod !== undefined) return;
  violation.pod = pod;
  violation.namespace ||= namespace;
  if (uid !== undefined) violation.podUid ??= uid;
}

/** Text in the documentation, a list in practice. */
function digestOf(value: unknown): string | undefined {
  for (const item of Array.isArray(value) ? value : [value]) {
    const digest = typeof item === "string" ? normalizeDigest(item) : undefined;
    if (digest !== undefined) return digest;
  }
  return undefined;
}

function peerOf(text: Read): string | undefined {
  const address = text("fd.rip") ?? text("fd.sip");
  const port = text("fd.rip") === undefined ? text("fd.sport") : text("fd.rport");
  if (address !== undefined) return port === undefined ? address : `${address}:${port}`;
  const name = text("fd.name");
  const arrow = name?.indexOf("->") ?? -1;
  return name === undefined || arrow < 0 ? undefined : textOf(name.slice(arrow + 2));
}

/** `a:b,c:d`, or `["a:b"]`. */
function readPodLabels(value: unknown, violation: ViolationDraft, bag: LabelBag): void {
  const pairs = typeof value === "string" ? value.split(",") : Array.isArray(value) ? value : [];
  for (const pair of pairs) {
    if (typeof pair !== "string") continue;
    const colon = pair.indexOf(":");
    if (colon <= 0) continue;
    const key = pair.slice(0, colon).trim();
    const label = textOf(pair.slice(colon + 1));
    if (label === undefined) continue;
    if (key === "pod-template-hash" || key === "controller-revision-hash") violation.templateHash = label;
    else bag.add(key, label);
  }
}
