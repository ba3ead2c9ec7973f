import { describe, expect, it } from "vitest";
import { calicoSource } from "../../../src/sources/calico.ts";
import { CALICO_LATENESS, MAX_STEPS, RESEND_WITHIN } from "../../../src/sources/calico-flow.ts";
import { verdictOf, violationOf, violationsOf } from "./context.ts";

/** 2030-01-02T03:00:00Z, and five minutes later. */
const START = 1_893_553_200;
const END = START + 300;

const log = {
  start_time: START,
  end_time: END,
  source_ip: null,
  source_name: "-",
  source_name_aggr: "api-6c9f-*",
  source_namespace: "pay",
  source_port: null,
  source_type: "wep",
  source_labels: { labels: ["app=api", "pod-template-hash=6c9f"] },
  dest_ip: "10.0.0.2",
  dest_name: "vault-0",
  dest_name_aggr: "vault-*",
  dest_namespace: "db",
  dest_port: 8200,
  dest_type: "wep",
  dest_labels: { labels: ["app=vault"] },
  dest_service_namespace: "db",
  dest_service_name: "vault",
  proto: "tcp",
  action: "deny",
  reporter: "src",
  policies: { enforced_policies: ["0|pci|np:pay/pci.restrict-egress|deny|2"] },
  num_flows: 2,
  num_flows_started: 1,
  host: "node-a",
};
const policies = (...enforced_policies: string[]) => ({ ...log, policies: { enforced_policies } });

