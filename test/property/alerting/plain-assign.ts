/** The grouping by cause as it is meant, going through all alerts for each finding: what the quick one must agree with. */

import { isEstablished } from "../../../src/alerting/lifecycle/cause-key.ts";
import {
  alertOf,
  attach,
  comeBack,
  type Draft,
  detach,
  draftOf,
  isLive,
  keyOf,
  newDraft,
  sameKey,
} from "../../../src/alerting/lifecycle/draft.ts";
import { byStrength, type Finding } from "../../../src/alerting/lifecycle/finding.ts";
import { isFlapping } from "../../../src/alerting/lifecycle/flapping.ts";
import type { LifecyclePolicy } from "../../../src/alerting/lifecycle/policy.ts";
import { roundRatio } from "../../../src/alerting/lifecycle/rounding.ts";
import type { AlertRecord } from "../../../src/ports/alert-store.ts";

/** Onsets of one unexplained rise are no further apart than this, milliseconds. */
const BEGAN_TOGETHER = 30 * 60_000;

/**
 * Attaches every finding to the alert it belongs to. Order of preference: the alert that has this very rise of the series;
 * a live alert of the same cause; one resolved so recently that this is the same incident; a new alert. A series that
 * ended and rises again is news, also while other series hold the alert it was in. Returns all alerts, new ones last.
 */
export function plainAssign(
  now: number,
  records: readonly AlertRecord[],
  findings: readonly Finding[],
  policy: LifecyclePolicy,
): Draft[] {
  const drafts = records.map(draftOf);
  const isOldNews = oldNews(drafts);
  const ordered = findings.filter((finding) => !isOldNews(finding)).sort(byOnset);
  for (const finding of ordered) {
    if (finding.anomaly.state === "resolved") attachResolved(now, drafts, finding, policy);
    else attachOpen(now, drafts, finding, policy);
  }
  for (const draft of [...drafts]) if (isLive(draft)) regroup(drafts, draft);
  for (const draft of drafts) if (isLive(draft)) joinOutage(drafts, draft);
  return drafts.filter(({ record, series }) => record !== undefined || series.size > 0);
}

/**
 * Resolved anomalies are reported for a day; nearly all of them are noted as ended already. Telling them by one look-up
 * keeps a step cheap after a storm.
 */
function oldNews(drafts: readonly Draft[]): (finding: Finding) => boolean {
  const ended = new Map<string, number>();
  const going = new Set<string>();
  for (const draft of drafts) {
    for (const [id, seen] of draft.seen) {
      if (seen.resolvedAt === null) going.add(id);
      else ended.set(id, Math.max(seen.openedAt, ended.get(id) ?? 0));
    }
  }
  return ({ anomaly }) =>
    anomaly.state === "resolved" && !going.has(anomaly.series.id) && (ended.get(anomaly.series.id) ?? -1) >= anomaly.openedAt;
}

function byOnset(a: Finding, b: Finding): number {
  const order = a.anomaly.onsetAt - b.anomaly.onsetAt;
  if (order !== 0) return order;
  return a.anomaly.series.id < b.anomaly.series.id ? -1 : 1;
}

function attachResolved(now: number, drafts: Draft[], finding: Finding, policy: LifecyclePolicy): void {
  const { anomaly } = finding;
  const known = drafts.filter((draft) => (draft.seen.get(anomaly.series.id)?.openedAt ?? -1) >= anomaly.openedAt);
  const holder = known.find((draft) => isLive(draft) && draft.seen.get(anomaly.series.id)?.resolvedAt === null);
  if (holder) attach(holder, finding);
  if (known.length > 0) return;
  // It came and went while no coordinator ran: people are told that it happened, unless that is long ago.
  if ((anomaly.resolvedAt ?? 0) + policy.reopenWithin < now) return;
  const key = keyOf(finding);
  const target = drafts.find((draft) => isLive(draft) && sameKey(draft.causeKey, key)) ?? begin(drafts, key);
  target.missed = finding;
  attach(target, finding);
}

function attachOpen(now: number, drafts: Draft[], finding: Finding, policy: LifecyclePolicy): void {
  const { series, openedAt } = finding.anomaly;
  const key = keyOf(finding);
  const live = drafts.filter(isLive);
  for (const draft of live) endEarlier(draft, finding);
  const holder = live.find((draft) => (draft.seen.get(series.id)?.openedAt ?? -1) >= openedAt);
  const closed = holder ? undefined : drafts.find((draft) => heldByHand(draft, finding));
  if (closed) {
    const ratio = roundRatio(finding.anomaly.ratio);
    if (ratio < policy.worseFactor * (closed.memory?.told.ratios[series.id] ?? ratio)) return;
    closed.reopened = "worse";
  }
  const target =
    holder ??
    closed ??
    live.find((draft) => isFlapping(draft.memory) && comesBack(draft, finding, key)) ??
    live.find((draft) => belongs(draft, finding, key)) ??
    drafts.find((draft) => isLive(draft) && isSameOutage(draft, finding)) ??
    reopenRecent(now, drafts, finding, key, policy) ??
    begin(drafts, key);
  attach(target, finding);
}

/** Its cause is established, by the verdict or by whoever gave the finding its key. */
function hasCause(finding: Finding): boolean {
  return finding.causeKey !== undefined || isEstablished(finding.cause);
}

/** An earlier rise of the series must have ended, even if it was never reported as ended. */
function endEarlier(draft: Draft, { anomaly: { series, openedAt } }: Finding): void {
  const seen = draft.seen.get(series.id);
  if (!seen || seen.resolvedAt !== null || seen.openedAt >= openedAt) return;
  draft.seen.set(series.id, { ...seen, resolvedAt: openedAt, resolvedBy: "rate-fell" });
}

