/** Alerts about Tenfold itself rather than about violations: something is not seen, or too much is to be told. */
import type { Alert, AlertNotice, AlertState, Cause, Severity, Transition, TransitionType } from "../domain/alert.ts";
import { deterministicUlid, hashHex } from "../domain/ids.ts";
import { formatTime } from "../domain/time.ts";
import type { AlertRecord } from "../ports/alert-store.ts";
import { type AlertMemory, writeMemory } from "./lifecycle/memory.ts";

export interface NoticeBirth {
  /** Milliseconds: when it began, and now. */
  readonly since: number;
  readonly now: number;
  /** What makes it one and the same, e.g. its name and subject: two of one identity at one time are one alert. */
  readonly identity: readonly string[];
  readonly cluster: string;
  readonly externalUrl: string;
}

/** The parts of such an alert that change while it lives. */
export interface NoticeContent {
  readonly severity: Severity;
  readonly title: string;
  readonly regimes?: readonly string[];
  readonly notice: AlertNotice;
}

export interface NoticeStep {
  readonly type: TransitionType;
  readonly reason: string;
  readonly state: AlertState;
}

export function createNotice(birth: NoticeBirth, content: NoticeContent): Alert {
  const { since, now, identity, cluster, externalUrl } = birth;
  const fingerprint = hashHex(["notice", ...identity]);
  const id = deterministicUlid(now, [fingerprint]);
  return {
    id,
    fingerprint,
    state: "firing",
    version: 0,
    cluster,
    onsetAt: formatTime(since),
    firedAt: formatTime(now),
    updatedAt: formatTime(now),
    resolvedAt: null,
    series: [],
    cause: noCause(now),
    samples: [],
    links: { self: `${externalUrl}/v1/alerts/${id}` },
    ...content,
    regimes: content.regimes ?? [],
  };
}

/** The next version of the alert with what is told of it; `memory` is kept, but for what was last told. */
export function stepNotice(
  now: number,
  alert: Alert,
  memory: Pick<AlertMemory, "targets" | "storm" | "acknowledgedUntil">,
  step: NoticeStep,
): { readonly record: AlertRecord; readonly transition: Transition } {
  const next: Alert = {
    ...alert,
    state: step.state,
    version: alert.version + 1,
    updatedAt: formatTime(now),
    resolvedAt: step.state === "resolved" ? formatTime(now) : null,
  };
  const told = { at: now, type: step.type, reason: step.reason, cause: "", severity: next.severity, ratios: {} };
  const internal = writeMemory({ v: 1, causeKey: [], series: {}, ...memory, told });
  const transition: Transition = { type: step.type, timestamp: next.updatedAt, reason: step.reason, data: next };
  return { record: { alert: next, internal }, transition };
}

/** Nothing is attributed: the fields are there because every alert has them. */
function noCause(now: number): Cause {
  return {
    verdict: "unexplained",
    tier: "unexplained",
    probability: 0,
    unexplained: 1,
    revision: 1,
    asOf: formatTime(now),
    rollbackTarget: null,
    dataQuality: { shareWithDigest: 1, shareByIp: 0, lateShare: 0 },
    suspects: [],
  };
}
