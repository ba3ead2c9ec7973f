import { describe, expect, it } from "vitest";
import type { TimelineRecord } from "../../../src/domain/observation.ts";
import type { PushSource } from "../../../src/ports/source.ts";
import { argocdSource } from "../../../src/sources/argocd.ts";
import { cdeventsSource } from "../../../src/sources/cdevents.ts";
import { fluxSource } from "../../../src/sources/flux.ts";
import { githubSource } from "../../../src/sources/github.ts";
import { registrySource } from "../../../src/sources/registry.ts";
import { context, DIGEST, verdictOf } from "./context.ts";

const OTHER = `sha256:${"cd34".repeat(16)}`;
const TIME = "2030-01-02T03:04:00Z";

function recordsOf(source: PushSource, record: unknown): readonly TimelineRecord[] {
  expect(source.recognizes(record)).toBe(true);
  return source.parse(record, context).map((outcome) => {
    if (outcome.type !== "timeline") throw new Error(`expected a timeline record, got ${JSON.stringify(outcome)}`);
    return outcome.record;
  });
}

describe("cdevents", () => {
  const event = (type: string, content: object = {}, id = "bank/deployment/ledger") => ({
    context: { specversion: "0.5.0", id: "e1", source: "/ci", type: `dev.cdevents.${type}.0.3.0`, timestamp: TIME },
    subject: { id, content: { environment: { id: "east/bank" }, ...content } },
  });
  const artifactId = `pkg:oci/ledger@${DIGEST.replace(":", "%3A")}?repository_url=reg.test%2Fledger`;

  it.each([
    ["service.deployed", "rollout"],
    ["service.upgraded", "rollout"],
    ["service.rolledback", "rollback"],
  ])("takes %s for a %s", (type, kind) => {
    const change = {
      kind,
      cluster: "east",
      namespace: "bank",
      workload: "Deployment/ledger",
      digest: DIGEST,
      image: "reg.test/ledger",
    };
    expect(recordsOf(cdeventsSource, event(type, { artifactId }))).toMatchObject([
      { change: { ...change, time: Date.parse(TIME) } },
    ]);
    expect(recordsOf(cdeventsSource, { specversion: "1.0", data: event(type, { artifactId }) })).toMatchObject([{ change }]);
  });

  it("takes a removed service for a resize to nothing, a published artifact for a name, and the rest for nothing", () => {
    expect(recordsOf(cdeventsSource, event("service.removed"))).toMatchObject([{ change: { kind: "scale", replicas: 0 } }]);
    expect(recordsOf(cdeventsSource, event("artifact.published", {}, artifactId))).toMatchObject([
      { type: "alias", digests: [DIGEST] },
    ]);
    expect(verdictOf(cdeventsSource, event("service.published"))).toBe("ignored:not-a-deployment");
    expect(verdictOf(cdeventsSource, event("incident.detected"))).toBe("ignored:not-a-deployment");
    expect(
      verdictOf(cdeventsSource, { ...event("service.deployed"), context: { type: "dev.cdevents.service.deployed.0.3.0" } }),
    ).toBe("rejected:invalid_field");
  });
});

describe("argocd", () => {
  const resources = [
    { kind: "Service", name: "ledger", namespace: "bank", status: "Synced", message: "service/ledger configured" },
    { kind: "Deployment", name: "ledger", namespace: "bank", status: "Synced", message: "deployment.apps/ledger configured" },
    { kind: "Deployment", name: "idle", namespace: "bank", status: "Synced", message: "deployment.apps/idle unchanged" },
  ];
  const app = (phase: string) => ({
    metadata: { name: "ledger" },
    spec: { destination: { name: "east", namespace: "bank" } },
    status: {
      health: { status: "Healthy" },
      operationState: {
        phase,
        startedAt: TIME,
        operation: { initiatedBy: { username: "ana" } },
        syncResult: { revision: "9fceb02", resources },
      },
    },
  });

  it("announces the workloads that a sync changed", () => {
    const change = { cluster: "east", namespace: "bank", workload: "Deployment/ledger", actor: "ana", revision: "9fceb02" };
    const records = recordsOf(argocdSource, { source: "argocd", app: app("Running") });
    expect(records).toMatchObject([{ change: { ...change, phase: "started" } }]);
    const application = { apiVersion: "argoproj.io/v1alpha1", kind: "Application", ...app("Succeeded") };
    expect(recordsOf(argocdSource, application)).toMatchObject([{ change: { ...change, phase: "finished" } }]);
  });

  it("says why a notification announces nothing", () => {
    expect(verdictOf(argocdSource, { source: "argocd", app: app("Failed") })).toBe("ignored:sync-failed");
    expect(verdictOf(argocdSource, { source: "argocd", app: {} })).toBe("ignored:no-operation");
    expect(verdictOf(argocdSource, { text: "app synced" })).toBe("rejected:unknown_format");
  });
});

