/** Flow logs of Calico Enterprise and Cloud: one object per tuple, node and five-minute window. */
import type { FlowEnd, Reading } from "./calico-flow.ts";
import { causeOf, denyingHit, type PolicyHit, parsePolicyString, pendingDenial } from "./calico-policy.ts";
import { readTime } from "./event-time.ts";
import { defaultDeny } from "./outcomes.ts";
import { countOf, isObject, type JsonObject, listAt, objectAt, textAt, textOf } from "./record-fields.ts";

/** Fields that tell two records of one window apart: nodes aggregate on their own, and raw files do not name the node. */
const IDENTITY = [
  "host",
  "start_time",
  "end_time",
  "reporter",
  "action",
  "proto",
  "source_ip",
  "source_name",
  "source_name_aggr",
  "source_namespace",
  "source_port",
  "source_type",
  "dest_ip",
  "dest_name",
  "dest_name_aggr",
  "dest_namespace",
  "dest_port",
  "dest_type",
  "dest_service_name",
  "bytes_in",
  "bytes_out",
  "packets_in",
  "packets_out",
  "num_flows",
  "num_flows_started",
  "num_flows_completed",
  "process_name",
] as const;

export function readFlowLog(record: JsonObject): Reading {
  const policies = objectAt(record, "policies");
  const denied = record.action === "deny" || record.action === "denied";
  const allowed = record.action === "allow" || record.action === "allowed";
  if (!denied && !allowed) return { invalid: "action is neither allow nor deny", missing: false };
  const direction = directionOf(record.reporter);
  if (direction === undefined) return { invalid: "reporter is none of src, dst, fwd", missing: false };

  const staged = denied ? undefined : pendingDenial(pendingHits(policies));
  if (!denied && staged === undefined) return { ignored: "allowed" };
  const hit = denied ? denyingHit(enforcedHits(policies)) : staged;

  const count = countOf(record.num_flows_started) ?? countOf(record.num_flows) ?? 1;
  // The flow began in an earlier window and was counted there.
  if (count === 0) return { ignored: "continued-flow" };
  const end = readTime(record.end_time) ?? readTime(record["@timestamp"]);
  const start = readTime(record.start_time) ?? end;
  if (start === undefined) return { invalid: "start_time is missing or not a time", missing: record.start_time == null };

  const fromSource = direction === "egress" || (direction === "forward" && record.source_type === "hep");
  const [subject, peer] = fromSource ? ["source", "dest"] : ["dest", "source"];
  const hits = listAt(policies ?? {}, denied ? "enforced_policies" : "pending_policies").filter(
    (item) => typeof item === "string",
  );
  return {
    action: denied ? "deny" : "audit",
    direction,
    cause: causeOf(hit, defaultDeny(direction)),
    subject: endOf(record, subject),
    peer: endOf(record, peer),
    port: peer === "dest" ? textAt(record, "dest_port") : undefined,
    service: peer === "dest" ? serviceOf(record) : undefined,
    protocol: textAt(record, "proto"),
    host: textAt(record, "host"),
    cluster: textAt(record, "cluster"),
    start,
    end: Math.max(start, end ?? start),
    count,
    quality: "exact",
    identity: [...IDENTITY.map((key) => textOf(record[key]) ?? ""), ...[...hits].sort()],
  };
}

/** A host endpoint reports forwarded traffic for what lies behind it. */
function directionOf(reporter: unknown): "ingress" | "egress" | "forward" | undefined {
  if (reporter === "src") return "egress";
  if (reporter === "dst") return "ingress";
  return reporter === "fwd" ? "forward" : undefined;
}

/** Staged policies appear among `all_policies` of old records; they never enforce anything. */
function enforcedHits(policies: JsonObject | undefined): readonly PolicyHit[] {
  const enforced = hitsOf(policies, "enforced_policies");
  return (enforced.length > 0 ? enforced : hitsOf(policies, "all_policies")).filter((hit) => !hit.staged);
}

/** Records from before `pending_policies` tell staged and enforced policies in one list. */
function pendingHits(policies: JsonObject | undefined): readonly PolicyHit[] {
  const pending = hitsOf(policies, "pending_policies");
  if (pending.length > 0 || hitsOf(policies, "enforced_policies").length > 0) return pending;
  const all = hitsOf(policies, "all_policies");
  return all.some((hit) => hit.staged) ? all : [];
}

function hitsOf(policies: JsonObject | undefined, list: string): readonly PolicyHit[] {
  const items = policies === undefined ? [] : listAt(policies, list);
  return items.map(parsePolicyString).filter((hit) => hit !== undefined);
}

function endOf(record: JsonObject, side: string): FlowEnd {
  const labels = record[`${side}_labels`];
  return {
    namespace: textAt(record, `${side}_namespace`),
    type: textAt(record, `${side}_type`),
    name: textAt(record, `${side}_name`),
    aggregate: textAt(record, `${side}_name_aggr`),
    ip: textAt(record, `${side}_ip`),
    labels: isObject(labels) ? listAt(labels, "labels") : Array.isArray(labels) ? labels : [],
  };
}

function serviceOf(record: JsonObject): string | undefined {
  const domain = textOf(listAt(record, "dest_domains")[0]);
  if (domain !== undefined) return domain;
  const service = textAt(record, "dest_service_name");
  const namespace = textAt(record, "dest_service_namespace");
  return service === undefined || namespace === undefined ? service : `${namespace}/${service}`;
}