describe("calico flow log", () => {
  it("reads a flow the source denied: the source is the subject", () => {
    const violation = violationOf(calicoSource, log);
    expect(violation).toMatchObject({
      policy: "pci.restrict-egress",
      engine: "calico",
      action: "deny",
      namespace: "pay",
      ownerPrefix: "api-6c9f",
      templateHash: "6c9f",
      peer: "db/vault:8200",
      enforcedBy: "node-a",
      count: 1,
      lateness: CALICO_LATENESS,
      dedupFor: RESEND_WITHIN,
      // One connection somewhere in five minutes: the middle of the window.
      time: (START + 150) * 1000,
    });
    expect(violation).not.toHaveProperty("pod");
    expect(violation.labels).toMatchObject({
      tier: "pci",
      policy_namespace: "pay",
      policy_kind: "np",
      direction: "egress",
      app: "api",
    });
  });

  it("reads a flow the destination denied: the destination is the subject", () => {
    const violation = violationOf(calicoSource, { ...log, reporter: "dst" });
    expect(violation).toMatchObject({
      namespace: "db",
      pod: "vault-0",
      podIp: "10.0.0.2",
      ownerPrefix: "vault",
      peer: "pay/api-6c9f-*",
    });
    expect(violation.labels.direction).toBe("ingress");
  });

  it.each([
    ["a modern global policy", ["0|pci|gnp:pci.block|deny|0"], "pci.block"],
    ["a legacy global policy", ["0|pci|pci.block|deny|0"], "pci.block"],
    ["a legacy namespaced policy", ["0|pci|pay/pci.block|deny|0"], "pci.block"],
    ["a legacy Kubernetes policy", ["0|default|pay/knp.default.block|deny|0"], "block"],
    ["a modern Kubernetes policy", ["0|default|knp:pay/block|deny|0"], "block"],
    ["an old string without a rule", ["0|default|pay/default.block|deny"], "default.block"],
    ["the last hit, whatever the order", ["2|b|b.last|deny|0", "0|a|a.first|pass|1", "1|a|a.second|pass|0"], "b.last"],
    ["an unknown rule", ["0|pci|pci.block|deny|-2"], "pci.block"],
    ["a dash for the rule", ["0|pci|pci.block|deny|-"], "pci.block"],
    ["the tier's default action", ["0|pci|np:pay/pci.block|deny|-1"], "default-deny:egress"],
    ["the tier's default action after a pass", ["1|app|pay/app.x|deny|-1", "0|sec|sec.y|pass|0"], "default-deny:egress"],
    ["a namespace profile", ["0|__PROFILE__|__PROFILE__.kns.pay|deny|0"], "default-deny:egress"],
    ["nothing readable", ["broken", "x|y", "9"], "default-deny:egress"],
    ["nothing", [], "default-deny:egress"],
  ])("finds the cause in %s", (_what, strings, expected) => {
    expect(violationOf(calicoSource, policies(...strings)).policy).toBe(expected);
  });

  it("says which policy selects the subject when a tier's default denied", () => {
    expect(violationOf(calicoSource, policies("0|pci|np:pay/pci.block|deny|-1")).labels).toMatchObject({
      tier: "pci",
      selected_by: "pay/pci.block",
    });
  });

  it("falls back to all_policies, past staged ones", () => {
    const all_policies = ["1|pci|pay/pci.staged:next|deny|0", "0|pci|pay/pci.block|deny|1"];
    expect(violationOf(calicoSource, { ...log, policies: { all_policies } }).policy).toBe("pci.block");
  });

  it.each([
    ["0|pci|pay/pci.staged:next|deny|1", "pci.next", undefined],
    ["0|pci|snp:pay/pci.next|deny|1", "pci.next", undefined],
    ["0|pci|snp:pay/pci.next|deny|-1", "pci.next", "default-deny:egress"],
    ["0|pci|pay/pci.staged:pci.next|deny|1", "pci.next", undefined],
    ["0|pci|np:pay/pci.block|deny|-1", "default-deny:egress", undefined],
  ])("counts what a staged policy would deny as audit: %s", (pending, policy, decidedBy) => {
    const record = { ...log, action: "allow", policies: { enforced_policies: ["0|x|x.y|allow|0"], pending_policies: [pending] } };
    const violation = violationOf(calicoSource, record);
    expect(violation).toMatchObject({ action: "audit", policy });
    expect(violation.decidedBy).toBe(decidedBy);
  });

  it("asks the first pending policy that decides", () => {
    const pending = (...pending_policies: string[]) => ({ ...log, action: "allow", policies: { pending_policies } });
    const inForce = "2|__PROFILE__|pro:kns.pay|allow|0";
    expect(violationOf(calicoSource, pending("0|a|a.x|pass|0", inForce, "1|pci|snp:pay/pci.next|deny|0")).policy).toBe(
      "pci.next",
    );
    expect(verdictOf(calicoSource, pending("1|pci|snp:pay/pci.next|deny|0", "0|a|snp:pay/a.x|allow|0"))).toBe("ignored:allowed");
  });

  it("finds staged policies of old records among all_policies", () => {
    const old = (...all_policies: string[]) => ({ ...log, action: "allow", policies: { all_policies } });
    const staged = "1|default|default.staged:deny-all|deny|-1";
    const inForce = "2|__PROFILE__|__PROFILE__.kns.pay|allow|0";
    expect(violationOf(calicoSource, old(inForce, staged))).toMatchObject({ action: "audit", policy: "default.deny-all" });
    expect(verdictOf(calicoSource, old(inForce, staged, "0|a|pay/a.staged:x|allow|2"))).toBe("ignored:allowed");
    expect(verdictOf(calicoSource, old(inForce))).toBe("ignored:allowed");
  });

  it.each([
    [{ action: "allow" }, "ignored:allowed"],
    [{ action: "allowed", policies: null }, "ignored:allowed"],
    [{ num_flows_started: 0 }, "ignored:continued-flow"],
    [{ action: "log" }, "rejected:invalid_field"],
    [{ reporter: "both" }, "rejected:invalid_field"],
    [{ start_time: undefined, end_time: undefined }, "rejected:missing_field"],
    [{ start_time: "soon", end_time: null }, "rejected:invalid_field"],
  ])("answers %j", (more, expected) => {
    expect(verdictOf(calicoSource, { ...log, ...more })).toBe(expected);
  });

  it("falls back to num_flows, and counts `denied` too", () => {
    const { num_flows_started: _started, ...rest } = log;
    const found = violationsOf(calicoSource, { ...rest, action: "denied" });
    expect(found.map((violation) => violation.count)).toEqual([1, 1]);
  });

  it("takes a host endpoint, not a pod, for the subject of what it forwards", () => {
    const violation = violationOf(calicoSource, {
      ...log,
      reporter: "fwd",
      dest_type: "hep",
      dest_name: "node-b",
      dest_name_aggr: "node-b",
    });
    expect(violation).not.toHaveProperty("pod");
    expect(violation.labels).toMatchObject({ endpoint: "node-b", direction: "forward" });
  });

  it.each([
    [{ dest_service_name: "-", dest_service_namespace: "-" }, "db/vault-0:8200"],
    [{ dest_domains: ["api.example.com"] }, "api.example.com:8200"],
    [
      {
        dest_service_name: "-",
        dest_type: "net",
        dest_name: "-",
        dest_name_aggr: "pub",
        dest_namespace: "-",
        dest_ip: "192.0.2.7",
      },
      "192.0.2.7:8200",
    ],
    [
      {
        dest_service_name: "-",
        dest_type: "net",
        dest_name: "-",
        dest_name_aggr: "pub",
        dest_namespace: "-",
        dest_ip: null,
        dest_port: null,
      },
      "pub",
    ],
  ])("describes the peer of %j", (more, expected) => {
    expect(violationOf(calicoSource, { ...log, ...more }).peer).toBe(expected);
  });
});

