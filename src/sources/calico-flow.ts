/** What the tellings of a Calico flow have in common, and how its count becomes violations in time. */
import { shortId } from "../domain/ids.ts";
import type { Quality, Violation, ViolationAction } from "../domain/violation.ts";
import type { ParseContext } from "../ports/source.ts";
import type { Cause } from "./calico-policy.ts";
import type { ViolationDraft } from "./outcomes.ts";
import { textOf } from "./record-fields.ts";
import { LabelBag } from "./sample-labels.ts";

/** Flow logs are flushed every five minutes, Goldmane pushes five-minute windows half a minute late; milliseconds. */
export const CALICO_LATENESS = 6 * 60_000;
/** A window sent again (a retried push, a restarted shipper) comes within this time; milliseconds. */
export const RESEND_WITHIN = 15 * 60_000;
/** Connections of a window are spread over steps of this width, milliseconds: one is known only to lie in the window. */
export const SPREAD_STEP = 10_000;
/** Most violations one record is spread into. */
export const MAX_STEPS = 30;

export interface FlowEnd {
  readonly namespace: string | undefined;
  /** `wep`, `hep`, `ns`, `net`, or undefined where the telling has none. */
  readonly type: string | undefined;
  /** Pod name, when it is known exactly. */
  readonly name: string | undefined;
  /** Aggregated name, `api-6c9f-*` for a set of pods. */
  readonly aggregate: string | undefined;
  readonly ip: string | undefined;
  /** `key=value` each. */
  readonly labels: readonly unknown[];
}

export interface Flow {
  readonly action: ViolationAction;
  readonly direction: "ingress" | "egress" | "forward";
  readonly cause: Cause;
  readonly subject: FlowEnd;
  readonly peer: FlowEnd;
  readonly port: string | undefined;
  /** Service or domain the client asked for, when known. */
  readonly service: string | undefined;
  readonly protocol: string | undefined;
  readonly host: string | undefined;
  readonly cluster: string | undefined;
  readonly start: number;
  readonly end: number;
  readonly count: number;
  readonly quality: Quality;
  /** What tells this record from every other one, and is the same when it is sent again. */
  readonly identity: readonly string[];
}

export type Reading =
  | Flow
  | { readonly ignored: string }
  /** What is wrong, and whether it is that a field is missing. */
  | { readonly invalid: string; readonly missing: boolean };

/** The flow as violations: its count spread evenly over its window, each part with an id of its own. */
export function spreadFlow(flow: Flow, context: ParseContext): readonly Violation[] {
  const base = describe(flow, context);
  const id = shortId(["calico", base.cluster, ...flow.identity]);
  const windows = Math.ceil((flow.end - flow.start) / SPREAD_STEP);
  const steps = Math.max(1, Math.min(MAX_STEPS, windows, flow.count));
  const out: Violation[] = [];
  for (let step = 0; step < steps; step++) {
    // Largest-remainder shares that add up to the count, and the middle of each part of the window.
    const count = Math.floor(((step + 1) * flow.count) / steps) - Math.floor((step * flow.count) / steps);
    const time = Math.floor(flow.start + ((step + 0.5) * (flow.end - flow.start)) / steps);
    out.push({ ...base, time, count, id: `${id}.${step}` });
  }
  return out;
}

function describe(flow: Flow, context: ParseContext): Violation {
  const { subject, cause } = flow;
  const violation: ViolationDraft = {
    time: flow.start,
    receivedAt: context.now,
    policy: cause.policy,
    engine: "calico",
    regimes: [],
    action: flow.action,
    cluster: flow.cluster ?? context.cluster,
    namespace: subject.namespace ?? "",
    count: flow.count,
    labels: {},
    quality: flow.quality,
    dedupFor: RESEND_WITHIN,
    lateness: CALICO_LATENESS,
  };
  if (cause.decidedBy !== undefined) violation.decidedBy = cause.decidedBy;
  if (flow.host !== undefined) violation.enforcedBy = flow.host;
  const peer = describePeer(flow);
  if (peer !== undefined) violation.peer = peer;
  const bag = new LabelBag();
  bag.add("tier", cause.tier);
  bag.add("policy_namespace", cause.namespace);
  bag.add("policy_kind", cause.kind);
  bag.add("selected_by", cause.selectedBy);
  bag.add("direction", flow.direction);
  bag.add("protocol", flow.protocol);
  readSubject(subject, violation, bag);
  violation.labels = bag.done();
  return violation;
}

function readSubject(subject: FlowEnd, violation: ViolationDraft, bag: LabelBag): void {
  for (const label of subject.labels) {
    if (typeof label !== "string") continue;
    const equals = label.indexOf("=");
    const value = equals > 0 ? textOf(label.slice(equals + 1)) : undefined;
    const key = label.slice(0, Math.max(0, equals)).trim();
    if (value === undefined) continue;
    if (key === "pod-template-hash" || key === "controller-revision-hash") violation.templateHash = value;
    else if (key === "projectcalico.org/serviceaccount") violation.serviceAccount = value;
    else bag.add(key, value);
  }
  // Hosts, network sets and networks have names, but no pods.
  if (subject.type !== undefined && subject.type !== "wep") {
    bag.add("endpoint", subject.name ?? subject.aggregate);
    return;
  }
  const { aggregate } = subject;
  if (aggregate?.endsWith("*")) {
    const prefix = aggregate.replace(/-?\*$/, "");
    if (prefix !== "") violation.ownerPrefix = prefix;
  }
  const pod = subject.name ?? (aggregate?.endsWith("*") ? undefined : aggregate);
  if (pod !== undefined && !pod.endsWith("*")) violation.pod = pod;
  if (subject.ip !== undefined) violation.podIp = subject.ip;
}

function describePeer({ peer, port, service }: Flow): string | undefined {
  const name = peer.name ?? peer.aggregate;
  const place = name !== undefined && peer.namespace !== undefined ? `${peer.namespace}/${name}` : name;
  const best = service ?? (peer.type === "net" ? (peer.ip ?? place) : place) ?? peer.ip;
  if (best === undefined) return undefined;
  return port === undefined ? best : `${best}:${port}`;
}
