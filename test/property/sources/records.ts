/** Records nobody would send on purpose: valid ones of every source, damaged at random, and any JSON at all. */
import fc from "fast-check";

const time = "2030-01-02T03:04:05.123Z";
const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
const hit = { kind: 10, tier: "pci", action: 2, trigger: { name: "pci.x", namespace: "pay" } };

/** One valid, counted record per source, by engine. */
export const validRecords: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  native: { time, policy: "p", id: "1", regimes: ["pci"], count: 2, digest, labels: { a: "b" }, workload: "Deployment/a" },
  falco: {
    time,
    rule: "r",
    priority: "Notice",
    output: "o",
    tags: ["a"],
    output_fields: { "k8s.ns.name": "n", "k8s.pod.labels": ["a:b"], "container.image.digest": [digest], "fd.name": "a->b" },
  },
  hubble: {
    flow: {
      time,
      uuid: "u",
      verdict: "DROPPED",
      drop_reason_desc: "POLICY_DENY",
      traffic_direction: "EGRESS",
      event_type: { type: 5 },
      IP: { source: "10.0.0.1", destination: "10.0.0.2" },
      l4: { TCP: { source_port: 1, destination_port: 2 } },
      source: { namespace: "n", pod_name: "a", labels: ["k8s:a=b"], workloads: [{ kind: "Deployment", name: "a" }] },
      destination: { labels: ["reserved:world"] },
      egress_denied_by: [{ name: "p", namespace: "n" }],
    },
    node_name: "c/n",
    time,
  },
  "calico flow log": {
    start_time: 1_893_553_200,
    end_time: 1_893_553_500,
    action: "deny",
    reporter: "src",
    source_name_aggr: "a-*",
    source_namespace: "n",
    source_labels: { labels: ["a=b"] },
    policies: { enforced_policies: ["0|pci|np:n/pci.x|deny|1"] },
    num_flows_started: 3,
  },
  "calico goldmane": {
    Key: { source_name: "a-*", dest_name: "pub", reporter: 1, action: 2, policies: { enforced_policies: [hit] } },
    start_time: 1_893_553_200,
    end_time: 1_893_553_500,
    num_connections_started: 2,
  },
  "calico whisker": {
    start_time: time,
    end_time: time,
    action: "Deny",
    reporter: "Dst",
    source_name: "a-*",
    dest_name: "b-*",
    dest_labels: "a=b | c=d",
    policies: { enforced: [{ kind: "NetworkPolicy", name: "x", action: "Deny" }] },
  },
  "native change": { time, kind: "rollout", workload: "Deployment/a", digest, replicas: 1 },
};

/** Values that programs expecting something else have stumbled over. */
const hostile = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    "",
    "-",
    "<NA>",
    0,
    -1,
    -0,
    1.5,
    Number.MAX_SAFE_INTEGER,
    1e300,
    true,
    false,
    [],
    {},
    [null],
    [[[]]],
    "__proto__",
    "constructor",
    "\u0000",
    "\uD800",
    "x".repeat(100_000),
    "9".repeat(400),
    "|||||",
    "0|a|b|deny|-1",
    "2030-13-45T99:99:99Z",
  ),
  fc.jsonValue(),
  fc.constant(JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}')),
);

/** All paths to values inside a record. */
function pathsOf(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}

function replaceAt(root: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return value;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(root) ? [...root] : { ...(root as object) };
  const target = copy as Record<string | number, unknown>;
  target[head] = replaceAt(target[head], rest, value);
  return copy;
}

const damaged = fc.constantFrom(...Object.values(validRecords)).chain((record) =>
  fc
    .array(fc.tuple(fc.constantFrom(...pathsOf(record).filter((path) => path.length > 0)), hostile), {
      minLength: 1,
      maxLength: 4,
    })
    .map((edits) => edits.reduce<unknown>((value, [path, replacement]) => safely(value, path, replacement), record)),
);

/** A path may lead through what an earlier edit replaced. */
function safely(value: unknown, path: readonly (string | number)[], replacement: unknown): unknown {
  let at: unknown = value;
  for (const key of path.slice(0, -1)) {
    if (typeof at !== "object" || at === null) return value;
    at = (at as Record<string | number, unknown>)[key];
  }
  return typeof at === "object" && at !== null ? replaceAt(value, path, replacement) : value;
}

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? { a: value, flow: value } : [value];
  return value;
}

export const anyRecord: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: damaged },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
  { weight: 1, arbitrary: hostile },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 }).map(deep) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...Object.values(validRecords)), fc.integer({ min: 100, max: 5000 }))
      .map(([record, levels]) => {
        let labels: unknown = "x";
        for (let i = 0; i < levels; i++) labels = { labels };
        return { ...record, labels, output_fields: labels, policies: labels, source: labels };
      }),
  },
);
