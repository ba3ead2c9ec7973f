/** What is blind now, in words: the conditions behind alerts with `kind="blind"`. */
import type { BlindCondition } from "../alerting/blind.ts";
import { moment, span } from "../alerting/message/plain-text.ts";
import type { Severity } from "../domain/alert.ts";
import { formatTime } from "../domain/time.ts";
import type { LossySource, QuietSource } from "../pipeline/source-cadence.ts";

const UNSEEN =
  "Violations that only this source tells of are not seen while this lasts: no alert does not mean that all is well.";

export function quietCondition(source: QuietSource, now: number, severity: Severity): BlindCondition {
  const { subject, lastAt, quietFor, limit, learned, unsure = false } = source;
  const last = lastAt === undefined ? "Nothing has come from it yet" : `The last record came at ${moment(formatTime(lastAt))}`;
  const normal = learned
    ? `by what was learned, ${span(limit)} are normal at most`
    : `${span(limit)} are allowed by monitoring.blind.expect`;
  return {
    name: "TenfoldSourceQuiet",
    subject,
    since: now - quietFor,
    severity,
    title: `Source ${subject} is silent`,
    summary: `Source ${subject} has sent nothing for ${span(quietFor)}; ${normal}.`,
    meaning: UNSEEN,
    keepsOnly: unsure,
    details: [`${last}.`, "Look at the sender first, then at rejections of this source in /metrics."],
  };
}

export function lossCondition({ subject, lostAt, lost }: LossySource, severity: Severity): BlindCondition {
  return {
    name: "TenfoldEventsLost",
    subject,
    since: lostAt,
    severity,
    title: `Source ${subject} loses events`,
    summary: `Source ${subject} says that it lost events: ${lost} so far.`,
    meaning: "Counts are lower bounds while this lasts: a spike may be larger than it looks, or not be seen.",
    details: ["Give its buffers more room, or have it tell less. Resolved when it has reported no loss for 10 minutes."],
  };
}

/** `lag` and `since` in milliseconds. */
export function behindCondition(lag: number, since: number, severity: Severity): BlindCondition {
  return {
    name: "TenfoldEvaluatorBehind",
    subject: "evaluator",
    since,
    severity,
    title: "Evaluation is behind",
    summary: `What was counted is judged ${span(lag)} late.`,
    meaning: "Spikes are found late while this lasts; nothing is lost.",
    details: ["A backlog that is being read is caught up by itself. Otherwise look at the load of the store and of this daemon."],
  };
}

/** `spells`: different stretches of ten seconds in which it failed. */
export function storeCondition(spells: number, since: number, severity: Severity): BlindCondition {
  return {
    name: "TenfoldStoreFailing",
    subject: "store",
    since,
    severity,
    title: "The store fails again and again",
    summary: `The store failed in ${spells} different spells of ten seconds within 5 minutes.`,
    meaning:
      "While it fails nothing is counted, judged or told: senders are asked to try again. This alert can only be sent while the store answers.",
    details: [
      "Resolved when it has not failed for 5 minutes. A heartbeat (monitoring.heartbeat) also tells while nothing can be sent.",
    ],
  };
}

export function watchCondition(detail: string, since: number, severity: Severity): BlindCondition {
  return {
    name: "TenfoldWatchBehind",
    subject: "kubernetes",
    since,
    severity,
    title: "The Kubernetes watch is behind",
    summary: `What happens in the cluster is not seen: ${detail}.`,
    meaning: "Violations are counted, but new versions and roll-outs are not known: causes may not be found.",
    details: [],
  };
}
