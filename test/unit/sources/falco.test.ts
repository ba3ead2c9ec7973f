import { describe, expect, it } from "vitest";
import { falcoSource } from "../../../src/sources/falco.ts";
import { DIGEST, verdictOf, violationOf } from "./context.ts";

const fields = {
  "container.id": "0123456789ab",
  "container.name": "main",
  "container.image.repository": "registry.example/api",
  "container.image.tag": "2",
  "k8s.ns.name": "pay",
  "k8s.pod.name": "api-6c9f-x2z",
  "k8s.pod.uid": "c0ffee",
  "evt.time": Number("1893553445123456789"),
  "proc.name": "curl",
};
const event = {
  time: "2030-01-02T03:04:05.123456789Z",
  rule: "Outbound to card network",
  priority: "Warning",
  source: "syscall",
  hostname: "node-a",
  tags: ["PCI_DSS_1.3.4", "network"],
  output: "outbound connection",
  output_fields: fields,
};
const withFields = (more: Record<string, unknown>) => ({ ...event, output_fields: { ...fields, ...more } });

describe("falco", () => {
  it("reads an event", () => {
    const violation = violationOf(falcoSource, event);
    expect(violation).toMatchObject({
      time: 1_893_553_445_123,
      policy: "Outbound to card network",
      engine: "falco",
      action: "alert",
      cluster: "default-cluster",
      namespace: "pay",
      pod: "api-6c9f-x2z",
      podUid: "c0ffee",
      container: "main",
      containerId: "0123456789ab",
      image: "registry.example/api:2",
      enforcedBy: "node-a",
      count: 1,
      message: "outbound connection",
    });
    expect({ ...violation.labels }).toEqual({
      priority: "warning",
      source: "syscall",
      tags: "PCI_DSS_1.3.4,network",
      "proc.name": "curl",
    });
    expect(violation).not.toHaveProperty("id");
  });

  it.each([null, "", "<NA>", undefined])("takes %j for not known", (nothing) => {
    const violation = violationOf(
      falcoSource,
      withFields({
        "k8s.ns.name": nothing,
        "k8s.pod.name": nothing,
        "k8s.pod.uid": nothing,
        "container.name": nothing,
        "container.id": nothing,
        "container.image.repository": nothing,
        "container.image.digest": nothing,
      }),
    );
    expect(violation.namespace).toBe("");
    for (const key of ["pod", "podUid", "container", "containerId", "image", "digest"]) expect(violation).not.toHaveProperty(key);
  });

  it.each([
    ["text", DIGEST, DIGEST],
    ["a list", ["<NA>", DIGEST], DIGEST],
    ["a reference", `registry.example/api@${DIGEST}`, DIGEST],
    ["too short", [DIGEST.slice(0, -1)], undefined],
    ["nothing", null, undefined],
  ])("reads a digest given as %s", (_how, digest, expected) => {
    expect(violationOf(falcoSource, withFields({ "container.image.digest": digest })).digest).toBe(expected);
  });

  it("does not take the host for a container", () => {
    const violation = violationOf(falcoSource, withFields({ "container.id": "host", "container.name": "host" }));
    expect(violation).not.toHaveProperty("container");
    expect(violation).not.toHaveProperty("containerId");
  });

  it.each([
    [{ "k8smeta.deployment.name": "api" }, { workload: "Deployment/api" }],
    [{ "k8smeta.rs.name": "api-6c9f" }, { ownerPrefix: "api-6c9f" }],
    [{ "k8s.pod.labels": "app:api,pod-template-hash:6c9f" }, { templateHash: "6c9f" }],
    [{ "k8s.pod.labels": ["app:api", "controller-revision-hash:77"] }, { templateHash: "77" }],
    [{ cluster: "north" }, { cluster: "north" }],
    [{ "fd.rip": "192.0.2.7", "fd.rport": 443 }, { peer: "192.0.2.7:443" }],
    [{ "fd.sip": "192.0.2.8", "fd.sport": "5432" }, { peer: "192.0.2.8:5432" }],
    [{ "fd.name": "10.0.0.1:4000->192.0.2.9:80" }, { peer: "192.0.2.9:80" }],
    [{ "container.full_id": "ab".repeat(32) }, { containerId: "ab".repeat(32) }],
  ])("reads %j", (more, expected) => {
    expect(violationOf(falcoSource, withFields(more))).toMatchObject(expected);
  });

  it("finds the pod in the name Docker gives its containers, unless Falco knows better", () => {
    const name = "k8s_main_api-1_pay_75cf460d-dd27-41e7-9d29-19b517dc730f_3";
    const unknown = { "container.name": name, "k8s.ns.name": null, "k8s.pod.name": "<NA>", "k8s.pod.uid": null };
    expect(violationOf(falcoSource, withFields(unknown))).toMatchObject({
      container: "main",
      pod: "api-1",
      namespace: "pay",
      podUid: "75cf460d-dd27-41e7-9d29-19b517dc730f",
    });
    expect(violationOf(falcoSource, withFields({ "container.name": name }))).toMatchObject({
      container: "main",
      pod: "api-6c9f-x2z",
    });
  });

  it("reads fields whose dots became underscores or nesting", () => {
    const flat = { k8s_ns_name: "pay", k8s_pod_name: "api-1" };
    const nested = { k8s: { ns: { name: "pay" }, pod: { name: "api-1" } } };
    for (const output_fields of [flat, nested]) {
      expect(violationOf(falcoSource, { ...event, output_fields })).toMatchObject({ namespace: "pay", pod: "api-1" });
    }
  });

  it("reads the subject of a Kubernetes audit event", () => {
    const output_fields = { "ka.target.namespace": "pay", "ka.target.resource": "deployments", "ka.target.name": "api" };
    expect(violationOf(falcoSource, { ...event, source: "k8s_audit", output_fields })).toMatchObject({
      namespace: "pay",
      workload: "Deployment/api",
    });
  });

  it("counts an event without fields, without a subject", () => {
    const { output_fields: _fields, ...bare } = event;
    expect(falcoSource.recognizes(bare)).toBe(true);
    expect(violationOf(falcoSource, bare)).toMatchObject({ policy: event.rule, namespace: "" });
  });

  it("reads Rule as rule, and uuid as id", () => {
    const { rule, ...rest } = event;
    const record = { ...rest, Rule: rule, uuid: "5e0d", priority: "CRITICAL" };
    expect(falcoSource.recognizes(record)).toBe(true);
    const violation = violationOf(falcoSource, record);
    expect(violation).toMatchObject({ policy: rule, id: "5e0d" });
    expect(violation.labels.priority).toBe("critical");
  });

  it.each([
    ["Falco internal: metrics snapshot", "ignored:falco-internal"],
    ["Falco internal: syscall event drop", "ignored:falco-dropped-events"],
    ["Test rule", "ignored:falco-test"],
  ])("does not count %s", (rule, expected) => {
    expect(verdictOf(falcoSource, { ...event, rule })).toBe(expected);
  });

  it.each([
    [{ ...event, rule: { type: "text" } }, "rejected:missing_field"],
    [{ ...event, time: undefined }, "rejected:missing_field"],
    [{ ...event, time: "soon" }, "rejected:invalid_field"],
    [7, "rejected:not_an_object"],
  ])("refuses %j", (record, expected) => {
    expect(verdictOf(falcoSource, record)).toBe(expected);
    if (typeof record === "number" || typeof record.rule !== "string") expect(falcoSource.recognizes(record)).toBe(false);
  });
});
