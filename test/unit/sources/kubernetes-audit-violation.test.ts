import { describe, expect, it } from "vitest";
import { createTimeline } from "../../../src/identity/timeline.ts";
import { normalize } from "../../../src/pipeline/normalize.ts";
import { selectSources } from "../../../src/sources/index.ts";
import { kubernetesAuditEventSource as source } from "../../../src/sources/kubernetes-audit.ts";
import { context, DIGEST, verdictOf, violationOf, violationsOf } from "./context.ts";

const AT = "2030-01-02T03:04:05.123456Z";
const REPLICA_SET_CONTROLLER = { username: "system:serviceaccount:kube-system:replicaset-controller" };

/** A request to create a pod; `more` replaces fields. */
function event(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    kind: "Event",
    apiVersion: "audit.k8s.io/v1",
    level: "Metadata",
    auditID: "0d2c0001-0000-4000-8000-000000000001",
    stage: "ResponseComplete",
    requestURI: "/api/v1/namespaces/pay/pods",
    verb: "create",
    user: { username: "ada@example.com" },
    objectRef: { resource: "pods", namespace: "pay", name: "probe", apiVersion: "v1" },
    responseStatus: { metadata: {}, code: 201 },
    requestReceivedTimestamp: AT,
    stageTimestamp: "2030-01-02T03:04:05.200000Z",
    ...more,
  };
}

const refused = (message: string, more: Readonly<Record<string, unknown>> = {}, code = 403) =>
  event({ responseStatus: { metadata: {}, status: "Failure", reason: "Forbidden", message, code }, ...more });

const CHECKS =
  'allowPrivilegeEscalation != false (container "app" must set securityContext.allowPrivilegeEscalation=false), ' +
  'unrestricted capabilities (container "app" must set securityContext.capabilities.drop=["ALL"]), ' +
  "runAsNonRoot != true (pod or container (any of them) must set securityContext.runAsNonRoot=true)";

describe("Pod Security Admission", () => {
  it("is told where it only took note", () => {
    const annotations = {
      "pod-security.kubernetes.io/audit-violations": `would violate PodSecurity "restricted:v1.31": ${CHECKS}`,
      "pod-security.kubernetes.io/enforce-policy": "privileged:latest",
    };
    expect(violationOf(source, event({ annotations }))).toMatchObject({
      // 2030-01-02T03:04:05.123Z; the clock keeps milliseconds.
      time: Date.UTC(2030, 0, 2, 3, 4, 5, 123),
      policy: "restricted",
      engine: "kubernetes-audit",
      action: "audit",
      cluster: "default-cluster",
      namespace: "pay",
      pod: "probe",
      count: 1,
      labels: {
        admission: "pod-security",
        rule: "allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true",
        enforcer: "v1.31",
        user: "ada@example.com",
      },
    });
  });

  it("is told where it denied, with the generated name that only the answer has", () => {
    const message = `pods "card-api-7d9f8b6c5-x2x4z" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)`;
    const objectRef = { resource: "pods", namespace: "pay", apiVersion: "v1" };
    const violation = violationOf(source, refused(message, { objectRef, user: REPLICA_SET_CONTROLLER }));
    expect(violation).toMatchObject({ policy: "baseline", action: "deny", pod: "card-api-7d9f8b6c5-x2x4z" });
    expect(violation.labels.rule).toBe("host namespaces");
  });
});

describe("validating admission policies", () => {
  it("are told by the words of the refusal", () => {
    const message =
      "deployments.apps \"card-api\" is forbidden: ValidatingAdmissionPolicy 'limits' with binding 'limits-prod' denied request: too many replicas";
    const objectRef = { resource: "deployments", apiGroup: "apps", namespace: "pay", name: "card-api" };
    expect(violationOf(source, refused(message, { objectRef }, 422))).toMatchObject({
      policy: "limits",
      action: "deny",
      workload: "Deployment/card-api",
      message: "too many replicas",
      labels: { admission: "validating-admission-policy", rule: "limits-prod" },
    });
  });

  it("are told one by one where they only took note", () => {
    const failure = (policy: string) => ({ message: "m", policy, binding: `${policy}-b`, validationActions: ["Audit"] });
    const annotations = {
      "validation.policy.admission.k8s.io/validation_failure": JSON.stringify([failure("limits"), failure("owner")]),
    };
    const found = violationsOf(source, event({ annotations }));
    expect(found.map(({ policy, action }) => `${policy} ${action}`)).toEqual(["limits audit", "owner audit"]);
    expect(new Set(found.map(({ id }) => id)).size).toBe(2);
    const broken = event({ annotations: { "validation.policy.admission.k8s.io/validation_failure": "[{" } });
    expect(verdictOf(source, broken)).toBe("ignored:other-resource");
  });
});

