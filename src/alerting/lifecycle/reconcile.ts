/**
 * The life of alerts, as a function of values: stored alerts and present findings in, changed alerts and transitions
 * out. Level-triggered: it may be called at any pace, and after a crash; what was not stored is found again.
 */
import type { Alert, Transition } from "../../domain/alert.ts";
import type { Change } from "../../domain/change.ts";
import type { AlertRecord } from "../../ports/alert-store.ts";
import { assign } from "./assign.ts";
import { alertOf, type Draft, isLive } from "./draft.ts";
import type { Finding } from "./finding.ts";
import { hasReturned, mitigationOf } from "./mitigation.ts";
import type { LifecyclePolicy } from "./policy.ts";
import { settle } from "./settle.ts";

export interface ReconcileInput {
  /** Milliseconds; evaluation time, not the time of the wall. */
  readonly now: number;
  /** All unresolved alerts, and those resolved during the last day (anomalies are kept as long). */
  readonly records: readonly AlertRecord[];
  /** Every open anomaly, and every resolved one that is still kept. */
  readonly findings: readonly Finding[];
  readonly policy: LifecyclePolicy;
  /** Recent changes of the clusters concerned, in any order: tells when a suspect was rolled back. */
  readonly changes?: readonly Change[];
}

export interface Reconciliation {
  /** Alerts that are new or changed; numbers may change without a transition. */
  readonly records: readonly AlertRecord[];
  /** In the order of the input, new alerts last; at most two per alert (fired and resolved at once). */
  readonly transitions: readonly Transition[];
}

/**
 * Reasons of transitions: `first`, `reopened`, `flapping` (fires again and again, see flapping.ts); `worse`, `cause-revised`, `series-joined`, `acknowledgement-expired`;
 * `rolled-back`, `scaled-to-zero`, `suspect-returned`; `rate-fell`, `became-normal`, `no-longer-reported`, `merged` (its
 * series went to another alert of the same cause). By people (see operate.ts): `acknowledged`, `resolved-by-hand`.
 */
export function reconcile(input: ReconcileInput): Reconciliation {
  const { now, policy } = input;
  const drafts = assign(now, input.records, input.findings, policy);
  const records: AlertRecord[] = [];
  const transitions: Transition[] = [];
  const taken = new Set(drafts.flatMap((draft) => (isLive(draft) ? (alertOf(draft)?.fingerprint ?? []) : [])));
  const changes = input.changes ?? [];
  const service = {
    mitigationOf: (alert: Alert) => mitigationOf(alert, changes),
    hasReturned: (alert: Alert) => hasReturned(alert, changes),
  };
  for (const draft of drafts) {
    if (!isLive(draft)) continue;
    endStale(now, draft, policy);
    const settled = settle(now, draft, policy, taken, service);
    if (settled.record) {
      records.push(settled.record);
      taken.add(settled.record.alert.fingerprint);
    }
    transitions.push(...settled.transitions);
  }
  return { records, transitions };
}

/** A series nobody reports any more (its state was lost) must not keep an alert firing for ever. */
function endStale(now: number, draft: Draft, policy: LifecyclePolicy): void {
  for (const [id, seen] of draft.seen) {
    if (seen.resolvedAt !== null || draft.findings.has(id) || now - seen.seenAt <= policy.staleAfter) continue;
    draft.seen.set(id, { ...seen, resolvedAt: now, resolvedBy: "no-longer-reported" });
  }
}
