/** Whether a Hubble flow is a policy violation. */
import type { ViolationAction } from "../domain/violation.ts";
import { type JsonObject, listAt, objectAt, textAt } from "./record-fields.ts";

export type Finding =
  | { readonly counts: true; readonly action: ViolationAction; readonly event: FlowEvent }
  | { readonly counts: false; readonly reason: string };

/** `policy-verdict` carries the policy; `drop` is the same packet seen by the datapath; `l7` is a denied request. */
export type FlowEvent = "policy-verdict" | "drop" | "l7";

/** Verdicts by the number protobuf gives them, for exports with enumerations as numbers. */
const VERDICTS = ["UNKNOWN", "FORWARDED", "DROPPED", "ERROR", "AUDIT", "REDIRECTED", "TRACED", "TRANSLATED"];
const POLICY_DENIED = 133;
const POLICY_DENY = 181;
const EVENT_DROP = 1;
const EVENT_POLICY_VERDICT = 5;
const EVENT_L7 = 129;

export function judge(flow: JsonObject): Finding {
  const verdict = typeof flow.verdict === "number" ? VERDICTS[flow.verdict] : textAt(flow, "verdict");
  const eventType = objectAt(flow, "event_type")?.type;
  const l7 = flow.Type === "L7" || flow.Type === 2 || eventType === EVENT_L7;
  const event: FlowEvent = l7 ? "l7" : eventType === EVENT_POLICY_VERDICT ? "policy-verdict" : "drop";
  if (verdict === "AUDIT") return { counts: true, action: "audit", event };
  if (verdict !== "DROPPED") return { counts: false, reason: `verdict-${(verdict ?? "unknown").toLowerCase().slice(0, 32)}` };
  if (l7) return judgeRequest(flow);
  return droppedByPolicy(flow, eventType)
    ? { counts: true, action: "deny", event }
    : { counts: false, reason: "drop-not-by-policy" };
}

/** A denied request is reported once as REQUEST; RESPONSE and SAMPLE speak of the same exchange. */
function judgeRequest(flow: JsonObject): Finding {
  const type = objectAt(flow, "l7")?.type;
  const request = type === undefined || type === "REQUEST" || type === 1;
  return request ? { counts: true, action: "deny", event: "l7" } : { counts: false, reason: "l7-not-a-request" };
}

/**
 * Only a stated policy reason counts: 133 (nothing allowed it) or 181 (a rule denied it). The text is preferred, old
 * records have only the number, and field masks may leave no more than the event or the policy.
 */
function droppedByPolicy(flow: JsonObject, eventType: unknown): boolean {
  const reason = flow.drop_reason_desc ?? flow.drop_reason ?? undefined;
  if (reason !== undefined && reason !== "DROP_REASON_UNKNOWN" && reason !== 0) {
    return reason === "POLICY_DENIED" || reason === "POLICY_DENY" || reason === POLICY_DENIED || reason === POLICY_DENY;
  }
  if (eventType === EVENT_POLICY_VERDICT) return true;
  const subType = objectAt(flow, "event_type")?.sub_type;
  if (eventType === EVENT_DROP && (subType === POLICY_DENIED || subType === POLICY_DENY)) return true;
  return listAt(flow, "ingress_denied_by").length > 0 || listAt(flow, "egress_denied_by").length > 0;
}