describe("webhooks", () => {
  const policiesOf = (message: string) => violationsOf(source, refused(message)).map(({ policy }) => policy);

  it("are told by their own name when they name no policy", () => {
    const violation = violationOf(source, refused('admission webhook "guard.example.com" denied the request: no owner label'));
    expect(violation).toMatchObject({ policy: "guard.example.com", action: "deny", message: "no owner label" });
    expect(policiesOf('admission webhook "guard.example.com" denied the request')).toEqual(["guard.example.com"]);
  });

  it("are told by the constraints of Gatekeeper", () => {
    const lines = "[must-have-owner] you must provide labels: {owner}\n[no-latest] image has no digest";
    expect(policiesOf(`admission webhook "validation.gatekeeper.sh" denied the request: ${lines}`)).toEqual([
      "must-have-owner",
      "no-latest",
    ]);
  });

  it("are told by the policies of Kyverno, once each", () => {
    const message = [
      'admission webhook "validate.kyverno.svc-fail" denied the request: ',
      "",
      "resource Pod/pay/probe was blocked due to the following policies ",
      "",
      "require-digest:",
      "  check-digest: 'validation error: use a digest. rule check-digest failed at path /spec/containers/0/image/'",
      "  check-registry: 'validation error: not our registry'",
      "require-owner:",
      "  check-owner: 'validation error: label owner is missing'",
    ].join("\n");
    const [first, second] = violationsOf(source, refused(message, {}, 400));
    expect([first?.policy, second?.policy]).toEqual(["require-digest", "require-owner"]);
    expect(first?.labels.rule).toBe("check-digest");
  });
});

describe("what is no violation", () => {
  it("is a refusal for missing rights, a dry run, another stage, or reading", () => {
    const rights = refused('pods is forbidden: User "ada" cannot create resource "pods" in API group "" in the namespace "pay"');
    expect(verdictOf(source, rights)).toBe("ignored:refused");
    const denied = `pods "probe" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)`;
    expect(verdictOf(source, refused(denied, { requestURI: "/api/v1/namespaces/pay/pods?dryRun=All" }))).toBe("ignored:dry-run");
    expect(verdictOf(source, refused(denied, { stage: "RequestReceived" }))).toBe("ignored:other-stage");
    expect(verdictOf(source, refused(denied, { verb: "get" }))).toBe("ignored:reads-only");
  });
});

describe("the subject", () => {
  const pod = {
    metadata: {
      generateName: "card-api-7d9f8b6c5-",
      labels: { "pod-template-hash": "7d9f8b6c5" },
      ownerReferences: [{ kind: "ReplicaSet", name: "card-api-7d9f8b6c5", controller: true }],
    },
    spec: { serviceAccountName: "cards", containers: [{ name: "app", image: `registry.example.com/card-api@${DIGEST}` }] },
  };
  const objectRef = { resource: "pods", namespace: "pay", apiVersion: "v1" };
  const denial = 'admission webhook "guard.example.com" denied the request: no';

  it("is what made the pod, with the image where it is pinned", () => {
    const violation = violationOf(source, refused(denial, { objectRef, requestObject: pod }));
    expect(violation).toMatchObject({
      workload: "ReplicaSet/card-api-7d9f8b6c5",
      templateHash: "7d9f8b6c5",
      container: "app",
      digest: DIGEST,
      serviceAccount: "cards",
    });
    expect(createTimeline().identify(violation)).toMatchObject({
      workload: "Deployment/card-api",
      digest: DIGEST,
    });
  });

  it("has no image when several containers could be meant, and no workload when a node made the pod", () => {
    const containers = [
      { name: "a", image: "a" },
      { name: "b", image: "b" },
    ];
    const metadata = { ...pod.metadata, ownerReferences: [{ kind: "Node", name: "worker-1", controller: true }] };
    const violation = violationOf(source, refused(denial, { objectRef, requestObject: { metadata, spec: { containers } } }));
    expect(violation.image).toBeUndefined();
    expect(violation.workload).toBeUndefined();
  });
});

describe("one request may be both", () => {
  it("an edit and a violation, on either route", () => {
    const objectRef = { resource: "deployments", apiGroup: "apps", namespace: "pay", name: "card-api" };
    const annotations = {
      "pod-security.kubernetes.io/audit-violations": `would violate PodSecurity "restricted:latest": ${CHECKS}`,
    };
    const requestObject = { spec: { template: { spec: { containers: [{ name: "app", image: "card-api:v2" }] } } } };
    const record = event({ objectRef, verb: "patch", annotations, requestObject });
    for (const route of ["events", "changes"] as const) {
      const { violations, timeline } = normalize([{ index: 0, record }], selectSources("auto", route), context);
      expect(violations.map(({ violation }) => violation.workload)).toEqual(["Deployment/card-api"]);
      expect(timeline).toHaveLength(1);
    }
  });
});
