/** Why an alert was told, in more words than its message has room for. */
import type { Alert, Suspect } from "../../domain/alert.ts";
import { workloadName } from "../lifecycle/title.ts";
import { causeSentence, dataNotes, describeSuspect, verdictOf } from "./cause-words.ts";
import { oneLine, percent, span } from "./plain-text.ts";

const MOST_SERIES = 5;
const MOST_SUSPECTS = 3;

/** Plain text: the numbers of each series, the cause, the ranking with its evidence, and what to be careful about. */
export function whyText(alert: Alert): string {
  const { cause, series } = alert;
  const lines = [oneLine(alert.title), ""];
  for (const one of series.slice(0, MOST_SERIES)) {
    const [low, high] = one.ratioInterval;
    const numbers = `${one.observed} events in ${span(one.windowSeconds * 1000)}, ${one.expected} expected`;
    lines.push(
      `${oneLine(one.policy)} on ${oneLine(workloadName(one))}: ${numbers}, ${one.ratio}x (${low} to ${high} with 95 %)`,
    );
    lines.push(`  evidence ${one.evidence} (ln), found by ${one.detectors.join(", ")}, since ${one.onsetAt}`);
  }
  if (series.length > MOST_SERIES) lines.push(`and ${series.length - MOST_SERIES} more series`);
  lines.push("", causeSentence(alert));
  for (const suspect of cause.suspects.slice(0, MOST_SUSPECTS)) lines.push("", ...suspectLines(suspect));
  lines.push("", `Something that is not recorded: ${percent(cause.unexplained)}`, ...dataNotes(alert));
  return lines.join("\n");
}

function suspectLines(suspect: Suspect): readonly string[] {
  const strongest = [...suspect.evidence].sort((a, b) => Math.abs(b.ln) - Math.abs(a.ln));
  return [
    `${percent(suspect.probability)}: ${describeSuspect(suspect, verdictOf(suspect))}`,
    ...strongest.map(({ ln, text }) => `  ${ln >= 0 ? "+" : ""}${ln} ${oneLine(text)}`),
  ];
}
