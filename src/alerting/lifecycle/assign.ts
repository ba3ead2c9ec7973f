/** Which alert each finding belongs to: the grouping by cause. */
import type { AlertRecord } from "../../ports/alert-store.ts";
import { areNear, aroundIt, beganTogether, isAround } from "./began-together.ts";
import { isEstablished, unexplainedKey } from "./cause-key.ts";
import { alertOf, comeBack, type Draft, isLive, keyOf, sameKey } from "./draft.ts";
import { Drafts } from "./drafts.ts";
import { byStrength, type Finding } from "./finding.ts";
import { isFlapping } from "./flapping.ts";
import type { LifecyclePolicy } from "./policy.ts";
import { roundRatio } from "./rounding.ts";

/**
 * Attaches every finding to the alert it belongs to. Order of preference: the alert that has this very rise of the series;
 * a live alert of the same cause; one resolved so recently that this is the same incident; a new alert. A series that
 * ended and rises again is news, also while other series hold the alert it was in. Returns all alerts, new ones last.
 */
export function assign(
  now: number,
  records: readonly AlertRecord[],
  findings: readonly Finding[],
  policy: LifecyclePolicy,
): Draft[] {
  const drafts = new Drafts(records);
  const ordered = findings.filter((finding) => !isOldNews(drafts, finding)).sort(byOnset);
  for (const finding of ordered) {
    if (finding.anomaly.state === "resolved") attachResolved(now, drafts, finding, policy);
    else attachOpen(now, drafts, finding, policy);
  }
  for (const draft of drafts.all()) if (isLive(draft)) regroup(drafts, draft);
  for (const draft of drafts.all()) if (isLive(draft)) joinOutage(drafts, draft);
  // One begun now whose series all joined another was never told, and is none.
  return drafts.all().filter(({ record, series }) => record !== undefined || series.size > 0);
}

/** Resolved anomalies are reported for a day; nearly all of them are noted as ended already. */
function isOldNews(drafts: Drafts, { anomaly }: Finding): boolean {
  if (anomaly.state !== "resolved") return false;
  const seen = drafts.ofSeries(anomaly.series.id).map((draft) => draft.seen.get(anomaly.series.id));
  if (seen.some((one) => one?.resolvedAt === null)) return false;
  return seen.some((one) => one !== undefined && one.openedAt >= anomaly.openedAt);
}

function byOnset(a: Finding, b: Finding): number {
  const order = a.anomaly.onsetAt - b.anomaly.onsetAt;
  if (order !== 0) return order;
  return a.anomaly.series.id < b.anomaly.series.id ? -1 : 1;
}

function attachResolved(now: number, drafts: Drafts, finding: Finding, policy: LifecyclePolicy): void {
  const { anomaly } = finding;
  const known = drafts
    .ofSeries(anomaly.series.id)
    .filter((draft) => (draft.seen.get(anomaly.series.id)?.openedAt ?? -1) >= anomaly.openedAt);
  const holder = known.find((draft) => isLive(draft) && draft.seen.get(anomaly.series.id)?.resolvedAt === null);
  if (holder) drafts.attach(holder, finding);
  if (known.length > 0) return;
  // It came and went while no coordinator ran: people are told that it happened, unless that is long ago.
  if ((anomaly.resolvedAt ?? 0) + policy.reopenWithin < now) return;
  const key = keyOf(finding);
  const target = drafts.ofCause(key).find(isLive) ?? drafts.begin(key);
  target.missed = finding;
  drafts.attach(target, finding);
}

