import { describe, expect, it } from "vitest";
import { hubbleSource } from "../../../src/sources/hubble.ts";
import { verdictOf, violationOf } from "./context.ts";

const api = {
  namespace: "pay",
  pod_name: "api-6c9f-x2z",
  labels: ["k8s:app=api", "k8s:io.cilium.k8s.policy.serviceaccount=api-sa", "k8s:io.kubernetes.pod.namespace=pay"],
  workloads: [{ kind: "Deployment", name: "api" }],
};
const vault = {
  namespace: "db",
  pod_name: "vault-0",
  labels: ["k8s:app=vault"],
  workloads: [{ kind: "StatefulSet", name: "vault" }],
};
const flow = {
  time: "2030-01-02T03:04:05.123456789Z",
  uuid: "u-1",
  verdict: "DROPPED",
  drop_reason_desc: "POLICY_DENIED",
  traffic_direction: "EGRESS",
  Type: "L3_L4",
  event_type: { type: 1, sub_type: 133 },
  IP: { source: "10.0.0.1", destination: "10.0.0.2" },
  l4: { TCP: { source_port: 40000, destination_port: 8200, flags: { SYN: true } } },
  source: api,
  destination: vault,
  Summary: "TCP Flags: SYN",
};
const exported = (more: object) => ({ flow: { ...flow, ...more }, node_name: "north/node-a", time: flow.time });
const without = (...keys: string[]) => Object.fromEntries(Object.entries(flow).filter(([key]) => !keys.includes(key)));

describe("hubble", () => {
  it("reads a denied egress flow: the source is the subject, the default deny the policy", () => {
    const violation = violationOf(hubbleSource, exported({}));
    expect(violation).toMatchObject({
      time: 1_893_553_445_123,
      policy: "default-deny:egress",
      engine: "hubble",
      action: "deny",
      cluster: "north",
      namespace: "pay",
      workload: "Deployment/api",
      pod: "api-6c9f-x2z",
      serviceAccount: "api-sa",
      peer: "db/vault-0:8200",
      enforcedBy: "node-a",
      dedupFor: 60_000,
      count: 1,
    });
    expect({ ...violation.labels }).toMatchObject({
      app: "api",
      direction: "egress",
      drop_reason: "POLICY_DENIED",
      event: "drop",
    });
  });

  it("reads a denied ingress flow: the destination is the subject", () => {
    expect(violationOf(hubbleSource, exported({ traffic_direction: "INGRESS" }))).toMatchObject({
      policy: "default-deny:ingress",
      namespace: "db",
      workload: "StatefulSet/vault",
      peer: "pay/api-6c9f-x2z",
    });
  });

  it("names the policy that denied, of the right direction, and never one that allowed", () => {
    const lists = {
      drop_reason_desc: "POLICY_DENY",
      egress_denied_by: [{ name: "no-vault", namespace: "pay", kind: "CiliumNetworkPolicy", revision: "6" }],
      ingress_denied_by: [{ name: "other" }],
      egress_allowed_by: [{ name: "allowed" }],
    };
    const violation = violationOf(hubbleSource, exported(lists));
    expect(violation.policy).toBe("no-vault");
    expect(violation.labels).toMatchObject({ policy_namespace: "pay", policy_kind: "CiliumNetworkPolicy", policy_revision: "6" });
    expect(violationOf(hubbleSource, exported({ egress_allowed_by: [{ name: "allowed" }] })).policy).toBe("default-deny:egress");
  });

  it("accepts a bare flow", () => {
    expect(hubbleSource.recognizes(flow)).toBe(true);
    expect(violationOf(hubbleSource, flow)).toMatchObject({ policy: "default-deny:egress", cluster: "default-cluster" });
  });

  it.each([
    ["AUDIT", { verdict: "AUDIT" }, "audit"],
    ["an old record with the number of the reason only", { drop_reason_desc: undefined, drop_reason: 181 }, "deny"],
    ["a policy verdict whose reason was masked", { drop_reason_desc: undefined, event_type: { type: 5 } }, "deny"],
    ["a drop whose reason is in the event only", { drop_reason_desc: undefined, event_type: { type: 1, sub_type: 133 } }, "deny"],
    ["numbers for enumerations", { verdict: 2, traffic_direction: 2 }, "deny"],
    [
      "a denied request",
      { drop_reason_desc: undefined, Type: "L7", event_type: { type: 129 }, l7: { type: "REQUEST", http: { method: "GET" } } },
      "deny",
    ],
  ])("counts %s", (_what, more, action) => {
    expect(violationOf(hubbleSource, exported(more))).toMatchObject({ action, policy: "default-deny:egress" });
  });

  it.each([
    [{ verdict: "FORWARDED" }, "ignored:verdict-forwarded"],
    [{ verdict: "REDIRECTED" }, "ignored:verdict-redirected"],
    [{ verdict: "ERROR" }, "ignored:verdict-error"],
    [{ verdict: undefined }, "ignored:verdict-unknown"],
    [{ verdict: "SOMETHING_NEW" }, "ignored:verdict-something_new"],
    [{ drop_reason_desc: "INVALID_SOURCE_IP" }, "ignored:drop-not-by-policy"],
    [{ drop_reason_desc: "AUTH_REQUIRED" }, "ignored:drop-not-by-policy"],
    [{ drop_reason_desc: undefined, event_type: undefined }, "ignored:drop-not-by-policy"],
    [{ Type: "L7", l7: { type: "RESPONSE" } }, "ignored:l7-not-a-request"],
  ])("does not count %j", (more, expected) => {
    expect(verdictOf(hubbleSource, exported(more))).toBe(expected);
  });

  it.each([
    [{ lost_events: { source: "PERF_EVENT_RING_BUFFER", num_events_lost: "12" } }, "ignored:lost-events:12"],
    [{ agent_event: { type: "AGENT_STARTED" } }, "ignored:agent-event"],
    [{ node_status: { state_change: "NODE_CONNECTED" } }, "ignored:node-status"],
    [{ debug_event: {} }, "ignored:debug-event"],
  ])("recognises and skips %j", (record, expected) => {
    expect(hubbleSource.recognizes(record)).toBe(true);
    expect(verdictOf(hubbleSource, { ...record, node_name: "n", time: flow.time })).toBe(expected);
  });

  it("takes the only pod for the subject when the direction was masked, and neither of two", () => {
    const undirected = without("traffic_direction");
    expect(violationOf(hubbleSource, { ...undirected, destination: { labels: ["reserved:world"] } })).toMatchObject({
      policy: "default-deny:unknown",
      workload: "Deployment/api",
    });
    expect(violationOf(hubbleSource, undirected)).not.toHaveProperty("workload");
  });

  it.each([
    [{ labels: ["reserved:world", "fqdn:api.example.com"] }, {}, "api.example.com:8200"],
    [{ labels: ["reserved:world"] }, { destination_names: ["shop.example.com"] }, "shop.example.com:8200"],
    [{ labels: ["reserved:world"] }, {}, "10.0.0.2:8200"],
    [{ labels: ["reserved:host"] }, { IP: undefined }, "reserved:host:8200"],
  ])("describes the peer %j", (destination, more, expected) => {
    expect(violationOf(hubbleSource, exported({ destination, ...more })).peer).toBe(expected);
  });

  it("finds the cluster in the endpoint, the record or the node name, but not in Cilium's default", () => {
    expect(violationOf(hubbleSource, exported({ source: { ...api, cluster_name: "east" } })).cluster).toBe("east");
    expect(violationOf(hubbleSource, { flow, cluster_name: "west" }).cluster).toBe("west");
    expect(violationOf(hubbleSource, { flow: { ...flow, source: { ...api, cluster_name: "default" } } }).cluster).toBe(
      "default-cluster",
    );
  });

  it("refuses a denied flow without a time", () => {
    expect(verdictOf(hubbleSource, without("time"))).toBe("rejected:missing_field");
    expect(verdictOf(hubbleSource, { ...flow, time: {} })).toBe("rejected:invalid_field");
  });
});

