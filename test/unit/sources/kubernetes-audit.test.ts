import { describe, expect, it } from "vitest";
import type { Change } from "../../../src/domain/change.ts";
import { createTimeline } from "../../../src/identity/timeline.ts";
import { normalize } from "../../../src/pipeline/normalize.ts";
import { selectSources } from "../../../src/sources/index.ts";
import { kubernetesAuditSource as source } from "../../../src/sources/kubernetes-audit.ts";
import { context, DIGEST, verdictOf } from "./context.ts";

const AT = "2030-01-02T03:04:05.123456Z";
const NETWORK_POLICY = { apiGroup: "networking.k8s.io", resource: "networkpolicies", namespace: "pay", name: "pci-egress" };
const CALICO_POLICY = {
  apiGroup: "projectcalico.org",
  resource: "networkpolicies",
  namespace: "pay",
  name: "pci.restrict-egress",
};
const DEPLOYMENT = { apiGroup: "apps", resource: "deployments", namespace: "pay", name: "card-api" };

/** A granted request; `more` replaces fields. */
function event(objectRef: object, verb: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    kind: "Event",
    apiVersion: "audit.k8s.io/v1",
    level: "RequestResponse",
    auditID: "7d0c9a55-0000-4000-8000-000000000001",
    stage: "ResponseComplete",
    requestURI: `/apis/x/v1/y`,
    verb,
    user: { username: "ada@example.com", groups: ["system:authenticated"] },
    objectRef,
    responseStatus: { metadata: {}, code: 200 },
    requestReceivedTimestamp: AT,
    stageTimestamp: "2030-01-02T03:04:05.200000Z",
    ...more,
  };
}

function changesOf(record: unknown): readonly Change[] {
  return source.parse(record, context).map((outcome) => {
    if (outcome.type !== "timeline" || outcome.record.type !== "change")
      throw new Error(`expected a change, got ${JSON.stringify(outcome)}`);
    return outcome.record.change;
  });
}

describe("policy edits", () => {
  it("says who edited which policy when", () => {
    expect(changesOf(event(NETWORK_POLICY, "update"))).toMatchObject([
      {
        kind: "policy",
        phase: "finished",
        policy: "pci-egress",
        namespace: "pay",
        cluster: "default-cluster",
        actor: "ada@example.com",
        source: "kubernetes-audit",
        // 2030-01-02T03:04:05.123Z; the clock keeps milliseconds.
        time: Date.UTC(2030, 0, 2, 3, 4, 5, 123),
        receivedAt: context.now,
      },
    ]);
  });

  it.each([
    ["Calico", CALICO_POLICY],
    ["Calico, global", { apiGroup: "projectcalico.org", resource: "globalnetworkpolicies", name: "pci.deny" }],
    ["Calico, written past its server", { ...CALICO_POLICY, apiGroup: "crd.projectcalico.org" }],
    ["Cilium", { apiGroup: "cilium.io", resource: "ciliumnetworkpolicies", namespace: "pay", name: "pci-egress" }],
    ["Tetragon", { apiGroup: "cilium.io", resource: "tracingpolicies", name: "no-shell" }],
    ["Kyverno", { apiGroup: "kyverno.io", resource: "clusterpolicies", name: "require-digest" }],
    ["Kyverno, exceptions", { apiGroup: "kyverno.io", resource: "policyexceptions", namespace: "pay", name: "legacy" }],
    ["Gatekeeper, any kind", { apiGroup: "constraints.gatekeeper.sh", resource: "k8srequiredlabels", name: "team" }],
    ["Gatekeeper, template", { apiGroup: "templates.gatekeeper.sh", resource: "constrainttemplates", name: "k8srequiredlabels" }],
    ["Kubernetes", { apiGroup: "admissionregistration.k8s.io", resource: "validatingadmissionpolicies", name: "limits" }],
    ["Istio", { apiGroup: "security.istio.io", resource: "authorizationpolicies", namespace: "pay", name: "allow-web" }],
  ])("knows policies of %s", (_, objectRef) => {
    for (const verb of ["create", "update", "patch", "delete"]) {
      expect(changesOf(event(objectRef, verb))).toMatchObject([{ kind: "policy", policy: objectRef.name }]);
    }
  });

  it("tells one request once, whatever copies of it arrive", () => {
    const [one] = changesOf(event(NETWORK_POLICY, "update"));
    const [again] = changesOf(event(NETWORK_POLICY, "update", { level: "Metadata" }));
    const [other] = changesOf(event(NETWORK_POLICY, "update", { auditID: "other" }));
    expect(again?.id).toBe(one?.id);
    expect(other?.id).not.toBe(one?.id);
  });

  it("names the one who is acted for", () => {
    const [change] = changesOf(event(NETWORK_POLICY, "delete", { impersonatedUser: { username: "grace" } }));
    expect(change?.actor).toBe("grace");
  });

  it("names the policies of a deleted collection where the log has them", () => {
    const { name: _, ...collection } = NETWORK_POLICY;
    const items = [{ metadata: { name: "a", namespace: "pay" } }, { metadata: { name: "b", namespace: "pay" } }];
    expect(changesOf(event(collection, "deletecollection", { responseObject: { items } })).map(({ policy }) => policy)).toEqual([
      "a",
      "b",
    ]);
    expect(verdictOf(source, event(collection, "deletecollection"))).toBe("ignored:name-unknown");
  });

  it("reads levels of Pod Security Admission from labels of namespaces", () => {
    const namespaces = { resource: "namespaces", name: "pay", namespace: "pay" };
    const patch = (labels: object) => event(namespaces, "patch", { requestObject: { metadata: { labels } } });
    const labels = { "pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/audit": "restricted" };
    expect(changesOf(patch(labels))).toMatchObject([{ kind: "policy", policy: "restricted", namespace: "pay" }]);
    expect(verdictOf(source, patch({ team: "cards" }))).toBe("ignored:other-resource");
  });
});

