/**
 * "Okay by accident": events that another policy used to block now fall to this one. The workload does what it always
 * did; only who blocks it has changed, and that it was blocked before was luck.
 */
import type { CandidateChange, Counts, Episode } from "./episode.ts";
import { countText } from "./evidence-words.ts";

/** The other policy fell to at most this share of its rate, and the sum of both moved by at most this factor. */
const FALLEN = 0.5;
const SAME_TOTAL = 1.5;
/** Events of the other policy to be expected since the onset at least: fewer may stay away by chance. */
const LEAST_EXPECTED = 10;

/** `edit`: the edit of another policy that is blamed. Without one, a shift is told only where the counts show it. */
export function shiftNote(episode: Episode, edit: CandidateChange | undefined): string | undefined {
  const own = beforeAfter(episode, episode.counts);
  for (const { policy, counts } of episode.siblings) {
    if (edit && edit.policy !== policy) continue;
    const other = beforeAfter(episode, counts);
    if (!edit && !isShift(own, other)) continue;
    const because = edit ? `Since the edit of ${policy}` : "No edit is on record, but since the onset";
    return (
      `${because}, ${episode.policy} blocks what ${policy} blocked before (okay by accident): ${policy} went from ` +
      `${perMinute(other.before)} to ${perMinute(other.after)} (${countText(other.events, "event")} since), ` +
      `${episode.policy} from ${perMinute(own.before)} to ${perMinute(own.after)} (${countText(own.events, "event")} since).`
    );
  }
  return undefined;
}

interface Rates {
  /** Events per minute before the onset, and since. */
  readonly before: number;
  readonly after: number;
  /** Events since the onset, and how many the rate before would have made. */
  readonly events: number;
  readonly expected: number;
}

function beforeAfter({ onsetIndex, buckets }: Episode, { known, unknown }: Counts): Rates {
  const onset = Math.min(Math.max(onsetIndex, 1), buckets - 1);
  const total = (from: number, to: number) =>
    [...known, unknown].reduce((sum, row) => row.slice(from, to).reduce((part, count) => part + count, sum), 0);
  const before = total(0, onset) / onset;
  const events = Math.round(total(onset, buckets));
  return { before, after: events / (buckets - onset), events, expected: before * (buckets - onset) };
}

function isShift(own: Rates, other: Rates): boolean {
  const total = (own.after + other.after) / (own.before + other.before);
  return (
    other.expected >= LEAST_EXPECTED &&
    other.after <= FALLEN * other.before &&
    own.after > own.before &&
    total <= SAME_TOTAL &&
    total >= 1 / SAME_TOTAL
  );
}

function perMinute(rate: number): string {
  return `${rate.toFixed(1)} a minute`;
}