describe("hubble counts connection attempts", () => {
  const drop = violationOf(hubbleSource, exported({ uuid: "a" }));
  const named = { event_type: { type: 5 }, egress_denied_by: [{ name: "no-vault" }], uuid: "b" };
  const verdict = violationOf(hubbleSource, exported(named));
  const at = (time: string) => violationOf(hubbleSource, exported({ time, uuid: time }));

  it("gives the pair and SYN retries one id, and another port another", () => {
    expect(verdict.id).toBe(drop.id);
    expect(at("2030-01-02T03:04:12Z").id).toBe(drop.id);
    const other = violationOf(hubbleSource, exported({ l4: { TCP: { source_port: 40001, destination_port: 8200 } } }));
    expect(other.id).not.toBe(drop.id);
  });

  it("keeps the policy verdict of a pair, whichever comes first", () => {
    expect(hubbleSource.collapse?.([drop, verdict])).toEqual([verdict]);
    expect(hubbleSource.collapse?.([verdict, drop])).toEqual([verdict]);
  });

  it("keeps attempts a minute apart", () => {
    const [first, retry, later] = [at("2030-01-02T03:04:05Z"), at("2030-01-02T03:04:12Z"), at("2030-01-02T03:05:05Z")];
    expect(hubbleSource.collapse?.([first, retry, later])).toEqual([first, later]);
  });

  it("counts every denied request of a connection", () => {
    const request = (uuid: string) => exported({ uuid, Type: "L7", l7: { type: "REQUEST" }, event_type: { type: 129 } });
    const [one, two] = [violationOf(hubbleSource, request("r1")), violationOf(hubbleSource, request("r2"))];
    expect([one.id, two.id]).toEqual(["r1", "r2"]);
    expect(hubbleSource.collapse?.([one, two])).toHaveLength(2);
  });

  it("tells pings apart by time, not the two records of one", () => {
    const ping = (time: string, type: number) =>
      violationOf(hubbleSource, exported({ time, uuid: `${time}${type}`, l4: { ICMPv4: { type: 8 } }, event_type: { type } }));
    const pair = [ping("2030-01-02T03:04:05.100Z", 5), ping("2030-01-02T03:04:05.100Z", 1)];
    const next = ping("2030-01-02T03:04:06.100Z", 5);
    expect(hubbleSource.collapse?.([...pair, next])).toEqual([pair[0], next]);
  });

  it("uses the record's own id when the ports were masked", () => {
    expect(violationOf(hubbleSource, exported({ l4: undefined })).id).toBe("u-1");
  });
});
