/** An alert while one reconciliation works on it: the stored record, and what is found out about it now. */
import type { Alert, AlertSeries } from "../../domain/alert.ts";
import { formatTime } from "../../domain/time.ts";
import type { AlertRecord } from "../../ports/alert-store.ts";
import { causeKey } from "./cause-key.ts";
import type { Finding } from "./finding.ts";
import { type AlertMemory, readMemory, type SeriesMemory } from "./memory.ts";
import { roundEvidence, roundQuantity, roundRatio } from "./rounding.ts";

export interface Draft {
  /** Undefined for an alert that begins now. */
  readonly record: AlertRecord | undefined;
  readonly memory: AlertMemory | undefined;
  causeKey: readonly string[];
  /** Series by id in the order they joined. */
  readonly series: Map<string, AlertSeries>;
  readonly seen: Map<string, SeriesMemory>;
  /** Open findings of this reconciliation by series id. */
  readonly findings: Map<string, Finding>;
  /** A resolved alert that got an open series again, and why. */
  reopened: "reopened" | "worse" | undefined;
  /** Series left for the alert of their now established cause. */
  moved: boolean;
  /** An anomaly that was already over when it was first seen. */
  missed: Finding | undefined;
}

export function draftOf(record: AlertRecord): Draft {
  const memory = readMemory(record);
  return {
    record,
    memory,
    causeKey: memory.causeKey,
    series: new Map(record.alert.series.map((one) => [one.id, one])),
    seen: new Map(Object.entries(memory.series)),
    findings: new Map(),
    reopened: undefined,
    moved: false,
    missed: undefined,
  };
}

export function newDraft(key: readonly string[]): Draft {
  return {
    record: undefined,
    memory: undefined,
    causeKey: key,
    series: new Map(),
    seen: new Map(),
    findings: new Map(),
    reopened: undefined,
    moved: false,
    missed: undefined,
  };
}

export function alertOf(draft: Draft): Alert | undefined {
  return draft.record?.alert;
}

/** Unresolved: it can take series without being opened again. */
export function isLive(draft: Draft): boolean {
  const alert = alertOf(draft);
  return alert === undefined || alert.state !== "resolved" || draft.reopened !== undefined;
}

export function keyOf(finding: Finding): readonly string[] {
  const { series } = finding.anomaly;
  return finding.causeKey ? [series.cluster, ...finding.causeKey] : causeKey(series, finding.cause);
}

export function sameKey(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((field, index) => field === b[index]);
}

/**
 * Opens a resolved alert again because what it was about came back. Series that had ended are of the time before: the alert
 * tells what is on now, and since when.
 */
export function comeBack(draft: Draft): void {
  draft.reopened = "reopened";
  for (const id of [...draft.series.keys()]) if (draft.seen.get(id)?.resolvedAt !== null) draft.series.delete(id);
}

/** Puts the anomaly's present numbers into the draft. */
export function attach(draft: Draft, finding: Finding): void {
  const { anomaly } = finding;
  const id = anomaly.series.id;
  const before = draft.seen.get(id);
  const again = before !== undefined && (before.again === true || before.openedAt < anomaly.openedAt);
  draft.series.set(id, describe(finding));
  draft.seen.set(id, {
    openedAt: anomaly.openedAt,
    seenAt: anomaly.updatedAt,
    resolvedAt: anomaly.resolvedAt,
    ...(anomaly.resolvedBy === undefined ? {} : { resolvedBy: anomaly.resolvedBy }),
    ...(again ? { again } : {}),
  });
  if (anomaly.state === "open") draft.findings.set(id, finding);
}

export function detach(draft: Draft, seriesId: string): void {
  draft.series.delete(seriesId);
  draft.seen.delete(seriesId);
  draft.findings.delete(seriesId);
  draft.moved = true;
}

function describe(finding: Finding): AlertSeries {
  const { series, ...found } = finding.anomaly;
  return {
    id: series.id,
    policy: series.policy,
    engine: series.engine,
    cluster: series.cluster,
    namespace: series.namespace,
    workload: series.workload,
    digest: series.digest,
    ...(series.image === undefined ? {} : { image: series.image }),
    observed: found.observed,
    expected: roundQuantity(found.expected),
    windowSeconds: Math.round(found.windowSeconds),
    ratio: roundRatio(found.ratio),
    ratioInterval: [roundRatio(found.ratioInterval[0]), roundRatio(found.ratioInterval[1])],
    evidence: roundEvidence(found.evidence),
    detectors: found.detectors,
    onsetAt: formatTime(found.onsetAt),
    ...(found.resolvedAt === null ? {} : { resolvedAt: formatTime(found.resolvedAt) }),
    ...(found.weakPrior ? { weakPrior: true } : {}),
    quality: series.quality,
  };
}