describe("edits that change nothing", () => {
  const stored = (resourceVersion: string, writtenAt?: string) => ({
    metadata: {
      resourceVersion,
      ...(writtenAt === undefined ? {} : { managedFields: [{ manager: "operator", operation: "Update", time: writtenAt }] }),
    },
  });

  it("are told by the version, which stays", () => {
    const objectRef = { ...CALICO_POLICY, resourceVersion: "812" };
    expect(verdictOf(source, event(objectRef, "update", { responseObject: stored("812") }))).toBe("ignored:changed-nothing");
    expect(changesOf(event(objectRef, "update", { responseObject: stored("813") }))).toHaveLength(1);
  });

  it("are told by the time of the last write, which is before the request", () => {
    const written = (at: string) => verdictOf(source, event(CALICO_POLICY, "patch", { responseObject: stored("812", at) }));
    expect(written("2030-01-01T00:00:00Z")).toBe("ignored:changed-nothing");
    // The second of the request: whole seconds are all these times have.
    expect(written("2030-01-02T03:04:05Z")).toBe("timeline");
  });

  it("are those that patch labels only", () => {
    const patch = (requestObject: unknown) => verdictOf(source, event(NETWORK_POLICY, "patch", { requestObject }));
    expect(patch({ metadata: { annotations: { note: "x" } } })).toBe("ignored:metadata-only");
    expect(patch({ metadata: {}, spec: { egress: [] } })).toBe("timeline");
    expect(patch([{ op: "add", path: "/metadata/labels/a", value: "b" }])).toBe("ignored:metadata-only");
    expect(patch([{ op: "replace", path: "/spec/egress/0", value: {} }])).toBe("timeline");
    // Applied by the server: a whole object, of which nobody knows what is new.
    expect(patch({ kind: "NetworkPolicy", metadata: {} })).toBe("timeline");
  });

  it("are what Calico's own server stores after it was asked", () => {
    const objectRef = { ...CALICO_POLICY, apiGroup: "crd.projectcalico.org" };
    const user = { username: "system:serviceaccount:calico-apiserver:calico-apiserver" };
    expect(verdictOf(source, event(objectRef, "update", { user }))).toBe("ignored:told-by-calico");
  });

  it.each([
    ["other-stage", { stage: "RequestReceived" }],
    ["refused", { responseStatus: { code: 403 } }],
    ["dry-run", { requestURI: "/apis/networking.k8s.io/v1/networkpolicies?dryRun=All&fieldManager=kubectl" }],
    ["reads-only", { verb: "watch" }],
    ["subresource", { objectRef: { ...NETWORK_POLICY, subresource: "status" } }],
    ["other-resource", { objectRef: { resource: "configmaps", namespace: "pay", name: "settings" } }],
  ])("%s", (reason, more) => {
    expect(verdictOf(source, event(NETWORK_POLICY, "update", more))).toBe(`ignored:${reason}`);
  });
});

