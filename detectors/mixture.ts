/**
 * Mixture Shiryaev-Roberts e-detector on two streams: the member that raises the alarm. Its statistic is an average of
 * e-detectors for rises from 1.5 to 1000 times, of the raw count (weight .2) and of the clipped companion (.8), so the
 * mean time to a false alarm is at least exp(threshold) minutes without any tuning or independence assumption, as long
 * as the counts are dominated by what is held to be normal.
 */
import type { Detector } from "./detector.ts";
import { mixtureBucket } from "./math/mixture-bucket.ts";
import { RATIOS } from "./math/mixture-grid.ts";
import { mixtureSilence } from "./math/mixture-silence.ts";
import { emptyTilt, mixtureTilt } from "./math/mixture-tilt.ts";
import { significant } from "./math/significant.ts";
import { CLIPPED_WEIGHT, RAW_WEIGHT, type StreamStretch } from "./stretch.ts";

const SIZE = RATIOS.length;
const DIGITS = 7;
/** Logarithm reported for "no evidence at all". */
const NO_EVIDENCE = -30;

const tilt = emptyTilt();
/** Where a step puts its sums together, to hand out one copy of the right size. Fractions, so that all copies are arrays of doubles. */
const rawSums = RATIOS.map((ratio) => 1 / ratio);
const clippedSums = rawSums.slice();
const bothSums = rawSums.concat(rawSums);

/** State: eight sums of the raw stream, then eight of the companion unless they are the same. Empty: all zero. */
export const mixture: Detector = {
  name: "mixture",
  start: [],
  step(state, stretch) {
    const { raw, clipped, minutes } = stretch;
    mixtureTilt(tilt, raw.fastExcess, raw.slowExcess, raw.fastMask);
    stepStream(rawSums, state, 0, raw, minutes);
    const alike = hasTiltOf(raw, clipped);
    if (alike && state.length <= SIZE && raw.count === clipped.count && raw.upper === clipped.upper) return rawSums.slice();
    if (!alike) mixtureTilt(tilt, clipped.fastExcess, clipped.slowExcess, clipped.fastMask);
    stepStream(clippedSums, state, companionOffset(state), clipped, minutes);
    let differ = false;
    for (let j = 0; j < SIZE; j++) {
      bothSums[j] = rawSums[j] ?? 0;
      bothSums[SIZE + j] = clippedSums[j] ?? 0;
      differ ||= rawSums[j] !== clippedSums[j];
    }
    return differ ? bothSums.slice() : rawSums.slice();
  },
  judge(state, _stretch, lnThreshold, decidedBy) {
    const { raw, clipped } = mixtureParts(state);
    const total = decidedBy === "companion" ? clipped / CLIPPED_WEIGHT : raw + clipped;
    const evidence = total > 0 ? Math.log(total) : NO_EVIDENCE;
    return { evidence, agrees: evidence >= lnThreshold };
  },
};

/** Weighted part of each stream in the statistic. */
export function mixtureParts(state: readonly number[]): { readonly raw: number; readonly clipped: number } {
  let raw = 0;
  let clipped = 0;
  const offset = companionOffset(state);
  for (let j = 0; j < SIZE; j++) {
    raw += state[j] ?? 0;
    clipped += state[offset + j] ?? 0;
  }
  return { raw: RAW_WEIGHT * raw, clipped: CLIPPED_WEIGHT * clipped };
}

function companionOffset(state: readonly number[]): number {
  return state.length > SIZE ? SIZE : 0;
}

function hasTiltOf(a: StreamStretch, b: StreamStretch): boolean {
  return a.fastExcess === b.fastExcess && a.slowExcess === b.slowExcess && a.fastMask === b.fastMask;
}

/** Fills `sums` with those at `offset` of the state, one stretch later. */
function stepStream(sums: number[], state: readonly number[], offset: number, stream: StreamStretch, minutes: number): void {
  for (let j = 0; j < SIZE; j++) sums[j] = state[offset + j] ?? 0;
  if (stream.count === 0) mixtureSilence(sums, tilt, stream.upper, minutes);
  else mixtureBucket(sums, tilt, stream.count, stream.upper, minutes);
  for (let j = 0; j < SIZE; j++) sums[j] = significant(sums[j] ?? 0, DIGITS);
}
