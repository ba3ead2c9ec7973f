/**
 * Flows of open source Calico: pushed by Goldmane (protobuf written as JSON: enumerations are numbers and zeros are left
 * out) or read from Whisker (flat, enumerations as text). Both are merged over all nodes and name sets of pods, never one.
 */
import type { FlowEnd, Reading } from "./calico-flow.ts";
import { causeOf, denyingHit, type PolicyHit, pendingDenial } from "./calico-policy.ts";
import { readTime } from "./event-time.ts";
import { defaultDeny } from "./outcomes.ts";
import { countOf, isObject, type JsonObject, listAt, objectAt, textAt, textOf } from "./record-fields.ts";

const ACTIONS = [undefined, "allow", "deny", "pass"] as const;
const REPORTERS = [undefined, "src", "dst"] as const;
const ENDPOINT_TYPES: readonly (string | undefined)[] = [undefined, "wep", "hep", "ns", "net"];
const ENDPOINT_NAMES: ReadonlyMap<string, string> = new Map([
  ["WorkloadEndpoint", "wep"],
  ["HostEndpoint", "hep"],
  ["NetworkSet", "ns"],
  ["Network", "net"],
]);
const NETWORKS = new Set(["pub", "pvt", "PUBLIC NETWORK", "PRIVATE NETWORK"]);
const END_OF_TIER = 10;
const STAGED_KINDS = new Set<unknown>([3, 4, 5]);
const PROFILE = 9;

export function readGoldmane(flow: JsonObject): Reading {
  const key = objectAt(flow, "Key") ?? objectAt(flow, "key");
  if (key === undefined) return { invalid: "Key is missing", missing: true };
  const policies = objectAt(key, "policies");
  // Zeros are left out of the JSON: no number of connections means none began in this window.
  const count = countOf(flow.num_connections_started ?? flow.numConnectionsStarted) ?? 0;
  return readFlow(key, flow, { enforced: "enforced_policies", pending: "pending_policies", policies, count, quality: "exact" });
}

export function readWhisker(record: JsonObject): Reading {
  const policies = objectAt(record, "policies");
  // Whisker has no number of connections: each record is at least one.
  return readFlow(record, record, { enforced: "enforced", pending: "pending", policies, count: 1, quality: "lower-bound" });
}

interface Telling {
  readonly policies: JsonObject | undefined;
  readonly enforced: string;
  readonly pending: string;
  readonly count: number;
  readonly quality: "exact" | "lower-bound";
}

function readFlow(key: JsonObject, flow: JsonObject, telling: Telling): Reading {
  const action = enumOf(key.action, ACTIONS);
  if (action === undefined) return { ignored: "no-action" };
  const denied = action === "deny";
  const { policies } = telling;
  const staged = denied ? undefined : pendingDenial(hitsOf(policies, telling.pending));
  if (!denied && staged === undefined) return { ignored: "allowed" };
  if (telling.count === 0) return { ignored: "continued-flow" };
  const reporter = enumOf(key.reporter, REPORTERS);
  if (reporter === undefined) return { invalid: "reporter is neither Src nor Dst", missing: key.reporter == null };
  const start = readTime(flow.start_time ?? flow.startTime);
  if (start === undefined) return { invalid: "start_time is missing or not a time", missing: flow.start_time == null };
  const end = readTime(flow.end_time ?? flow.endTime) ?? start;
  const direction = reporter === "src" ? "egress" : "ingress";
  const hit = denied ? denyingHit(hitsOf(policies, telling.enforced).filter((item) => !item.staged)) : staged;
  const source = endOf(key, flow, "source");
  const destination = endOf(key, flow, "dest");
  const egress = direction === "egress";
  return {
    action: denied ? "deny" : "audit",
    direction,
    cause: causeOf(hit, defaultDeny(direction)),
    subject: egress ? source : destination,
    peer: egress ? destination : source,
    port: egress ? portOf(key.dest_port) : undefined,
    service: egress ? textAt(key, "dest_service_name") : undefined,
    protocol: textAt(key, "proto") ?? textAt(key, "protocol"),
    host: undefined,
    cluster: textAt(flow, "cluster"),
    start,
    end: Math.max(start, end),
    count: telling.count,
    quality: telling.quality,
    identity: identityOf(key, start, end, reporter, action, hit),
  };
}

/** Key and window are the identity: the counters of a window that is sent again may have grown. */
function identityOf(
  key: JsonObject,
  start: number,
  end: number,
  reporter: string,
  action: string,
  hit: PolicyHit | undefined,
): readonly string[] {
  const fields = [
    "source_name",
    "source_namespace",
    "dest_name",
    "dest_namespace",
    "dest_port",
    "dest_service_name",
    "proto",
    "protocol",
  ];
  return [
    ...fields.map((field) => textOf(key[field]) ?? ""),
    String(start),
    String(end),
    reporter,
    action,
    hit?.namespace ?? "",
    hit?.name ?? "",
    String(hit?.index ?? ""),
  ];
}

function enumOf<Name extends string>(value: unknown, names: readonly (Name | undefined)[]): Name | undefined {
  if (typeof value === "number") return names[value];
  if (typeof value !== "string") return undefined;
  const text = value.toLowerCase();
  return names.find((name) => name === text);
}

function portOf(value: unknown): string | undefined {
  return value === 0 ? undefined : textOf(value);
}

function hitsOf(policies: JsonObject | undefined, list: string): readonly PolicyHit[] {
  const items = policies === undefined ? [] : listAt(policies, list);
  return items.filter(isObject).map(readHit);
}

function readHit(item: JsonObject): PolicyHit {
  const endOfTier = item.kind === END_OF_TIER || item.kind === "EndOfTier";
  // At the end of a tier the policy is in `trigger`: the first one that selected the flow.
  const named = endOfTier ? objectAt(item, "trigger") : item;
  const kind = named?.kind;
  const isProfile = kind === PROFILE || kind === "Profile";
  return {
    index: countOf(item.policy_index ?? item.policyIndex) ?? 0,
    tier: textAt(item, "tier"),
    namespace: named === undefined ? undefined : textAt(named, "namespace"),
    name: named === undefined || isProfile ? undefined : textAt(named, "name"),
    kind: typeof kind === "string" ? kind : undefined,
    staged: STAGED_KINDS.has(kind) || (typeof kind === "string" && kind.startsWith("Staged")),
    action: enumOf(item.action, ACTIONS),
    endOfTier,
    named: endOfTier && named !== undefined,
  };
}

function endOf(key: JsonObject, flow: JsonObject, side: "source" | "dest"): FlowEnd {
  const name = textAt(key, `${side}_name`);
  const stated = key[`${side}_type`];
  const type = typeof stated === "number" ? ENDPOINT_TYPES[stated] : ENDPOINT_NAMES.get(String(stated));
  const labels = flow[`${side}_labels`];
  return {
    namespace: textAt(key, `${side}_namespace`),
    type: type ?? (name !== undefined && NETWORKS.has(name) ? "net" : undefined),
    name: name?.endsWith("*") ? undefined : name,
    aggregate: name,
    ip: textAt(key, `${side}_ip`),
    labels: typeof labels === "string" ? labels.split(" | ") : Array.isArray(labels) ? labels : [],
  };
}