describe("calico counts in time", () => {
  const many = { ...log, num_flows_started: 1000 };

  it("spreads a count over the window in equal steps, losing none", () => {
    const found = violationsOf(calicoSource, many);
    // Five minutes in steps of ten seconds.
    expect(found).toHaveLength(MAX_STEPS);
    expect(found.reduce((sum, violation) => sum + violation.count, 0)).toBe(1000);
    expect(found[0]?.time).toBe((START + 5) * 1000);
    expect(found.at(-1)?.time).toBe((END - 5) * 1000);
    expect(new Set(found.map((violation) => Math.floor(violation.time / 10_000))).size).toBe(MAX_STEPS);
    expect(Math.max(...found.map((violation) => violation.count))).toBe(34);
    expect(Math.min(...found.map((violation) => violation.count))).toBe(33);
  });

  it("gives a record sent again the same ids, and another node's others", () => {
    const ids = (record: object) => violationsOf(calicoSource, record).map((violation) => violation.id);
    expect(ids(structuredClone(many))).toEqual(ids(many));
    expect(new Set([...ids(many), ...ids({ ...many, host: "node-b" })]).size).toBe(2 * MAX_STEPS);
    // Raw node files do not name the node; its counters differ.
    expect(ids({ ...many, packets_in: 7 })).not.toEqual(ids(many));
  });

  it("does not need an end", () => {
    const { end_time: _end, ...rest } = log;
    expect(violationOf(calicoSource, rest).time).toBe(START * 1000);
  });
});

