/** The rules that give a violation its workload and digest. */
import { normalizeDigest } from "../domain/digest.ts";
import type { Quality, Violation } from "../domain/violation.ts";
import { type PodReference, podByContainer, podByName, podsByIp } from "./find-pod.ts";
import type { Identity, IdentityRule } from "./identity.ts";
import { guessFromPodName } from "./pod-name.ts";
import { containerOf, type PodVersion, versionAt } from "./pod-versions.ts";
import type { ClusterIndex, NamespaceIndex, Registry, TrackedPod } from "./registry.ts";
import type { WorkloadState } from "./workload-state.ts";
import type { WorkloadView } from "./workload-view.ts";

export interface IdentifyContext {
  readonly registry: Registry;
  readonly canonical: (digest: string) => string;
  readonly viewOf: (state: WorkloadState) => WorkloadView;
  readonly versionsOf: (pod: TrackedPod) => readonly PodVersion[];
}

/** Labels that name an application, best first; their value is looked for among the workloads of the namespace. */
const NAME_LABELS = ["app.kubernetes.io/name", "app", "k8s-app", "app.kubernetes.io/instance"];
const KINDS = ["Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Pod"];

/** The subject so far: its workload and, from the rule that found it, perhaps its version. */
export interface Subject {
  readonly workload: string;
  readonly namespace: string;
  readonly rule: IdentityRule;
  readonly digest: string | undefined;
  readonly image: string | undefined;
  readonly ambiguous: boolean;
}

export function identify(violation: Violation, context: IdentifyContext): Identity {
  const own = violation.digest ?? (violation.image?.includes("@sha256:") ? normalizeDigest(violation.image) : undefined);
  const digest = own === undefined ? undefined : context.canonical(own);
  const named = violation.workload === undefined ? undefined : topOf(violation.workload, violation, context);
  // The common case of a complete record asks nothing of the timeline.
  const subject = digest !== undefined && named !== undefined ? undefined : findSubject(violation, named, context);
  const { namespace, container, quality } = violation;
  if (digest !== undefined) {
    return {
      workload: named ?? subject?.workload,
      namespace: subject?.namespace ?? namespace,
      digest,
      image: violation.image ?? subject?.image,
      container,
      rule: "record",
      ambiguous: false,
      quality,
    };
  }
  return {
    workload: named ?? subject?.workload,
    namespace: subject?.namespace ?? namespace,
    digest: subject?.digest,
    image: violation.image ?? subject?.image,
    container,
    rule: subject?.rule ?? (named === undefined ? "none" : "workload"),
    ambiguous: subject?.ambiguous ?? false,
    quality: subject?.digest === undefined ? quality : inferred(quality),
  };
}

/** Whether a digest came from the timeline must show, unless the count itself is the weaker point. */
function inferred(quality: Quality): Quality {
  return quality === "exact" ? "inferred" : quality;
}

/** Sources may name a ReplicaSet or Job; counted is what stands behind it. */
function topOf(workload: string, violation: Violation, context: IdentifyContext): string {
  if (!workload.startsWith("ReplicaSet/") && !workload.startsWith("Job/")) return workload;
  return context.registry.topOwner(violation.cluster, violation.namespace, workload, violation.templateHash);
}

function findSubject(violation: Violation, named: string | undefined, context: IdentifyContext): Subject | undefined {
  const cluster = context.registry.clusters.get(violation.cluster);
  const namespace = cluster?.namespaces.get(violation.namespace);
  return (
    (cluster && byPod(violation, cluster, namespace, context)) ??
    (namespace && byTemplate(violation, namespace, named, context)) ??
    (named === undefined ? undefined : versionOf("workload", named, violation, undefined, context)) ??
    byForm(violation, namespace, context)
  );
}

/** The pod that an event named, as known by now: it may have become known after the event. */
export function placeOfPod(mention: PodMention, context: IdentifyContext): Subject | undefined {
  const cluster = context.registry.clusters.get(mention.cluster);
  return cluster && byPod(mention, cluster, cluster.namespaces.get(mention.namespace), context);
}

/** The part of a violation that names a pod, and perhaps one of its containers. */
export type PodMention = PodReference & { readonly container?: string | undefined };

function byPod(
  mention: PodMention,
  cluster: ClusterIndex,
  namespace: NamespaceIndex | undefined,
  context: IdentifyContext,
): Subject | undefined {
  const { podUid, containerId, pod, podIp, time } = mention;
  const byUid = podUid === undefined ? undefined : cluster.podsByUid.get(podUid);
  if (byUid !== undefined) return subjectOf(byUid, "pod-uid", mention, context);
  const byContainer = containerId === undefined ? undefined : podByContainer(cluster, containerId);
  if (byContainer !== undefined) return subjectOf(byContainer, "container-id", mention, context);
  const namesakes = pod === undefined ? undefined : namespace?.podsByName.get(pod);
  const byName = namesakes === undefined ? undefined : podByName(namesakes, time);
  if (byName !== undefined) return subjectOf(byName, "pod-name", mention, context);
  const holders = podIp === undefined ? [] : podsByIp(cluster, podIp, time);
  return oneOf(holders, mention, context);
}

