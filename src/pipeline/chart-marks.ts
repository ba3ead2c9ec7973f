/** The lines of a chart: when the rate rose, and what was changed near it. */
import { workloadName } from "../alerting/lifecycle/title.ts";
import { span } from "../alerting/message/plain-text.ts";
import type { Alert, AlertSeries, Suspect } from "../domain/alert.ts";
import type { ChartMark } from "../domain/alert-chart.ts";
import type { Change } from "../domain/change.ts";
import { shortDigest } from "../domain/digest.ts";

/** Beyond this the latest changes are left out. */
const MOST_CHANGES = 20;

type Told = Pick<Change, "kind" | "namespace"> & Partial<Pick<Change, "digest" | "policy" | "workload" | "replicas" | "phase">>;

/**
 * The onset and one line a change, in the order of time. The phases of a rollout are one change, at its first; the first
 * suspect is shown even when the timeline has forgotten it.
 */
export function chartMarks(alert: Alert, lead: AlertSeries, changes: readonly Change[]): readonly ChartMark[] {
  const first = new Map<string, ChartMark>();
  const add = (at: number, change: Told) => {
    const key = `${change.kind} ${change.namespace} ${change.workload ?? ""} ${change.digest ?? change.policy ?? at}`;
    const known = first.get(key);
    if (known === undefined || at < known.at) first.set(key, { at, kind: "change", label: labelOf(change, lead) });
  };
  const [suspect] = alert.cause.suspects;
  if (suspect?.changedAt !== undefined) add(Date.parse(suspect.changedAt), toldBy(suspect));
  for (const change of changes.filter((one) => concerns(one, lead)).slice(0, MOST_CHANGES)) add(change.time, change);
  const onset: ChartMark = { at: Date.parse(lead.onsetAt), kind: "onset", label: "onset" };
  return [onset, ...first.values()].sort((a, b) => a.at - b.at || (a.kind === "onset" ? -1 : 1));
}

/** Changes of the alert's workload, or below its roll-up, and edits of its policy. */
function concerns(change: Change, lead: AlertSeries): boolean {
  if (change.cluster !== lead.cluster) return false;
  if (change.kind === "policy") return change.policy === lead.policy;
  if (lead.workload !== "") return change.workload === lead.workload && change.namespace === lead.namespace;
  return lead.namespace === "" || change.namespace === lead.namespace;
}

function labelOf(change: Told, lead: AlertSeries): string {
  const where = lead.workload === "" && change.workload !== undefined ? ` ${workloadName({ ...change })}` : "";
  if (change.digest !== undefined) return `${change.kind}${where} ${shortDigest(change.digest)}`;
  if (change.kind === "policy") return `policy ${change.policy ?? ""}`.trim();
  if (change.kind === "scale" && change.replicas !== undefined) return `scale${where} to ${change.replicas}`;
  return `${change.kind}${where}`;
}

function toldBy({ kind, namespace, workload, digest, policy }: Suspect): Told {
  return {
    kind: kind as Change["kind"],
    namespace,
    ...(workload === undefined ? {} : { workload }),
    ...(digest === undefined ? {} : { digest }),
    ...(policy === undefined ? {} : { policy }),
  };
}

/** `131 events, 12 expected in 10 min (10.9x)`: digit by digit what the alert says. */
export function chartCaption({ observed, expected, windowSeconds, ratio }: AlertSeries): string {
  return `${observed} events, ${expected} expected in ${span(windowSeconds * 1000)} (${ratio}x)`;
}
