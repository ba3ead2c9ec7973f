/**
 * What is said about the cause. The rule of the house: only an `asserted` verdict may say "caused by"; a `likely` one
 * says so, and anything less says that nothing is established.
 */
import type { Alert, Cause, RollbackTarget, Suspect } from "../../domain/alert.ts";
import { blamed } from "../lifecycle/cause-key.ts";
import { leadingSeries, versionName, workloadName } from "../lifecycle/title.ts";
import { moment, oneLine, percent } from "./plain-text.ts";

export function causeSentence(alert: Alert): string {
  const { cause } = alert;
  const suspect = blamed(cause);
  if (suspect) return `${opening(cause)} ${describeSuspect(suspect, cause.verdict)} (probability ${percent(cause.probability)}).`;
  if (cause.verdict === "environment" && cause.tier !== "unexplained") return environmentSentence(alert);
  if (cause.verdict === "inconclusive")
    return "There is not enough data yet to name a cause; this verdict will be revised as data arrives.";
  return unexplainedSentence(cause);
}

function opening(cause: Cause): string {
  return cause.tier === "asserted" ? "Caused by" : "Most likely, but not certainly, due to";
}

function environmentSentence(alert: Alert): string {
  const policy = oneLine(leadingSeries(alert.series)?.policy ?? "the policy");
  const sure = alert.cause.tier === "asserted" ? "No single workload is to blame" : "Probably no single workload is to blame";
  return `${sure}: everything under ${policy} rose together and no recorded change fits (probability ${percent(alert.cause.probability)}).`;
}

function unexplainedSentence(cause: Cause): string {
  const [best] = cause.suspects;
  if (!best) return "No cause is established, and no recorded change came into question.";
  const count = cause.suspects.length;
  const examined = count === 1 ? "1 candidate was" : `${count} candidates were`;
  return `No cause is established. ${examined} examined; the best is ${describeSuspect(best, verdictOf(best))} with ${percent(best.probability)}.`;
}

/** The verdict that would name this suspect. */
export function verdictOf(suspect: Suspect): Cause["verdict"] {
  if (suspect.digest !== undefined) return "image";
  if (suspect.kind === "policy" || suspect.kind === "scale" || suspect.kind === "config") return suspect.kind;
  return "environment";
}

/** `sha256:ab12cd34 (1.4.3) of payments/card-api, rolled out at 10:01 UTC on 2026-11-23 by argocd`. */
export function describeSuspect(suspect: Suspect, verdict: Cause["verdict"]): string {
  const who = suspect.actor ? ` by ${oneLine(suspect.actor)}` : "";
  const when = suspect.changedAt ? ` at ${moment(suspect.changedAt)}` : "";
  const where = oneLine(workloadName(suspect));
  switch (verdict) {
    case "image":
      return `${suspectVersion(suspect)} of ${where}${when || who ? `, rolled out${when}${who}` : ""}`;
    case "policy":
      return `the edit of policy ${oneLine(suspect.policy ?? "(unnamed)")}${when}${who}`;
    case "scale":
      return `scaling ${where}${when}${who}`;
    case "config":
      return `the configuration change of ${where}${when}${who}`;
    default:
      return `"${oneLine(suspect.kind)}" on ${where}`;
  }
}

function suspectVersion(suspect: Suspect): string {
  return oneLine(
    versionName({ digest: suspect.digest ?? "an unknown version", ...(suspect.image ? { image: suspect.image } : {}) }),
  );
}

/** Why the blamed (or best) suspect is believed, strongest evidence first; `limit` sentences. */
export function evidenceSentences(cause: Cause, limit: number): readonly string[] {
  const suspect = blamed(cause) ?? cause.suspects[0];
  const pieces = [...(suspect?.evidence ?? [])].sort((a, b) => Math.abs(b.ln) - Math.abs(a.ln));
  return pieces.slice(0, limit).map((piece) => oneLine(piece.text));
}

/** What to do now, most useful first. */
export function advice(alert: Alert): readonly string[] {
  const { cause } = alert;
  const suspect = blamed(cause);
  if (cause.verdict === "image" && suspect) return [rollbackAdvice(cause, suspect)];
  if (cause.verdict === "policy" && suspect)
    return [`Review the edit${revision(suspect)}; take it back if these workloads should be allowed to do this.`];
  if (cause.verdict === "scale" && suspect)
    return ["More pods make more violations: check whether the scaling was intended, then fix what violates the policy."];
  if (cause.verdict === "config" && suspect)
    return [`Review the configuration change${revision(suspect)} and take it back if it is at fault.`];
  if (cause.verdict === "environment" && cause.tier !== "unexplained")
    return ["Look for something all these workloads share: an unrecorded policy edit, a dependency, a scanner, the network."];
  if (cause.verdict === "inconclusive") return ["Wait for the next verdict, or look at the samples."];
  return ["Look at the samples and for changes that are not recorded; do not roll back on this evidence alone."];
}

function revision(suspect: Suspect): string {
  const name = suspect.revision ? ` (revision ${oneLine(suspect.revision)})` : "";
  return suspect.url && /^https?:\/\//.test(suspect.url) ? `${name} at ${oneLine(suspect.url)}` : name;
}

function rollbackAdvice(cause: Cause, suspect: Suspect): string {
  const target = cause.rollbackTarget;
  const where = oneLine(workloadName(suspect));
  if (!target) return `No version of ${where} to roll back to is known; stop the roll-out and look at the samples.`;
  if (!target.proven)
    return `No earlier version of ${where} is proven good. The one before is ${targetName(target)}: ${oneLine(target.why)}.`;
  const roll = cause.tier === "asserted" ? `Roll ${where} back to` : `If you agree, roll ${where} back to`;
  return `${roll} ${targetName(target)}, which ${oneLine(target.why)}.`;
}

/** Always by digest: a tag may have moved. */
export function targetName(target: RollbackTarget): string {
  const repository = target.image?.split("@")[0]?.replace(/:[\w][\w.-]*$/, "");
  const short = versionName({ digest: target.digest, ...(target.image ? { image: target.image } : {}) });
  return oneLine(repository ? `${short} = ${repository}@${target.digest}` : `${short} = ${target.digest}`);
}

/** Caveats a careful reader would ask for. */
export function dataNotes(alert: Alert): readonly string[] {
  const { dataQuality } = alert.cause;
  // The sentence about the cause says already that nothing is established.
  const said = (note: string) => note.startsWith("Not established.");
  const notes: string[] = (alert.cause.notes ?? []).filter((note) => !said(note)).map(oneLine);
  if (alert.series.some((one) => one.quality === "lower-bound"))
    notes.push("The source dropped or merged events: counts are lower bounds.");
  if (alert.series.some((one) => one.quality === "inferred"))
    notes.push("Some events were given their image version by the timeline, not by the source.");
  if (alert.series.some((one) => one.weakPrior))
    notes.push("There is no history of this series: what is normal was estimated from other workloads under the policy.");
  if (dataQuality.shareWithDigest < 0.8)
    notes.push(`Only ${percent(dataQuality.shareWithDigest)} of the events could be tied to an image version.`);
  if (dataQuality.lateShare > 0.05) notes.push(`${percent(dataQuality.lateShare)} of the events arrived late.`);
  return notes;
}
