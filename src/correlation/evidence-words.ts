/** The words of evidence sentences. */
import { formatTime } from "../domain/time.ts";

/** How much a log likelihood ratio says, for or against. */
export function strength(ln: number): string {
  const size = Math.abs(ln);
  if (size < 1) return "says little";
  const word = size < 3 ? "some" : size <= 5 ? "strong" : "very strong";
  return ln < 0 ? `${word}, against` : word;
}

/** `10:02`, UTC. */
export function clockText(time: number): string {
  return formatTime(time).slice(11, 16);
}

/** `40 s`, `12 min`, `3 h`, `6 d`. */
export function durationText(minutes: number): string {
  if (minutes < 1.5) return `${Math.round(minutes * 60)} s`;
  if (minutes < 120) return `${Math.round(minutes)} min`;
  if (minutes < 2880) return `${Math.round(minutes / 60)} h`;
  return `${Math.round(minutes / 1440)} d`;
}

export function percentText(share: number): string {
  const percent = share * 100;
  return `${percent > 0 && percent < 1 ? "<1" : Math.round(percent)} %`;
}

/** `1 event`, `2 events`. */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
