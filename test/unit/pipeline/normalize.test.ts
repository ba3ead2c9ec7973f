import { describe, expect, it } from "vitest";
import { normalize } from "../../../src/pipeline/normalize.ts";
import { receive } from "../../../src/pipeline/receive.ts";
import type { PushSource } from "../../../src/ports/source.ts";
import { selectSources } from "../../../src/sources/index.ts";

const context = { now: 1_893_553_500_000, cluster: "c" };
const time = "2030-01-02T03:04:05Z";
const native = { time, policy: "p" };
const falco = { time, rule: "r", priority: "Notice", output: "o", output_fields: {} };
const hubble = {
  flow: {
    time,
    verdict: "DROPPED",
    drop_reason_desc: "POLICY_DENIED",
    traffic_direction: "INGRESS",
    IP: { source: "10.0.0.1", destination: "10.0.0.2" },
    l4: { TCP: { source_port: 1, destination_port: 2 } },
  },
};
const calico = {
  start_time: time,
  end_time: time,
  action: "deny",
  reporter: "src",
  source_name_aggr: "a-*",
  num_flows_started: 1,
};
const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "a", namespace: "n", uid: "u" } };
const change = { time, kind: "rollout", workload: "Deployment/a" };
const run = (records: readonly unknown[], source = "auto") =>
  normalize(
    records.map((record, index) => ({ index, record })),
    selectSources(source),
    context,
  );
const policies = (records: readonly unknown[], source?: string) =>
  run(records, source).violations.map(({ index, violation }) => [index, violation.engine, violation.policy]);

describe("normalize", () => {
  it("recognises each record by itself, whatever came before", () => {
    const result = run([native, falco, hubble, calico, change, native, pod, { foreign: true }, falco]);
    expect(result.violations.map(({ index, violation }) => [index, violation.engine, violation.policy])).toEqual([
      [0, "native", "p"],
      [1, "falco", "r"],
      [2, "hubble", "default-deny:ingress"],
      [3, "calico", "default-deny:egress"],
      [5, "native", "p"],
      [8, "falco", "r"],
    ]);
    expect(result.timeline.map(({ index, record }) => [index, record.type])).toEqual([
      [4, "change"],
      [6, "pod"],
    ]);
    expect(result.rejected).toEqual([{ index: 7, code: "unknown_format", message: expect.any(String) }]);
  });

  it.each([
    ["text under a key", { log: JSON.stringify(hubble), stream: "stdout", kubernetes: { pod_name: "cilium-1" } }],
    ["text with a runtime's prefix", { log: `2030-01-02T03:04:05Z stdout F ${JSON.stringify(hubble)}\n` }],
    ["an object under a key", { message: hubble, "@timestamp": time }],
    ["a store's hit", { _index: "x", _source: { log: JSON.stringify(hubble) } }],
    ["a search result", { hits: { hits: [{ _source: hubble }] } }],
    ["a list", { records: [{ message: JSON.stringify(hubble) }] }],
    ["shipper's tags beside the flow", { flow: hubble.flow, k8s: { pod: "cilium-1" } }],
  ])("finds a record a shipper put under its own: %s", (_what, record) => {
    for (const source of ["auto", "hubble"]) expect(policies([record], source)).toEqual([[0, "hubble", "default-deny:ingress"]]);
  });

  it("reads several records of one wrapping under one index", () => {
    expect(policies([{ items: [calico, { ...calico, source_name_aggr: "b-*" }] }])).toHaveLength(2);
  });

  it("takes a named source at its word, and lets it say what is missing", () => {
    expect(run([{ policy: "p" }], "native").rejected).toEqual([
      { index: 0, code: "missing_field", message: expect.stringContaining("time") },
    ]);
    expect(run([falco], "hubble").rejected).toMatchObject([{ index: 0, code: "missing_field" }]);
    expect(run([native, change], "native")).toMatchObject({ violations: [{ index: 0 }], timeline: [{ index: 1 }] });
  });

  it("collapses what one batch tells twice, and says where", () => {
    const again = { flow: { ...hubble.flow, event_type: { type: 5 } } };
    const result = run([native, hubble, again, native]);
    expect(result.violations.map(({ index }) => index)).toEqual([0, 2, 3]);
    expect(result.collapsed).toEqual([1]);
  });

  it("lets no defect of a source harm the neighbours", () => {
    const broken: PushSource = {
      name: "broken",
      accepts: "events",
      recognizes: (record) => {
        if (record === falco) throw new Error("secret");
        return record === native;
      },
      parse: () => {
        throw new TypeError("secret");
      },
    };
    const candidates = [broken, ...selectSources("falco")];
    const result = normalize(
      [native, falco].map((record, index) => ({ index, record })),
      candidates,
      context,
    );
    expect(result.rejected).toEqual([{ index: 0, code: "internal", message: "source broken failed on this record (TypeError)" }]);
    expect(result.violations).toMatchObject([{ index: 1 }]);
  });

  it("keeps all violations when collapsing fails", () => {
    const [real] = selectSources("hubble");
    if (real === undefined) throw new Error("no hubble source");
    const broken: PushSource = {
      ...real,
      collapse: () => {
        throw new Error("defect");
      },
    };
    const records = [hubble, hubble].map((record, index) => ({ index, record }));
    expect(normalize(records, [broken], context).violations).toHaveLength(2);
  });

  it("keeps the indexes of a body with broken lines", () => {
    const { records } = receive(`${JSON.stringify(native)}\nbroken\n${JSON.stringify(native)}`);
    expect(normalize(records, selectSources("native"), context).violations.map(({ index }) => index)).toEqual([0, 2]);
  });
});
