/** Edits of policies in the audit log. */
import type { Outcome, ParseContext } from "../ports/source.ts";
import { announced } from "./deployer-change.ts";
import { type AuditedRequest, touches } from "./kubernetes-audit-request.ts";
import { asObject, objectAt, objectsAt, textAt } from "./kubernetes-fields.ts";
import { ignored } from "./outcomes.ts";

/** Resources that are policies, by API group; an empty set: all of the group. */
const POLICIES: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["networking.k8s.io", new Set(["networkpolicies"])],
  ["policy.networking.k8s.io", new Set(["adminnetworkpolicies", "baselineadminnetworkpolicies", "clusternetworkpolicies"])],
  [
    "cilium.io",
    new Set(["ciliumnetworkpolicies", "ciliumclusterwidenetworkpolicies", "tracingpolicies", "tracingpoliciesnamespaced"]),
  ],
  ["projectcalico.org", calico()],
  ["crd.projectcalico.org", calico()],
  ["kyverno.io", new Set(["clusterpolicies", "policies", "policyexceptions"])],
  [
    "policies.kyverno.io",
    new Set(["validatingpolicies", "mutatingpolicies", "imagevalidatingpolicies", "generatingpolicies", "policyexceptions"]),
  ],
  ["constraints.gatekeeper.sh", new Set()],
  ["templates.gatekeeper.sh", new Set(["constrainttemplates"])],
  ["admissionregistration.k8s.io", new Set(["validatingadmissionpolicies", "validatingadmissionpolicybindings"])],
  ["security.istio.io", new Set(["authorizationpolicies", "peerauthentications"])],
]);
/** Calico's own API server writes what it is sent into its custom resources, which is then told a second time. */
const CALICO_WRITER = /:calico-apiserver$/;
const CALICO_STORAGE = "crd.projectcalico.org";
const POD_SECURITY = /^pod-security\.kubernetes\.io\/(?:enforce|audit|warn)$/;

function calico(): ReadonlySet<string> {
  const kinds = ["networkpolicies", "globalnetworkpolicies"];
  const staged = ["stagednetworkpolicies", "stagedglobalnetworkpolicies", "stagedkubernetesnetworkpolicies"];
  return new Set([...kinds, ...staged, "tiers"]);
}

/** Undefined when the object is no policy. */
export function policyEdits(request: AuditedRequest, context: ParseContext): readonly Outcome[] | undefined {
  if (request.group === "" && request.resource === "namespaces") return podSecurity(request, context);
  const resources = POLICIES.get(request.group);
  if (resources === undefined || (resources.size > 0 && !resources.has(request.resource))) return undefined;
  if (request.group === CALICO_STORAGE && CALICO_WRITER.test(request.actor ?? "")) return ignored("told-by-calico");
  // Labels and annotations decide nothing.
  if (touches(request, "spec") === false) return ignored("metadata-only");
  if (request.verb === "deletecollection") return deletedPolicies(request, context);
  return request.name === undefined ? ignored("name-unknown") : [edit(request, request.name, request.namespace, context)];
}

/** The policies of a collection are named only where the log holds the answer. */
function deletedPolicies(request: AuditedRequest, context: ParseContext): readonly Outcome[] {
  const gone = objectsAt(request.stored, "items").flatMap((item) => {
    const metadata = objectAt(item, "metadata");
    const name = textAt(metadata, "name");
    return name === undefined ? [] : [edit(request, name, textAt(metadata, "namespace") ?? request.namespace, context)];
  });
  return gone.length > 0 ? gone : ignored("name-unknown");
}

/** Pod Security Admission has no policy objects: its levels are labels of namespaces. */
function podSecurity(request: AuditedRequest, context: ParseContext): readonly Outcome[] {
  const { name, verb } = request;
  if (verb !== "patch" || name === undefined) return ignored("other-resource");
  const labels = Object.entries(objectAt(asObject(request.sent), "metadata", "labels") ?? {});
  const levels = labels.flatMap(([label, level]) => (POD_SECURITY.test(label) && typeof level === "string" ? [level] : []));
  if (levels.length === 0) return ignored("other-resource");
  return [...new Set(levels)].map((level) => edit(request, level, name, context));
}

function edit(request: AuditedRequest, policy: string, namespace: string, context: ParseContext): Outcome {
  const { time, actor, id } = request;
  return announced("kubernetes-audit", { time, kind: "policy", phase: "finished", namespace, policy, actor }, context, id);
}