describe("goldmane push", () => {
  const hit = { kind: 1, namespace: "pay", name: "pci.restrict-egress", tier: "pci", action: 2, rule_index: 1 };
  const key = {
    source_name: "api-6c9f-*",
    source_namespace: "pay",
    source_type: 1,
    dest_name: "pub",
    dest_type: 4,
    dest_port: 443,
    proto: "tcp",
    reporter: 1,
    action: 2,
    policies: { enforced_policies: [hit] },
  };
  const flow = { Key: key, start_time: START, end_time: END, source_labels: ["app=api"], num_connections_started: 2 };
  const keyed = (more: object) => ({ ...flow, Key: { ...key, ...more } });

  it("reads a denied flow with numbers for enumerations", () => {
    expect(calicoSource.recognizes(flow)).toBe(true);
    const [first, second] = violationsOf(calicoSource, flow);
    expect(first).toMatchObject({
      policy: "pci.restrict-egress",
      action: "deny",
      namespace: "pay",
      ownerPrefix: "api-6c9f",
      peer: "pub:443",
      lateness: CALICO_LATENESS,
      quality: "exact",
    });
    expect([first?.time, second?.time]).toEqual([(START + 75) * 1000, (START + 225) * 1000]);
  });

  it("names the trigger of an end of tier, or the default deny", () => {
    const end = { kind: 10, tier: "pci", action: 2, policy_index: 1 };
    const triggered = keyed({ policies: { enforced_policies: [{ ...end, trigger: hit }] } });
    expect(violationsOf(calicoSource, triggered)[0]).toMatchObject({
      policy: "pci.restrict-egress",
      decidedBy: "default-deny:egress",
    });
    const bare = keyed({ policies: { enforced_policies: [{ ...end, trigger: null }] } });
    expect(violationsOf(calicoSource, bare)[0]?.policy).toBe("default-deny:egress");
  });

  it("counts pending denials of allowed flows as audit", () => {
    const staged = { ...hit, kind: 3, name: "pci.next" };
    const record = keyed({ action: 1, reporter: 2, policies: { enforced_policies: [], pending_policies: [staged] } });
    expect(violationsOf(calicoSource, record)[0]).toMatchObject({ action: "audit", policy: "pci.next" });
  });

  it.each([
    [keyed({ action: 1 }), "ignored:allowed"],
    [keyed({ action: undefined }), "ignored:no-action"],
    [{ ...flow, num_connections_started: undefined }, "ignored:continued-flow"],
    [keyed({ reporter: undefined }), "rejected:missing_field"],
    [{ ...flow, start_time: undefined }, "rejected:missing_field"],
  ])("answers %#", (record, expected) => {
    expect(verdictOf(calicoSource, record)).toBe(expected);
  });

  it("reads the result of a stream, and gives a window sent again the same ids", () => {
    const ids = (record: object) => violationsOf(calicoSource, record).map((violation) => violation.id);
    expect(ids({ id: 7, flow })).toEqual(ids({ id: 8, flow: { ...flow, bytes_in: 99 } }));
  });
});

describe("whisker", () => {
  const flow = {
    start_time: "2030-01-02T03:00:00Z",
    end_time: "2030-01-02T03:00:15Z",
    action: "Deny",
    source_name: "PUBLIC NETWORK",
    source_namespace: "-",
    source_labels: "",
    dest_name: "vault-*",
    dest_namespace: "db",
    dest_labels: "app=vault | team=data",
    protocol: "tcp",
    dest_port: 8200,
    reporter: "Dst",
    policies: {
      enforced: [{ kind: "CalicoNetworkPolicy", name: "pci.vault", namespace: "db", tier: "pci", action: "Deny", rule_index: 0 }],
      pending: [],
    },
  };

  it("reads a denied flow as at least one connection", () => {
    expect(calicoSource.recognizes(flow)).toBe(true);
    const violation = violationOf(calicoSource, flow);
    expect(violation).toMatchObject({
      policy: "pci.vault",
      namespace: "db",
      ownerPrefix: "vault",
      peer: "PUBLIC NETWORK",
      count: 1,
      quality: "lower-bound",
      time: START * 1000 + 7500,
    });
    expect(violation.labels).toMatchObject({ app: "vault", team: "data", policy_kind: "CalicoNetworkPolicy" });
  });

  it("ignores allowed and passed flows", () => {
    expect(verdictOf(calicoSource, { ...flow, action: "Allow" })).toBe("ignored:allowed");
    expect(verdictOf(calicoSource, { ...flow, action: "Pass" })).toBe("ignored:allowed");
  });
});

it("refuses what is no Calico flow", () => {
  for (const record of [null, [], 1, {}, { reporter: "src" }, { flow: { verdict: "DROPPED" } }]) {
    expect(calicoSource.recognizes(record)).toBe(false);
    expect(verdictOf(calicoSource, record)).toMatch(/^rejected:/);
  }
});
