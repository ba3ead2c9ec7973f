/** Builds the public alert object from a draft. Everything in it comes from one snapshot. */
import type { Alert, AlertSeries, AlertState, Cause, Severity } from "../../domain/alert.ts";
import { isCanary } from "../../domain/canary.ts";
import { deterministicUlid, hashHex } from "../../domain/ids.ts";
import { formatTime } from "../../domain/time.ts";
import { blamed } from "./cause-key.ts";
import { alertOf, type Draft } from "./draft.ts";
import { byStrength, type Finding } from "./finding.ts";
import type { LifecyclePolicy } from "./policy.ts";
import { roundEvidence, roundShare } from "./rounding.ts";
import { isMoreSevere, severityOf } from "./severity.ts";
import { leadingSeries, titleOf, versionName } from "./title.ts";

const CANARY_TITLE = "Canary: the way from a record to this message is open; nothing happened";
const MAX_SAMPLES = 5;

/**
 * `now` becomes firedAt of a new alert; `updatedAt`, `state` and `version` are the settle step's to change. `taken`
 * holds the fingerprints of the other live alerts.
 */
export function composeAlert(now: number, draft: Draft, policy: LifecyclePolicy, taken: ReadonlySet<string>): Alert {
  const before = alertOf(draft);
  const identity = before ?? newIdentity(now, draft.causeKey, taken);
  const series = [...draft.series.values()];
  const findings = [...draft.findings.values()].sort(byStrength);
  const cause = currentCause(before?.cause, findings, draft);
  const regimes = collectRegimes(before, findings, draft);
  const onsetAt = earliest(series) ?? before?.onsetAt ?? identity.firedAt;
  const canary = isCanary(series.length === 0 && before ? before.series : series);
  const severity = notLess(
    before?.state === "resolved" ? undefined : before?.severity,
    canary ? "info" : severityOf(regimes, series, policy.regimes),
  );
  const runbook = policy.runbookUrl?.replaceAll("{policy}", encodeURIComponent(leadingSeries(series)?.policy ?? ""));
  return {
    id: identity.id,
    fingerprint: identity.fingerprint,
    state: before?.state ?? ("firing" satisfies AlertState),
    severity,
    version: before?.version ?? 0,
    title: canary ? CANARY_TITLE : series.length === 0 && before ? before.title : titleOf(regimes, series, cause, onsetAt),
    cluster: draft.causeKey[0] ?? "",
    regimes,
    onsetAt,
    firedAt: identity.firedAt,
    updatedAt: before?.updatedAt ?? identity.firedAt,
    resolvedAt: before?.resolvedAt ?? null,
    ...(before?.acknowledgedBy === undefined ? {} : { acknowledgedBy: before.acknowledgedBy }),
    ...(before?.comment === undefined ? {} : { comment: before.comment }),
    ...(before?.escalations === undefined || draft.reopened ? {} : { escalations: before.escalations }),
    series: series.length === 0 && before ? before.series : series,
    cause,
    samples: collectSamples(before, findings),
    links: { self: `${policy.externalUrl}/v1/alerts/${identity.id}`, ...(runbook === undefined ? {} : { runbook }) },
    ...(canary ? { canary } : {}),
  };
}

function newIdentity(
  now: number,
  key: readonly string[],
  taken: ReadonlySet<string>,
): Pick<Alert, "id" | "fingerprint" | "firedAt"> {
  const first = hashHex(["alert", ...key]);
  // A live alert that began under this key may have found another cause since, and keeps its fingerprint.
  const fingerprint = taken.has(first) ? hashHex(["alert", ...key, String(now)]) : first;
  return { id: deterministicUlid(now, [fingerprint]), fingerprint, firedAt: formatTime(now) };
}

/** Verdict, tier and cause in one text: when it changes, the cause is revised. */
export function causeSignature(cause: Cause, key: readonly string[]): string {
  return JSON.stringify([cause.verdict, cause.tier, ...key]);
}

function currentCause(before: Cause | undefined, findings: readonly Finding[], draft: Draft): Cause {
  const found = findings[0]?.cause ?? firstResolvedCause(draft);
  if (!found) {
    if (before) return before;
    throw new Error("an alert needs a finding");
  }
  const { was: _was, ...rest } = found;
  const cause: Cause = {
    ...rest,
    probability: roundShare(found.probability),
    unexplained: roundShare(found.unexplained),
    revision: before?.revision ?? 1,
    suspects: found.suspects.map((suspect) => ({
      ...suspect,
      probability: roundShare(suspect.probability),
      evidence: suspect.evidence.map((piece) => ({ ...piece, ln: roundEvidence(piece.ln) })),
    })),
  };
  if (!before) return cause;
  const same = causeSignature(before, draft.memory?.causeKey ?? draft.causeKey) === causeSignature(cause, draft.causeKey);
  if (same) return { ...cause, ...(before.was === undefined ? {} : { was: before.was }) };
  return { ...cause, revision: before.revision + 1, was: describeCause(before) };
}

/** For an alert that begins with a series already back to normal. */
function firstResolvedCause(draft: Draft): Cause | undefined {
  return draft.record ? undefined : draft.missed?.cause;
}

/** `image sha256:ab12cd34 (1.4.3), likely 0.62`: what a revised verdict was. */
export function describeCause(cause: Cause): string {
  const suspect = blamed(cause);
  const what = suspect?.digest
    ? ` ${versionName({ digest: suspect.digest, ...(suspect.image ? { image: suspect.image } : {}) })}`
    : suspect?.policy
      ? ` ${suspect.policy}`
      : "";
  const sure = cause.tier === "unexplained" ? "" : `, ${cause.tier} ${cause.probability}`;
  return `${cause.verdict}${what}${sure}`;
}

function collectRegimes(before: Alert | undefined, findings: readonly Finding[], draft: Draft): readonly string[] {
  const all = new Set(before?.regimes ?? draft.missed?.anomaly.series.regimes ?? []);
  for (const finding of findings) for (const regime of finding.anomaly.series.regimes) all.add(regime);
  return [...all].sort();
}

function collectSamples(before: Alert | undefined, findings: readonly Finding[]): Alert["samples"] {
  const found = findings.flatMap((finding) => finding.samples);
  const unique = new Map(found.map((sample) => [JSON.stringify(sample), sample]));
  return unique.size === 0 ? (before?.samples ?? []) : [...unique.values()].slice(0, MAX_SAMPLES);
}

function earliest(series: readonly AlertSeries[]): string | undefined {
  return series.map((one) => one.onsetAt).sort()[0];
}

/** Severity never falls while an alert lives: a page is not taken back because one of two series ended. */
function notLess(before: Severity | undefined, now: Severity): Severity {
  return before !== undefined && isMoreSevere(before, now) ? before : now;
}
