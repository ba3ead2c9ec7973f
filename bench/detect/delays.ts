/**
 * Delay to detection with a known rate, against the bound: the shipped mixture on buckets of any width. "event" judges
 * after every event, the others when a bucket closes.
 */
import { mixture } from "../../detectors/mixture.ts";
import { seeded, subSeed } from "./random.ts";

const THRESHOLD = Math.log(1e6);

export interface DelayRow {
  readonly rate: number;
  readonly ratio: number;
  /** Mean delay in seconds by bucket width (0: event by event). */
  readonly seconds: Readonly<Record<string, number>>;
  /** First-order bound ln(A) / Kullback-Leibler rate, seconds (Lorden 1971). */
  readonly bound: number;
  readonly runs: number;
}

const CASES: readonly (readonly [number, number])[] = [
  [0.1, 10],
  [1, 3],
  [1, 10],
  [10, 3],
  [10, 10],
  [100, 10],
];
const WIDTHS: readonly number[] = [0, 10, 60, 300];

export function delayTable(seed: number, runs: number): readonly DelayRow[] {
  return CASES.map(([rate, ratio], i) => ({
    rate,
    ratio,
    seconds: Object.fromEntries(WIDTHS.map((width) => [width, meanDelay(rate, ratio, width, runs, subSeed(seed, i, width))])),
    bound: (60 * THRESHOLD) / (rate * (ratio * Math.log(ratio) - (ratio - 1))),
    runs,
  }));
}

/** Normal time before the change, minutes: long enough for the statistic to settle. */
const settling = (rate: number) => Math.max(5, Math.min(300, 100 / rate));

function meanDelay(rate: number, ratio: number, width: number, runs: number, seed: number): number {
  const random = seeded(seed);
  let total = 0;
  for (let run = 0; run < runs; run++) {
    const change = Math.ceil(settling(rate)) * 60_000 + Math.floor(random.next() * Math.max(1, width)) * 1000;
    total += width === 0 ? byEvent(rate, ratio, change, random) : byBucket(rate, ratio, width * 1000, change, random);
  }
  return total / runs / 1000;
}

type Source = ReturnType<typeof seeded>;

function byEvent(rate: number, ratio: number, change: number, random: Source): number {
  let state = mixture.start;
  for (let time = 0; ; ) {
    const now = time >= change ? rate * ratio : rate;
    let next = time - (Math.log(1 - random.next()) / now) * 60_000;
    if (time < change && next > change) {
      next = change - (Math.log(1 - random.next()) / (rate * ratio)) * 60_000;
    }
    state = mixture.step(state, stretch(rate, time, next, 0));
    state = mixture.step(state, stretch(rate, next, next, 1));
    if (next >= change && mixture.judge(state, stretch(rate, next, next, 1), THRESHOLD).agrees) return next - change;
    time = next;
  }
}

function byBucket(rate: number, ratio: number, width: number, change: number, random: Source): number {
  let state = mixture.start;
  for (let at = 0; ; at += width) {
    const after = Math.min(width, Math.max(0, at + width - change));
    const count = random.poisson((rate * (width - after + ratio * after)) / 60_000);
    const bucket = stretch(rate, at, at + width, count);
    state = mixture.step(state, bucket);
    if (at + width > change && mixture.judge(state, bucket, THRESHOLD).agrees) return at + width - change;
  }
}

function stretch(rate: number, from: number, to: number, count: number) {
  const minutes = (to - from) / 60_000;
  const stream = { count, mean: rate * minutes, upper: rate * minutes, fastExcess: 0, slowExcess: 0, fastMask: 0 };
  return { from, to, minutes, raw: stream, clipped: stream };
}
