/**
 * The score of the Numenta Anomaly Benchmark (Lavin and Ahmad 2015, "Evaluating real-time anomaly detection algorithms"),
 * in our own words. With the sigmoid s(y) = 2 / (1 + exp(5 y)) - 1:
 *
 * - a labelled window earns s(y) / s(-1) for the first report in it, y running from -1 at its first row to just below 0 at
 *   its last: early is worth 1, the very end next to nothing. Without a report it costs the profile's miss;
 * - every report outside costs up to the profile's false alarm: s(y) times it, y counted from the end of the window before
 *   in lengths of that window (so shortly after a window it is cheap; from three lengths on, and before the first window,
 *   the whole);
 * - reports in the first 15 % of a file (of 5000 rows at most) count for nothing: there a detector may learn.
 *
 * The sum over all files is scaled so that no report at all gives 0 and a report at the first row of each window 100.
 */

export interface NabProfile {
  readonly name: "standard" | "low FP" | "low FN";
  readonly falseAlarm: number;
  readonly miss: number;
}

export const NAB_PROFILES: readonly NabProfile[] = [
  { name: "standard", falseAlarm: 0.11, miss: 1 },
  { name: "low FP", falseAlarm: 0.22, miss: 1 },
  { name: "low FN", falseAlarm: 0.11, miss: 2 },
];

/** One labelled file and what was reported about it. */
export interface NabFile {
  /** Times of the rows, ascending. */
  readonly times: readonly number[];
  /** Labelled windows, both ends included, ascending and apart. */
  readonly windows: readonly (readonly [from: number, to: number])[];
  /** Positions of the rows that were reported, ascending. */
  readonly reported: readonly number[];
}

const PROBATION = 0.15;
const LONGEST_PROBATION = 750;
const FAR = 3;

/** 100 for a perfect detector, 0 for one that reports nothing; NaN when nothing is labelled. */
export function nabScore(files: readonly NabFile[], profile: NabProfile): number {
  const windows = files.reduce((sum, file) => sum + file.windows.length, 0);
  const nothing = -profile.miss * windows;
  const raw = files.reduce((sum, file) => sum + rawScore(file, profile), 0);
  return (100 * (raw - nothing)) / (windows - nothing);
}

function rawScore({ times, windows, reported }: NabFile, { falseAlarm, miss }: NabProfile): number {
  const probation = Math.min(Math.floor(PROBATION * times.length), LONGEST_PROBATION);
  const spans = windows.map(([from, to]) => ({
    first: times.findIndex((time) => time >= from),
    last: times.findLastIndex((time) => time <= to),
  }));
  const counted = reported.filter((row) => row >= probation);
  let score = 0;
  for (const { first, last } of spans) {
    const hit = counted.find((row) => row >= first && row <= last);
    score += hit === undefined ? -miss : sigmoid(-(last - hit + 1) / (last - first + 1)) / sigmoid(-1);
  }
  for (const row of counted) {
    if (spans.some(({ first, last }) => row >= first && row <= last)) continue;
    const before = spans.findLast(({ last }) => last < row);
    score += falseAlarm * (before ? sigmoid((row - before.last) / Math.max(1, before.last - before.first)) : -1);
  }
  return score;
}

function sigmoid(position: number): number {
  return position > FAR ? -1 : 2 / (1 + Math.exp(5 * position)) - 1;
}
