/** Which alert each finding belongs to: the grouping by cause. */
import type { AlertRecord } from "../../ports/alert-store.ts";
import { isEstablished } from "./cause-key.ts";
import { alertOf, type Draft, draftOf, isLive, keyOf, sameKey } from "./draft.ts";
import { DraftIndex } from "./draft-index.ts";
import { byStrength, type Finding } from "./finding.ts";
import type { LifecyclePolicy } from "./policy.ts";

/** Onsets of one unexplained rise are no further apart than this, milliseconds. */
const BEGAN_TOGETHER = 30 * 60_000;

/**
 * Attaches every finding to the alert it belongs to. Order of preference: the alert that has the series; a live alert of
 * the same cause; one resolved so recently that this is the same incident; a new alert. Returns all alerts, new ones last.
 */
export function assign(
  now: number,
  records: readonly AlertRecord[],
  findings: readonly Finding[],
  policy: LifecyclePolicy,
): Draft[] {
  const drafts = records.map(draftOf);
  const isOldNews = oldNews(drafts);
  const index = new DraftIndex(drafts);
  const ordered = findings.filter((finding) => !isOldNews(finding)).sort(byOnset);
  for (const finding of ordered) {
    if (finding.anomaly.state === "resolved") attachResolved(now, index, finding, policy);
    else attachOpen(now, index, finding, policy);
  }
  for (const draft of [...index.drafts]) if (isLive(draft)) regroup(index, draft);
  return index.drafts;
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

function attachResolved(now: number, index: DraftIndex, finding: Finding, policy: LifecyclePolicy): void {
  const { anomaly } = finding;
  const known = index
    .withSeries(anomaly.series.id)
    .filter((draft) => (draft.seen.get(anomaly.series.id)?.openedAt ?? -1) >= anomaly.openedAt);
  const holder = known.find((draft) => isLive(draft) && draft.seen.get(anomaly.series.id)?.resolvedAt === null);
  if (holder) index.attach(holder, finding);
  if (known.length > 0) return;
  // It came and went while no coordinator ran: people are told that it happened, unless that is long ago.
  if ((anomaly.resolvedAt ?? 0) + policy.reopenWithin < now) return;
  const key = keyOf(finding);
  const target = index.withCause(key).find(isLive) ?? index.begin(key);
  target.missed = finding;
  index.attach(target, finding);
}

function attachOpen(now: number, index: DraftIndex, finding: Finding, policy: LifecyclePolicy): void {
  const id = finding.anomaly.series.id;
  const key = keyOf(finding);
  const holder = index.withSeries(id).find(isLive);
  const closed = holder ? undefined : index.withSeries(id).find((draft) => heldByHand(draft, finding));
  if (closed) {
    const told = closed.memory?.told.ratios[id] ?? finding.anomaly.ratio;
    if (finding.anomaly.ratio < policy.worseFactor * told) return;
    closed.reopened = "worse";
  }
  const target = holder ?? closed ?? index.withCause(key).find((draft) => isLive(draft) && belongs(index, draft, finding));
  index.attach(target ?? reopenRecent(now, index, finding, key, policy) ?? index.begin(key), finding);
}

function reopenRecent(
  now: number,
  index: DraftIndex,
  finding: Finding,
  key: readonly string[],
  policy: LifecyclePolicy,
): Draft | undefined {
  const { id } = finding.anomaly.series;
  const recent = index.first(
    index.withSeries(id).find((draft) => isRecent(now, draft, policy)),
    index.withCause(key).find((draft) => isRecent(now, draft, policy) && belongs(index, draft, finding)),
  );
  if (recent) recent.reopened = "reopened";
  return recent;
}

/**
 * Of an alert with the finding's cause: one cause is one alert. Without an established cause nothing but the time says that two series rose for the same
 * reason: a series that begins long after all others is a spike of its own.
 */
function belongs(index: DraftIndex, draft: Draft, finding: Finding): boolean {
  if (finding.causeKey !== undefined || isEstablished(finding.cause)) return true;
  return index.hasOnsetNear(draft, finding.anomaly.onsetAt, BEGAN_TOGETHER);
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
 * live alert of that cause exists, which then takes the series. Series that name another cause than the rest leave.
 * A verdict that is not established never moves anything: doubt is not news about the others.
 */
function regroup(index: DraftIndex, draft: Draft): void {
  const established = [...draft.findings.values()].filter((one) => one.causeKey !== undefined || isEstablished(one.cause));
  if (established.every((one) => sameKey(keyOf(one), draft.causeKey))) return;
  const lead = [...established].sort(byStrength)[0];
  if (!lead) return;
  const leadKey = keyOf(lead);
  const supported = established.some((one) => sameKey(keyOf(one), draft.causeKey));
  const existing = index.withCause(leadKey).find((other) => other !== draft && isLive(other));
  if (!supported && !existing && !othersRemain(draft, established, lead)) index.setCause(draft, leadKey);
  for (const finding of established) {
    const key = keyOf(finding);
    if (sameKey(key, draft.causeKey)) continue;
    index.detach(draft, finding.anomaly.series.id);
    const target = index.withCause(key).find((other) => other !== draft && isLive(other));
    index.attach(target ?? index.begin(key), finding);
  }
}

/** True when open series of other workloads stay without an established cause: the verdict does not speak for them. */
function othersRemain(draft: Draft, established: readonly Finding[], lead: Finding): boolean {
  const explained = new Set(established.map((one) => one.anomaly.series.id));
  const { namespace, workload } = lead.anomaly.series;
  return [...draft.findings.values()].some(
    ({ anomaly: { series } }) => !explained.has(series.id) && (series.namespace !== namespace || series.workload !== workload),
  );
}