describe("flux", () => {
  const event = (reason: string, message: string, severity = "info") => ({
    involvedObject: {
      apiVersion: "kustomize.toolkit.fluxcd.io/v1",
      kind: "Kustomization",
      name: "bank",
      namespace: "flux",
      uid: "u",
    },
    metadata: { "kustomize.toolkit.fluxcd.io/revision": "main@sha1:77" },
    severity,
    reason,
    message,
    timestamp: TIME,
  });

  it("announces the workloads a progress message names, else the reconciliation", () => {
    const message = "Service/bank/ledger configured\nDeployment/bank/ledger configured\nDeployment/bank/idle unchanged";
    expect(recordsOf(fluxSource, event("Progressing", message))).toMatchObject([
      { change: { namespace: "bank", workload: "Deployment/ledger", revision: "main@sha1:77", phase: "progressing" } },
    ]);
    expect(recordsOf(fluxSource, event("ReconciliationSucceeded", "done"))).toMatchObject([
      { change: { namespace: "flux", actor: "flux:bank" } },
    ]);
  });

  it("ignores failures and Kubernetes Events", () => {
    expect(verdictOf(fluxSource, event("ValidationFailed", "no", "error"))).toBe("ignored:nothing-applied");
    expect(verdictOf(fluxSource, { ...event("GitOperationFailed", ""), kind: "Event" })).toBe("ignored:kubernetes-event");
  });
});

describe("github", () => {
  const hook = (fields: object) => ({ repository: { full_name: "acme/ledger" }, sender: { login: "ana" }, ...fields });
  const payload = { digest: DIGEST, namespace: "bank", workload: "Deployment/ledger" };
  const deployment = { id: 7, sha: "9fceb02", created_at: TIME, task: "deploy", payload };

  it("reads place and digest from the payload, also when it is a text", () => {
    const change = { namespace: "bank", workload: "Deployment/ledger", digest: DIGEST, actor: "ana", revision: "9fceb02" };
    expect(recordsOf(githubSource, hook({ deployment }))).toMatchObject([{ change: { ...change, phase: "started" } }]);
    const told = { ...deployment, payload: JSON.stringify(payload) };
    const status = { state: "success", created_at: TIME };
    expect(recordsOf(githubSource, hook({ deployment: told, deployment_status: status }))).toMatchObject([
      { change: { ...change, phase: "finished" } },
    ]);
  });

  it.each(["queued", "failure", "inactive"])("announces nothing for a deployment that is %s", (state) => {
    expect(verdictOf(githubSource, hook({ deployment, deployment_status: { state, created_at: TIME } }))).toBe(
      "ignored:nothing-deployed",
    );
  });

  it("believes package digests of 64 digits only", () => {
    const version = (digest: string) => ({ action: "published", package: { package_version: { version: digest } } });
    expect(recordsOf(githubSource, hook(version(DIGEST)))).toMatchObject([{ type: "alias", digests: [DIGEST] }]);
    expect(verdictOf(githubSource, hook(version("sha256:6c62")))).toBe("ignored:push-without-digest");
    expect(verdictOf(githubSource, hook({ workflow_run: {} }))).toBe("ignored:not-a-deployment");
    const ping = { zen: "Keep it logically awesome.", hook_id: 109948940, hook: {}, sender: { login: "octocat" } };
    expect([githubSource.recognizes(ping), verdictOf(githubSource, ping)]).toEqual([true, "ignored:ping"]);
  });
});

describe("registry", () => {
  const manifest = "application/vnd.oci.image.index.v1+json";
  const push = (target: object, action = "push") => ({ events: [{ action, target, request: { host: "reg.test" } }] });

  it("ties an index to its manifests", () => {
    const references = [
      { mediaType: "application/vnd.oci.image.manifest.v1+json", digest: OTHER },
      { mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest: `sha256:${"0".repeat(64)}` },
    ];
    expect(
      recordsOf(registrySource, push({ mediaType: manifest, digest: DIGEST, repository: "ledger", tag: "2", references })),
    ).toMatchObject([{ type: "alias", digests: [DIGEST, OTHER], image: "reg.test/ledger:2" }]);
  });

  it("understands Harbor in both forms", () => {
    const data = { resources: [{ digest: DIGEST, tag: "2", resource_url: "reg.test/ledger:2" }] };
    for (const notice of [
      { type: "PUSH_ARTIFACT", event_data: data },
      { type: "harbor.artifact.pushed", data },
    ]) {
      expect(recordsOf(registrySource, notice)).toMatchObject([{ digests: [DIGEST], image: "reg.test/ledger:2" }]);
    }
    expect(verdictOf(registrySource, { type: "PULL_ARTIFACT", event_data: data })).toBe("ignored:not-a-push");
  });

  it("says why a notice ties nothing", () => {
    expect(verdictOf(registrySource, push({ mediaType: manifest, digest: DIGEST }, "pull"))).toBe("ignored:not-a-push");
    expect(verdictOf(registrySource, push({ mediaType: "application/octet-stream", digest: DIGEST }))).toBe(
      "ignored:not-a-manifest",
    );
    expect(verdictOf(registrySource, { docker_url: "quay.test/a/b", repository: "a/b" })).toBe("ignored:push-without-digest");
    expect(verdictOf(registrySource, { push_data: { tag: "1" }, repository: { repo_name: "a/b" } })).toBe(
      "ignored:push-without-digest",
    );
  });
});

it.each([cdeventsSource, argocdSource, fluxSource, githubSource, registrySource])("$name throws at nothing", (source) => {
  for (const record of [
    null,
    1,
    "x",
    [],
    {},
    { context: 1 },
    { app: null, source: "argocd" },
    { events: [null] },
    { deployment: [] },
    { type: 1 },
  ]) {
    expect(() => source.recognizes(record)).not.toThrow();
    for (const outcome of source.parse(record, context)) expect(outcome.type).not.toBe("timeline");
  }
});