/** One holder of an address is the answer; several answer as far as they agree, and not at all across workloads. */
function oneOf(holders: readonly TrackedPod[], mention: PodMention, context: IdentifyContext): Subject | undefined {
  const [first, ...others] = holders;
  if (first === undefined || others.some((other) => other.workload !== first.workload)) return undefined;
  const subject = subjectOf(first, "ip", mention, context);
  if (others.length === 0) return subject;
  const agree = others.every((other) => subjectOf(other, "ip", mention, context).digest === subject.digest);
  return { ...subject, digest: agree ? subject.digest : undefined, image: agree ? subject.image : undefined, ambiguous: true };
}

function subjectOf(pod: TrackedPod, rule: IdentityRule, mention: PodMention, context: IdentifyContext): Subject {
  const version = versionAt(context.versionsOf(pod), mention.time);
  const { container, ambiguous } = containerOf(version?.containers ?? [], mention.container);
  return {
    workload: pod.workload.name,
    namespace: pod.facts.namespace,
    rule,
    digest: container?.digest,
    image: container?.image,
    ambiguous,
  };
}

function byTemplate(
  violation: Violation,
  namespace: NamespaceIndex,
  named: string | undefined,
  context: IdentifyContext,
): Subject | undefined {
  const { templateHash } = violation;
  const pods = templateHash === undefined ? undefined : namespace.podsByHash.get(templateHash);
  const workloads = new Set<string>();
  for (const pod of pods ?? []) if (named === undefined || pod.workload.name === named) workloads.add(pod.workload.name);
  const [workload] = workloads;
  if (workload !== undefined && workloads.size === 1) return versionOf("template", workload, violation, templateHash, context);
  const prefix = violation.ownerPrefix?.replace(/[-*.]+$/, "");
  return prefix ? byPrefix(prefix, violation, namespace, context) : undefined;
}

/** `api-6c9f` is a ReplicaSet, `web` what a StatefulSet, DaemonSet or Job puts before its pods' names. */
function byPrefix(
  prefix: string,
  violation: Violation,
  namespace: NamespaceIndex,
  context: IdentifyContext,
): Subject | undefined {
  for (const kind of ["ReplicaSet", "StatefulSet", "DaemonSet", "Job"]) {
    const owner = `${kind}/${prefix}`;
    const pods = namespace.podsByOwner.get(owner);
    if (pods === undefined && !namespace.owners.has(owner)) continue;
    const workload = context.registry.topOwner(violation.cluster, violation.namespace, owner, violation.templateHash);
    const hash = kind === "ReplicaSet" ? hashOf(pods) : undefined;
    return versionOf("template", workload, violation, hash, context);
  }
  return undefined;
}

function hashOf(pods: ReadonlySet<TrackedPod> | undefined): string | undefined {
  for (const pod of pods ?? []) if (pod.facts.templateHash.value !== undefined) return pod.facts.templateHash.value;
  return undefined;
}

/** The version of a workload in effect at the time; the workload alone when nothing is known of it. */
function versionOf(
  rule: IdentityRule,
  workload: string,
  violation: Violation,
  templateHash: string | undefined,
  context: IdentifyContext,
): Subject {
  const { cluster, namespace, container, time } = violation;
  const state = context.registry.find(cluster, namespace, workload);
  const effect = state && context.viewOf(state).inEffect(container, time, templateHash);
  return {
    workload,
    namespace,
    rule,
    digest: effect?.digest,
    image: effect?.image,
    ambiguous: effect?.ambiguous ?? false,
  };
}

/** Last resort: the form of the pod's name or of a generated prefix, then labels that name a known workload. */
function byForm(violation: Violation, namespace: NamespaceIndex | undefined, context: IdentifyContext): Subject | undefined {
  const { pod, ownerPrefix, labels } = violation;
  const prefix = ownerPrefix?.replace(/[-*.]+$/, "");
  const guess = pod === undefined ? undefined : guessFromPodName(pod);
  if (guess !== undefined) {
    const workload = guess.workloads.find((candidate) => namespace?.workloads.has(candidate)) ?? guess.workloads[0];
    if (workload !== undefined) {
      const hash = namespace?.podsByHash.has(guess.templateHash ?? "") ? guess.templateHash : undefined;
      return versionOf("labels", workload, violation, hash, context);
    }
  }
  if (prefix) {
    const workload = context.registry.topOwner(
      violation.cluster,
      violation.namespace,
      `ReplicaSet/${prefix}`,
      violation.templateHash,
    );
    if (!workload.startsWith("ReplicaSet/")) return versionOf("labels", workload, violation, undefined, context);
  }
  for (const label of NAME_LABELS) {
    const value = Object.hasOwn(labels, label) ? labels[label] : undefined;
    const found = value === undefined ? [] : KINDS.filter((kind) => namespace?.workloads.has(`${kind}/${value}`));
    if (found.length === 1) return versionOf("labels", `${found[0]}/${value}`, violation, undefined, context);
  }
  return undefined;
}
