/** Silences: who muted what, until when and why. Pure; kept as one named value of the store. */
import type { Alert } from "../../domain/alert.ts";
import { shortId } from "../../domain/ids.ts";
import { formatTime } from "../../domain/time.ts";
import { compileMatchers, formatMatcher, type Labels, type Matcher } from "../matchers.ts";
import { silencesEverything } from "./silences-everything.ts";

export interface Silence {
  readonly id: string;
  readonly matchers: readonly Matcher[];
  readonly startsAt: string;
  readonly endsAt: string;
  readonly createdBy: string;
  readonly comment: string;
}

export type SilenceState = "pending" | "active" | "expired";

export interface SilenceRequest {
  readonly matchers: readonly Matcher[];
  /** Milliseconds. (Default: now) */
  readonly startsAt?: number | undefined;
  readonly endsAt: number;
  readonly createdBy: string;
  readonly comment: string;
  /** Also when it silences every alert. */
  readonly force?: boolean | undefined;
}

export type SilenceResult =
  | { readonly ok: true; readonly silence: Silence }
  | {
      readonly ok: false;
      readonly reason:
        | "no-matchers"
        | "matches-everything"
        | "ends-before-it-starts"
        | "ends-in-the-past"
        | "no-author"
        | "no-comment";
    };

/** Name under which the list of silences is stored. */
export const SILENCES_VALUE = "silences";
/** Expired silences are kept this long for people to see, milliseconds. */
const KEEP_EXPIRED = 5 * 24 * 3_600_000;

export function createSilence(request: SilenceRequest, now: number): SilenceResult {
  const startsAt = Math.max(request.startsAt ?? now, now);
  if (request.matchers.length === 0) return { ok: false, reason: "no-matchers" };
  if (!request.force && silencesEverything(request.matchers)) return { ok: false, reason: "matches-everything" };
  if (request.endsAt <= now) return { ok: false, reason: "ends-in-the-past" };
  if (request.endsAt <= startsAt) return { ok: false, reason: "ends-before-it-starts" };
  if (request.createdBy.trim() === "") return { ok: false, reason: "no-author" };
  if (request.comment.trim() === "") return { ok: false, reason: "no-comment" };
  const { matchers, createdBy, comment } = request;
  const texts = matchers.map(formatMatcher);
  const id = shortId(["silence", ...texts, createdBy, comment, String(startsAt), String(request.endsAt)]);
  const times = { startsAt: formatTime(startsAt), endsAt: formatTime(request.endsAt) };
  return { ok: true, silence: { id, matchers, ...times, createdBy, comment } };
}

/** Mutes one alert over its whole life, also when it is resolved and comes back. */
export function silenceAlert(alert: Alert, by: string, comment: string, until: number, now: number): SilenceResult {
  const matchers: readonly Matcher[] = [{ name: "alert", operator: "=", value: alert.id }];
  return createSilence({ matchers, endsAt: until, createdBy: by, comment }, now);
}

export function silenceState(silence: Silence, now: number): SilenceState {
  if (now >= Date.parse(silence.endsAt)) return "expired";
  return now < Date.parse(silence.startsAt) ? "pending" : "active";
}

/** The list with one more; the same silence twice is one. Silences that ended long ago are dropped. */
export function addSilence(silences: readonly Silence[], silence: Silence, now: number): readonly Silence[] {
  const others = silences.filter((one) => one.id !== silence.id && now - Date.parse(one.endsAt) < KEEP_EXPIRED);
  return [...others, silence];
}

/** The list with that silence ended now, or undefined when it is unknown or over. */
export function expireSilence(silences: readonly Silence[], id: string, now: number): readonly Silence[] | undefined {
  const known = silences.find((one) => one.id === id && silenceState(one, now) !== "expired");
  if (!known) return undefined;
  const endsAt = formatTime(now);
  const startsAt = formatTime(Math.min(now, Date.parse(known.startsAt)));
  return silences.map((one) => (one === known ? { ...known, startsAt, endsAt } : one));
}

/** Which silence mutes these labels now, of several the one that lasts longest; compiled once per list. */
export function compileSilences(silences: readonly Silence[]): (labels: Labels, now: number) => Silence | undefined {
  const tests = silences
    .map((silence) => ({ silence, matches: compileMatchers(silence.matchers) }))
    .sort((a, b) => Date.parse(b.silence.endsAt) - Date.parse(a.silence.endsAt));
  return (labels, now) =>
    tests.find(({ silence, matches }) => silenceState(silence, now) === "active" && matches(labels))?.silence;
}

/** Within `lead` milliseconds of its end, but not in the first half of a short silence. `lead` 0: never. */
export function isEnding({ startsAt, endsAt }: Silence, now: number, lead: number): boolean {
  const end = Date.parse(endsAt);
  return lead > 0 && now >= end - Math.min(lead, (end - Date.parse(startsAt)) / 2);
}

export function writeSilences(silences: readonly Silence[]): string {
  return JSON.stringify(silences.map((one) => ({ ...one, matchers: one.matchers.map((matcher) => ({ ...matcher })) })));
}

/** What writeSilences wrote; nothing stored is an empty list. */
export function readSilences(text: string | undefined): readonly Silence[] {
  return text === undefined ? [] : (JSON.parse(text) as readonly Silence[]);
}
