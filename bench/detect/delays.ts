/**
 * Delay to detection with a known rate, through the shipped mixture, against what is possible. The detector has seen
 * nothing when the change comes, as in the worst case of the bounds; the change falls anywhere in a bucket.
 */
import { mixture } from "../../detectors/mixture.ts";
import { oracleDelay } from "./oracle-cusum.ts";
import { seeded, subSeed } from "./random.ts";
import { meanOf } from "./summary.ts";

export interface DelayRow {
  /** Events per minute before the change, and by how much they are multiplied. */
  readonly rate: number;
  readonly ratio: number;
  /** Mean minutes between false alarms that the threshold guarantees. */
  readonly runLength: number;
  /** Mean delay in seconds by bucket width in seconds; "0": judged after every event. */
  readonly seconds: Readonly<Record<string, number>>;
  /** Half the width of the 95 % interval of each mean, seconds. */
  readonly margin: Readonly<Record<string, number>>;
  /** ln(run length) / Kullback-Leibler rate, seconds: the first-order bound (Lorden 1971). */
  readonly bound: number;
  /** The shortest worst-case mean delay there is, event by event, ratio known; seconds. */
  readonly oracle: number;
  readonly runs: number;
}

const MINUTE = 60_000;
const DAY_MINUTES = 1440;
/** One in a million minutes is the default; 30 and 365 days are usual in the literature. */
export const RUN_LENGTHS = [1e6, 365 * DAY_MINUTES, 30 * DAY_MINUTES] as const;
const RATES: readonly number[] = [0.01, 0.1, 1, 10, 100];
const RATIOS: readonly number[] = [2, 3, 5, 10];

export interface DelayOrder {
  readonly seed: number;
  readonly rate: number;
  readonly ratio: number;
  readonly runLength: number;
  /** Bucket widths, seconds; 0: event by event. */
  readonly widths: readonly number[];
  readonly runs: number;
}

/** One order for each rate and ratio. */
export function delayOrders(seed: number, runs: number, runLength: number, widths: readonly number[]): readonly DelayOrder[] {
  return RATES.flatMap((rate, i) =>
    RATIOS.map((ratio, j) => ({ seed: subSeed(seed, i, j), rate, ratio, runLength, widths, runs })),
  );
}

export function delayRow({ seed, rate, ratio, runLength, widths, runs }: DelayOrder): DelayRow {
  const means = widths.map(
    (width) => [String(width), meanDelay(rate, ratio, runLength, width, runs, subSeed(seed, width))] as const,
  );
  return {
    rate,
    ratio,
    runLength,
    seconds: Object.fromEntries(means.map(([width, { mean }]) => [width, mean / 1000])),
    margin: Object.fromEntries(means.map(([width, { margin }]) => [width, margin / 1000])),
    bound: lordenBound(rate, ratio, runLength),
    oracle: 60 * oracleDelay(rate, ratio, runLength),
    runs,
  };
}

/** Seconds. */
export function lordenBound(rate: number, ratio: number, runLength: number): number {
  return (60 * Math.log(runLength)) / (rate * (ratio * Math.log(ratio) - (ratio - 1)));
}

/** Milliseconds. */
function meanDelay(rate: number, ratio: number, runLength: number, width: number, runs: number, seed: number) {
  const random = seeded(seed);
  const threshold = Math.log(runLength);
  return meanOf(
    Array.from({ length: runs }, () =>
      width === 0 ? byEvent(rate, ratio, threshold, random) : byBucket(rate, ratio, width * 1000, threshold, random),
    ),
  );
}

type Source = ReturnType<typeof seeded>;

/** Milliseconds to the alarm, judged after every event. */
export function byEvent(rate: number, ratio: number, threshold: number, random: Source): number {
  let state = mixture.start;
  for (let time = 0; ; ) {
    const next = time + wait(rate * ratio, random);
    state = mixture.step(state, stretch(rate, time, next, 0));
    const event = stretch(rate, next, next, 1);
    state = mixture.step(state, event);
    if (mixture.judge(state, event, threshold, "both").agrees) return next;
    time = next;
  }
}

/** The change is at 0. Buckets without events are stepped together: nothing but their length matters. */
function byBucket(rate: number, ratio: number, width: number, threshold: number, random: Source): number {
  let state = mixture.start;
  let judged = -Math.floor(random.next() * width);
  let event = judged + wait(rate, random);
  if (event >= 0) event = wait(rate * ratio, random);
  for (;;) {
    const start = judged + width * Math.floor((event - judged) / width);
    let count = 0;
    while (event < start + width) {
      count++;
      const next = event + wait(event < 0 ? rate : rate * ratio, random);
      event = event < 0 && next >= 0 ? wait(rate * ratio, random) : next;
    }
    if (start > judged) state = mixture.step(state, stretch(rate, judged, start, 0));
    judged = start + width;
    const bucket = stretch(rate, start, judged, count);
    state = mixture.step(state, bucket);
    if (mixture.judge(state, bucket, threshold, "both").agrees) return judged;
  }
}

/** Milliseconds to the next event at `rate` per minute. */
function wait(rate: number, random: Source): number {
  return (-Math.log(1 - random.next()) / rate) * MINUTE;
}

/** Counts in [from, to), milliseconds, of a series whose rate and overdispersion are known. */
export function stretch(rate: number, from: number, to: number, count: number, excess = 0) {
  const minutes = (to - from) / MINUTE;
  const stream = { count, mean: rate * minutes, upper: rate * minutes, fastExcess: excess, slowExcess: excess, fastMask: 0 };
  return { from, to, minutes, raw: stream, clipped: stream };
}