describe("workloads", () => {
  const template = (image: string) => ({ spec: { template: { spec: { containers: [{ name: "api", image }] } } } });

  it("gives a rollout its author", () => {
    const image = `registry.example/card-api:1.5@${DIGEST}`;
    expect(changesOf(event(DEPLOYMENT, "patch", { requestObject: template(image) }))).toMatchObject([
      { kind: "rollout", workload: "Deployment/card-api", container: "api", image, digest: DIGEST, actor: "ada@example.com" },
    ]);
    const patch = [{ op: "replace", path: "/spec/template/spec/containers/0/image", value: "registry.example/card-api:1.6" }];
    expect(changesOf(event(DEPLOYMENT, "patch", { requestObject: patch }))).toMatchObject([
      { kind: "rollout", image: "registry.example/card-api:1.6" },
    ]);
  });

  it("tells each container of one patch", () => {
    const containers = ["api", "log"].map((name) => ({ name, image: `registry.example/${name}:2` }));
    const changes = changesOf(event(DEPLOYMENT, "patch", { requestObject: { spec: { template: { spec: { containers } } } } }));
    expect(changes.map(({ container }) => container)).toEqual(["api", "log"]);
    expect(new Set(changes.map(({ id }) => id)).size).toBe(2);
  });

  it("takes a restart or new settings for a change of configuration", () => {
    const annotations = { "kubectl.kubernetes.io/restartedAt": AT };
    const requestObject = { spec: { template: { metadata: { annotations } } } };
    expect(changesOf(event(DEPLOYMENT, "patch", { requestObject }))).toMatchObject([{ kind: "config", restart: true }]);
  });

  it.each([
    ["a scale request", { ...DEPLOYMENT, subresource: "scale" }, "update", { kind: "Scale", spec: { replicas: 12 } }],
    ["a patch", DEPLOYMENT, "patch", { spec: { replicas: 12 } }],
    ["a JSON patch", DEPLOYMENT, "patch", [{ op: "replace", path: "/spec/replicas", value: 12 }]],
  ])("tells a new size from %s", (_, objectRef, verb, requestObject) => {
    expect(changesOf(event(objectRef, verb, { requestObject }))).toMatchObject([{ kind: "scale", replicas: 12 }]);
  });

  it("says nothing where nothing can be known", () => {
    const whole = { kind: "Deployment", ...template("registry.example/card-api:1.5") };
    expect(verdictOf(source, event(DEPLOYMENT, "update", { requestObject: whole }))).toBe("ignored:neither-template-nor-size");
    expect(verdictOf(source, event(DEPLOYMENT, "patch", { level: "Metadata" }))).toBe("ignored:neither-template-nor-size");
    const user = { username: "system:serviceaccount:kube-system:deployment-controller" };
    expect(verdictOf(source, event(DEPLOYMENT, "update", { user }))).toBe("ignored:controller");
    const responseObject = { metadata: { generation: 7 }, status: { observedGeneration: 7 } };
    expect(verdictOf(source, event(DEPLOYMENT, "patch", { requestObject: template("a:1"), responseObject }))).toBe(
      "ignored:changed-nothing",
    );
  });

  it("adds the author to what the watch saw", () => {
    const timeline = createTimeline();
    const image = "registry.example/card-api:1.5";
    const [announced] = source.parse(event(DEPLOYMENT, "patch", { requestObject: template(image) }), context);
    if (announced?.type === "timeline") timeline.apply(announced.record);
    const owner = { type: "owner", cluster: "default-cluster", namespace: "pay", kind: "Deployment", name: "card-api" } as const;
    const seen = (version: string, observedAt: number) =>
      timeline.apply({ ...owner, uid: "u", images: [{ container: "api", image: version }], observedAt });
    seen("registry.example/card-api:1.4", context.now - 3_600_000);
    seen(image, context.now - 50_000);
    const changes = timeline.changes({ cluster: "default-cluster", from: 0, to: Number.MAX_SAFE_INTEGER });
    expect(changes).toMatchObject([{ kind: "rollout", image, actor: "ada@example.com" }]);
  });
});

describe("shapes", () => {
  it("reads lists, whose items do not say what they are, and the old version of the format", () => {
    const { kind: _, apiVersion: __, ...item } = event(NETWORK_POLICY, "update");
    const list = { kind: "EventList", apiVersion: "audit.k8s.io/v1", items: [item, item, 7] };
    expect(verdictOf(source, list)).toBe("timeline,timeline,rejected:not_an_object");
    expect(source.recognizes(list)).toBe(true);
    expect(changesOf(item)).toHaveLength(1);
    expect(source.recognizes({ kind: "Event", apiVersion: "v1", reason: "PolicyViolation", stage: "x" })).toBe(false);
    const { requestReceivedTimestamp: ___, ...old } = event(NETWORK_POLICY, "update");
    expect(changesOf({ ...old, apiVersion: "audit.k8s.io/v1beta1", timestamp: "2030-01-02T03:04:05Z" })).toHaveLength(1);
  });

  it("finds events in the wrapping of a cloud", () => {
    const record = {
      records: [{ category: "kube-audit", properties: { log: JSON.stringify(event(NETWORK_POLICY, "update")) } }],
    };
    const { timeline } = normalize([{ index: 0, record }], selectSources("auto", "changes"), context);
    expect(timeline).toHaveLength(1);
  });

  it("rejects what is no audit event", () => {
    expect(verdictOf(source, 7)).toBe("rejected:not_an_object");
    expect(verdictOf(source, { kind: "Pod" })).toBe("rejected:unknown_format");
    expect(verdictOf(source, { ...event(NETWORK_POLICY, "update"), requestReceivedTimestamp: "soon" })).toBe(
      "rejected:invalid_field",
    );
  });
});
