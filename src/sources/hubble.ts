/**
 * Cilium Hubble flows: as exported (`{"flow": …, "node_name": …}`) or bare. A flow is a violation when policy dropped it
 * (or would have: AUDIT); everything else rightly counts as nothing. The subject is the end whose policy decided: the
 * source of an egress flow, the destination of an ingress flow.
 */
import type { Outcome, ParseContext, PushSource } from "../ports/source.ts";
import { readTime } from "./event-time.ts";
import { collapseConnections, connectionOf } from "./hubble-connection.ts";
import { describePeer, readEndpoint } from "./hubble-endpoint.ts";
import { judge } from "./hubble-verdict.ts";
import { defaultDeny, ignored, lostEvents, rejected, type ViolationDraft } from "./outcomes.ts";
import { isObject, type JsonObject, listAt, messageOf, objectAt, textAt } from "./record-fields.ts";
import { LabelBag } from "./sample-labels.ts";

/** Members of an exported event that are not flows. */
const OTHER_EVENTS = ["lost_events", "agent_event", "node_status", "debug_event"] as const;
const FLOW_KEYS = ["verdict", "drop_reason_desc", "traffic_direction", "event_type", "Type", "l4", "l7"] as const;
const NOTHING: JsonObject = {};

export const hubbleSource: PushSource = { name: "hubble", accepts: "events", recognizes, parse, collapse: collapseConnections };

function recognizes(record: unknown): boolean {
  if (!isObject(record)) return false;
  const flow = objectAt(record, "flow");
  if (flow !== undefined) return FLOW_KEYS.some((key) => Object.hasOwn(flow, key));
  if (OTHER_EVENTS.some((key) => isObject(record[key]))) return true;
  if (!Object.hasOwn(record, "verdict")) return false;
  return FLOW_KEYS.some((key) => key !== "verdict" && Object.hasOwn(record, key)) || objectAt(record, "IP") !== undefined;
}

function parse(record: unknown, context: ParseContext): readonly Outcome[] {
  if (!isObject(record)) return rejected("not_an_object", "A Hubble event is a JSON object.");
  const flow = objectAt(record, "flow") ?? record;
  if (flow === record && !Object.hasOwn(record, "verdict")) return otherEvent(record);
  const finding = judge(flow);
  if (!finding.counts) return ignored(finding.reason);
  const stated = flow.time ?? record.time ?? undefined;
  const time = readTime(stated);
  if (time === undefined)
    return rejected(stated === undefined ? "missing_field" : "invalid_field", "time is missing or not a time");

  const direction = directionOf(flow);
  const source = objectAt(flow, "source") ?? NOTHING;
  const destination = objectAt(flow, "destination") ?? NOTHING;
  const subject = subjectOf(direction, source, destination);
  const bag = new LabelBag();
  bag.add("event", finding.event);
  bag.add("direction", direction);
  bag.add("drop_reason", textAt(flow, "drop_reason_desc"));
  const policy = policyOf(flow, direction, bag);
  const node = textAt(flow, "node_name") ?? textAt(record, "node_name");
  const violation: ViolationDraft = {
    time,
    receivedAt: context.now,
    policy: policy ?? defaultDeny(direction),
    engine: "hubble",
    regimes: [],
    action: finding.action,
    cluster: clusterOf(record, subject, node) ?? context.cluster,
    namespace: "",
    count: 1,
    labels: {},
    quality: "exact",
  };
  if (node !== undefined) violation.enforcedBy = node.slice(node.indexOf("/") + 1);
  const message = messageOf(flow.Summary);
  if (message !== undefined) violation.message = message;
  if (subject !== undefined) {
    readEndpoint(subject, violation, bag);
    const peer = describePeer(flow, subject === source ? "destination" : "source");
    if (peer !== undefined) violation.peer = peer;
  }
  const connection = finding.event === "l7" ? undefined : connectionOf(flow, direction, violation.cluster);
  const id = connection?.id ?? textAt(flow, "uuid") ?? textAt(record, "id");
  if (id !== undefined) violation.id = id;
  if (connection !== undefined) violation.dedupFor = connection.dedupFor;
  violation.labels = bag.done();
  return [{ type: "violation", violation }];
}

function otherEvent(record: JsonObject): readonly Outcome[] {
  const lost = objectAt(record, "lost_events");
  // The number stays visible in the reason: a window in which events were lost is a lower bound.
  if (lost !== undefined) {
    const count = textAt(lost, "num_events_lost");
    return lostEvents(`lost-events:${count ?? "unknown"}`, count);
  }
  const other = OTHER_EVENTS.find((key) => isObject(record[key]));
  return other === undefined ? rejected("missing_field", "flow is missing") : ignored(other.replace("_", "-"));
}

function directionOf(flow: JsonObject): "ingress" | "egress" | undefined {
  switch (flow.traffic_direction) {
    case "INGRESS":
    case 1:
      return "ingress";
    case "EGRESS":
    case 2:
      return "egress";
    default:
      return undefined;
  }
}

/** Without a direction the only pod of the two is the subject; between two pods there is nothing to choose by. */
function subjectOf(direction: string | undefined, source: JsonObject, destination: JsonObject): JsonObject | undefined {
  if (direction === "egress") return source;
  if (direction === "ingress") return destination;
  const fromPod = textAt(source, "pod_name") !== undefined;
  const toPod = textAt(destination, "pod_name") !== undefined;
  return fromPod === toPod ? undefined : fromPod ? source : destination;
}

/** The policy that denied. `*_allowed_by` may be filled too, about the other direction: it is never the cause. */
function policyOf(flow: JsonObject, direction: string | undefined, bag: LabelBag): string | undefined {
  const lists = direction === undefined ? ["egress_denied_by", "ingress_denied_by"] : [`${direction}_denied_by`];
  for (const list of lists) {
    for (const policy of listAt(flow, list)) {
      const name = isObject(policy) ? textAt(policy, "name") : undefined;
      if (name === undefined || !isObject(policy)) continue;
      bag.add("policy_namespace", textAt(policy, "namespace"));
      bag.add("policy_kind", textAt(policy, "kind"));
      bag.add("policy_revision", textAt(policy, "revision"));
      return name;
    }
  }
  return undefined;
}

function clusterOf(record: JsonObject, subject: JsonObject | undefined, node: string | undefined): string | undefined {
  const named = (subject === undefined ? undefined : textAt(subject, "cluster_name")) ?? textAt(record, "cluster_name");
  // `default` is what Cilium calls a cluster nobody has named.
  if (named !== undefined && named !== "default") return named;
  const slash = node?.indexOf("/") ?? -1;
  const prefix = slash > 0 ? node?.slice(0, slash) : undefined;
  return prefix === "default" ? undefined : prefix;
}