function attachOpen(now: number, drafts: Drafts, finding: Finding, policy: LifecyclePolicy): void {
  const { series, openedAt } = finding.anomaly;
  const key = keyOf(finding);
  const holders = drafts.ofSeries(series.id);
  const live = holders.filter(isLive);
  for (const draft of live) endEarlier(draft, finding);
  const holder = live.find((draft) => (draft.seen.get(series.id)?.openedAt ?? -1) >= openedAt);
  const closed = holder ? undefined : holders.find((draft) => heldByHand(draft, finding));
  if (closed) {
    // Rounded as it was told: a rise of what was never seen before is above every ratio that can be told.
    const ratio = roundRatio(finding.anomaly.ratio);
    if (ratio < policy.worseFactor * (closed.memory?.told.ratios[series.id] ?? ratio)) return;
    closed.reopened = "worse";
  }
  const target =
    holder ??
    closed ??
    live.find((draft) => isFlapping(draft.memory) && comesBack(draft, finding, key)) ??
    drafts.ofCause(key).find((draft) => isLive(draft) && belongs(draft, finding)) ??
    sameOutage(drafts, finding) ??
    reopenRecent(now, drafts, finding, key, policy) ??
    drafts.begin(key);
  drafts.attach(target, finding);
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

function reopenRecent(
  now: number,
  drafts: Drafts,
  finding: Finding,
  key: readonly string[],
  policy: LifecyclePolicy,
): Draft | undefined {
  const own = drafts
    .ofSeries(finding.anomaly.series.id)
    .find((draft) => isRecent(now, draft, policy) && comesBack(draft, finding, key));
  const alike = drafts.ofCause(key).find((draft) => isRecent(now, draft, policy) && belongs(draft, finding));
  const recent = drafts.earlier(own, alike);
  if (recent) comeBack(recent);
  return recent;
}

/** An alert of the very series, unless it is known that something else has raised it this time. */
function comesBack(draft: Draft, finding: Finding, key: readonly string[]): boolean {
  return !hasCause(finding) || sameKey(draft.causeKey, key);
}

/**
 * One cause is one alert. Without an established cause nothing but the time says that two series rose for the same
 * reason: a series that begins long after all others is a spike of its own.
 */
function belongs(draft: Draft, finding: Finding): boolean {
  return hasCause(finding) || beganTogether(draft, finding);
}

/** What happens around a policy and what rose with it unexplained are one spike, whichever of them was told first. */
function sameOutage(drafts: Drafts, finding: Finding): Draft | undefined {
  if (!hasCause(finding)) return aroundIt(drafts, finding);
  if (!isAround(finding)) return undefined;
  const unexplained = drafts.ofCause(unexplainedKey(finding.anomaly.series));
  return unexplained.find((draft) => isLive(draft) && beganTogether(draft, finding));
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
function regroup(drafts: Drafts, draft: Draft): void {
  const established = [...draft.findings.values()].filter(hasCause);
  if (established.every((one) => sameKey(keyOf(one), draft.causeKey))) return;
  const first = established.filter((one) => draft.seen.get(one.anomaly.series.id)?.again !== true);
  const lead = first.sort(byStrength)[0];
  if (lead && mayChange(drafts, draft, first, lead)) drafts.setCause(draft, keyOf(lead));
  for (const finding of established) {
    const key = keyOf(finding);
    if (sameKey(key, draft.causeKey)) continue;
    drafts.detach(draft, finding.anomaly.series.id);
    const target = drafts.ofCause(key).find((other) => other !== draft && isLive(other));
    drafts.attach(target ?? drafts.begin(key), finding);
  }
}

/** Where others turned out to be raised by something around the policy, the unexplained ones that began with them follow. */
function joinOutage(drafts: Drafts, draft: Draft): void {
  for (const finding of draft.findings.values()) {
    if (hasCause(finding) || !sameKey(draft.causeKey, unexplainedKey(finding.anomaly.series))) continue;
    const target = aroundIt(drafts, finding, draft);
    if (!target) continue;
    drafts.detach(draft, finding.anomaly.series.id);
    drafts.attach(target, finding);
  }
}

/** Whether the alert as a whole may take the cause of its strongest finding. */
function mayChange(drafts: Drafts, draft: Draft, established: readonly Finding[], lead: Finding): boolean {
  if (established.some((one) => sameKey(keyOf(one), draft.causeKey))) return false;
  if (drafts.ofCause(keyOf(lead)).some((other) => other !== draft && isLive(other))) return false;
  return !othersRemain(draft, established, lead);
}

/**
 * True when open series of other workloads stay without an established cause: the verdict does not speak for them, unless
 * it is about what is around all of them and they began together.
 */
function othersRemain(draft: Draft, established: readonly Finding[], lead: Finding): boolean {
  const explained = new Set(established.map((one) => one.anomaly.series.id));
  const { namespace, workload } = lead.anomaly.series;
  const others = [...draft.findings.values()].filter(
    ({ anomaly: { series } }) => !explained.has(series.id) && (series.namespace !== namespace || series.workload !== workload),
  );
  return isAround(lead) ? others.some((other) => !areNear(other, lead)) : others.length > 0;
}
