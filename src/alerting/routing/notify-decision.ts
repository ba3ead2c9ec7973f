/** Whether one target is told about one alert now: a function of values that always answers with a named reason. */
import type { Alert, TransitionType } from "../../domain/alert.ts";
import type { TargetMemory, ToldMemory } from "../lifecycle/memory.ts";
import type { RouteSettings } from "./route-tree.ts";

export interface Notice {
  readonly type: TransitionType;
  readonly reason: string;
}

export interface NotifyQuestion {
  readonly now: number;
  readonly alert: Alert;
  /** The alert's last transition. */
  readonly last: ToldMemory;
  /** What this target was last told; undefined: nothing. */
  readonly before: TargetMemory | undefined;
  /** True when no target has heard of this alert yet. */
  readonly unheard: boolean;
  /** Undefined when no route leads to this target (any more). */
  readonly route: RouteSettings | undefined;
  /** `silenced-by:…`, `inhibited-by:…`, `muted-by:…`; undefined: not muted. */
  readonly muted: string | undefined;
  readonly sendResolved: boolean;
  /** Targets that forget (Alertmanager) are told the same again this often, milliseconds. */
  readonly resendEvery: number | undefined;
  /** The target is told only because nobody acknowledged the alert. */
  readonly escalated: boolean;
  /** Id of the silence that mutes the alert and ends soon. */
  readonly ending: string | undefined;
}

export interface NotifyDecision {
  /** Messages to send, in order; usually none. */
  readonly notices: readonly Notice[];
  readonly reason: string;
}

/** Targets that forget are told of the end for this long (Alertmanager documents five minutes). */
const RESEND_RESOLVED = 5 * 60_000;
/** News that can wait for `group_interval`, so that an outbreak is told in steps, not series by series. */
/** Reason of the message that a silence ends soon and the alert under it still fires. */
export const SILENCE_ENDING = "silence-ending";
const PATIENT = new Set(["series-joined"]);

export function decideNotify(question: NotifyQuestion): NotifyDecision {
  return question.alert.state === "resolved" ? decideResolved(question) : decideLive(question);
}

function decideResolved(question: NotifyQuestion): NotifyDecision {
  const { now, alert, last, before, sendResolved, resendEvery } = question;
  const resolved: Notice = { type: "alert.resolved", reason: last.reason };
  if (before === undefined) {
    // It came and went within group_wait. Nobody would ever hear of it, so both are told at once.
    if (last.at !== now || !question.unheard || question.route === undefined || last.reason === "merged")
      return nothing("never-told");
    if (question.muted !== undefined) return nothing(question.muted);
    const fired: Notice = { type: "alert.fired", reason: "first" };
    return { notices: sendResolved ? [fired, resolved] : [fired], reason: "first" };
  }
  if (!before.resolved) return sendResolved ? one(resolved) : { notices: [], reason: "send-resolved-off" };
  if (resendEvery === undefined || now - before.at < resendEvery) return nothing("up-to-date");
  return now - Date.parse(alert.resolvedAt ?? alert.updatedAt) <= RESEND_RESOLVED ? one(resolved) : nothing("up-to-date");
}

function decideLive({ now, alert, last, before, route, muted, resendEvery, escalated, ending }: NotifyQuestion): NotifyDecision {
  if (route === undefined) return nothing("not-routed");
  if (muted !== undefined) {
    const notice = ending !== undefined && ending !== before?.noticed && alert.state === "firing";
    return notice ? one({ type: "alert.updated", reason: SILENCE_ENDING }) : nothing(muted);
  }
  // Version 0: all it was told is that a silence ends soon.
  if (before === undefined || before.resolved || before.version === 0) {
    if (before === undefined && now - Date.parse(alert.firedAt) < route.groupWait) return nothing("group-wait");
    if (alert.state === "acknowledged") return nothing("acknowledged");
    if (escalated) return one({ type: "alert.fired", reason: "escalated" });
    return one({ type: "alert.fired", reason: last.type === "alert.fired" ? last.reason : "first" });
  }
  if (before.version < alert.version) {
    if (PATIENT.has(last.reason) && now - before.at < route.groupInterval) return nothing("group-interval");
    return one({ type: last.type, reason: last.reason });
  }
  if (resendEvery !== undefined && now - before.at >= resendEvery) return one({ type: "alert.updated", reason: "repeat" });
  if (alert.state !== "firing") return nothing(alert.state);
  if (now - before.at >= route.repeatInterval) return one({ type: "alert.updated", reason: "repeat" });
  return nothing("up-to-date");
}

function one(notice: Notice): NotifyDecision {
  return { notices: [notice], reason: notice.reason };
}

function nothing(reason: string): NotifyDecision {
  return { notices: [], reason };
}