function begin(drafts: Draft[], key: readonly string[]): Draft {
  const draft = newDraft(key);
  drafts.push(draft);
  return draft;
}

function reopenRecent(
  now: number,
  drafts: readonly Draft[],
  finding: Finding,
  key: readonly string[],
  policy: LifecyclePolicy,
): Draft | undefined {
  const recent = drafts.find(
    (draft) => isRecent(now, draft, policy) && (comesBack(draft, finding, key) || belongs(draft, finding, key)),
  );
  if (recent) comeBack(recent);
  return recent;
}

/** The alert's own series, unless it is known that something else has raised it this time. */
function comesBack(draft: Draft, finding: Finding, key: readonly string[]): boolean {
  return draft.seen.has(finding.anomaly.series.id) && (!hasCause(finding) || sameKey(draft.causeKey, key));
}

/**
 * One cause is one alert. Without an established cause nothing but the time says that two series rose for the same
 * reason: a series that begins long after all others is a spike of its own.
 */
function belongs(draft: Draft, finding: Finding, key: readonly string[]): boolean {
  if (!sameKey(draft.causeKey, key)) return false;
  return hasCause(finding) || beganTogether(draft, finding);
}

function beganTogether(draft: Draft, { anomaly: { onsetAt } }: Finding): boolean {
  return [...draft.series.values()].some((series) => Math.abs(Date.parse(series.onsetAt) - onsetAt) <= BEGAN_TOGETHER);
}

/** An alert about what is around the policy, for what is unexplained; the alert of what is unexplained, for the other. */
function isSameOutage(draft: Draft, finding: Finding): boolean {
  const { cluster, policy } = finding.anomaly.series;
  const around = [cluster, "environment", policy];
  const unexplained = [cluster, "unexplained", policy];
  if (!beganTogether(draft, finding)) return false;
  if (!hasCause(finding)) return sameKey(draft.causeKey, around);
  return sameKey(keyOf(finding), around) && sameKey(draft.causeKey, unexplained);
}

function joinOutage(drafts: readonly Draft[], draft: Draft): void {
  if (draft.causeKey[1] !== "unexplained") return;
  for (const finding of [...draft.findings.values()]) {
    if (hasCause(finding) || draft.causeKey[2] !== finding.anomaly.series.policy) continue;
    const outage = drafts.find((other) => isLive(other) && isSameOutage(other, finding));
    if (!outage) continue;
    detach(draft, finding.anomaly.series.id);
    attach(outage, finding);
  }
}

/** The very episode that a person closed; a later one of the same series is news. */
function heldByHand(draft: Draft, finding: Finding): boolean {
  const seen = draft.seen.get(finding.anomaly.series.id);
  return !isLive(draft) && draft.memory?.byHand === true && seen !== undefined && seen.openedAt >= finding.anomaly.openedAt;
}

function isRecent(now: number, draft: Draft, policy: LifecyclePolicy): boolean {
  const resolvedAt = alertOf(draft)?.resolvedAt;
  return !isLive(draft) && typeof resolvedAt === "string" && now - Date.parse(resolvedAt) <= policy.reopenWithin;
}

/**
 * Follows verdicts that became established. When the whole alert agrees it changes its cause and keeps its id, unless a
 * live alert of that cause exists, which then takes the series. Series that name another cause than the rest leave; so
 * does one that rose again, whatever the rest says: what raised it this time is not what the alert was about.
 * A verdict that is not established never moves anything: doubt is not news about the others.
 */
function regroup(drafts: Draft[], draft: Draft): void {
  const established = [...draft.findings.values()].filter(hasCause);
  if (established.every((one) => sameKey(keyOf(one), draft.causeKey))) return;
  const first = established.filter((one) => draft.seen.get(one.anomaly.series.id)?.again !== true);
  const lead = first.sort(byStrength)[0];
  if (lead && mayChange(drafts, draft, first, lead)) draft.causeKey = keyOf(lead);
  for (const finding of established) {
    const key = keyOf(finding);
    if (sameKey(key, draft.causeKey)) continue;
    detach(draft, finding.anomaly.series.id);
    const target = drafts.find((other) => other !== draft && isLive(other) && sameKey(other.causeKey, key));
    attach(target ?? begin(drafts, key), finding);
  }
}

/** Whether the alert as a whole may take the cause of its strongest finding. */
function mayChange(drafts: readonly Draft[], draft: Draft, established: readonly Finding[], lead: Finding): boolean {
  if (established.some((one) => sameKey(keyOf(one), draft.causeKey))) return false;
  if (drafts.some((other) => other !== draft && isLive(other) && sameKey(other.causeKey, keyOf(lead)))) return false;
  return !othersRemain(draft, established, lead);
}

/**
 * True when open series of other workloads stay without an established cause: the verdict does not speak for them. One
 * about what is around the policy speaks for those that began with it.
 */
function othersRemain(draft: Draft, established: readonly Finding[], lead: Finding): boolean {
  const explained = new Set(established.map((one) => one.anomaly.series.id));
  const { cluster, policy, namespace, workload } = lead.anomaly.series;
  const around = sameKey(keyOf(lead), [cluster, "environment", policy]);
  return [...draft.findings.values()].some(({ anomaly: { series, onsetAt } }) => {
    if (explained.has(series.id) || (series.namespace === namespace && series.workload === workload)) return false;
    return !around || Math.abs(onsetAt - lead.anomaly.onsetAt) > BEGAN_TOGETHER;
  });
}
