/**
 * FOCuS with a negative-binomial likelihood: when the change began and how large it is. It looks at every possible start
 * at once; the panel takes onset and size from it.
 *
 * State: expected, observed and companion total, base time, then the hull. One such block for the raw stream; a second
 * one for the clipped companion from its first clipped event on.
 */
import type { Detector } from "./detector.ts";
import { focusEvaluate, type Segment } from "./math/focus-evaluate.ts";
import { focusExhausted, focusPush } from "./math/focus-push.ts";
import { significant } from "./math/significant.ts";
import type { StreamStretch, Stretch } from "./stretch.ts";

const HEAD = 4;
const DIGITS = 8;
/** Segments younger than this, milliseconds, are judged with the dispersion of single minutes. */
const FAST_SEGMENT = 180_000;

export const focus: Detector = {
  name: "focus",
  start: [],
  step(state, stretch) {
    const [raw, clipped] = blocks(state);
    const split = clipped !== raw || stretch.raw.count !== stretch.clipped.count;
    const nextRaw = stepBlock(raw, stretch, stretch.raw);
    if (!split) return nextRaw.length === 0 ? [] : [nextRaw.length].concat(nextRaw);
    const nextClipped = stepBlock(clipped, stretch, stretch.clipped);
    return [nextRaw.length].concat(nextRaw, nextClipped);
  },
  judge(state, stretch, lnThreshold, decidedBy) {
    const raw = decidedBy === "companion" ? 0 : (focusSegment(state, stretch, "raw")?.statistic ?? 0);
    const clipped = focusSegment(state, stretch, "clipped")?.statistic ?? 0;
    const evidence = Math.max(raw, clipped);
    return { evidence, agrees: evidence >= lnThreshold };
  },
};

/** The likeliest change of a stream: start in milliseconds, counts against the upper expectation, raw events as companion. */
export function focusSegment(state: readonly number[], stretch: Stretch, stream: "raw" | "clipped"): Segment | undefined {
  const [raw, clipped] = blocks(state);
  const block = stream === "raw" ? raw : clipped;
  const [expected = 0, observed = 0, companion = 0, base = 0] = block;
  const { fastExcess, slowExcess } = stretch[stream];
  const since = (stretch.to - FAST_SEGMENT - base) / 1000;
  const segment = focusEvaluate(block.slice(HEAD), expected, observed, companion, fastExcess, slowExcess, since);
  return segment && { ...segment, start: base + segment.start * 1000 };
}

/**
 * Whether a rise may have begun before `before`, milliseconds: false when `focusSegment` has none or only younger ones.
 * Cheap, since nearly always there is none: when the oldest candidate does not rise none does, as each was above it.
 */
export function mayHaveRisen(state: readonly number[], stream: "raw" | "clipped", before: number): boolean {
  const split = 1 + (state[0] ?? 0);
  const block = stream === "clipped" && state.length > split ? split : 1;
  const hull = block + HEAD;
  if (hull >= (block === 1 ? split : state.length)) return false;
  const rise = (state[block + 1] ?? 0) - (state[hull + 1] ?? 0);
  const expected = (state[block] ?? 0) - (state[hull] ?? 0);
  return rise > expected && (state[block + 3] ?? 0) + 1000 * (state[hull + 2] ?? 0) < before;
}

function stepBlock(block: readonly number[], stretch: Stretch, stream: StreamStretch): readonly number[] {
  let [expected = 0, observed = 0, companion = 0, base = stretch.from] = block;
  if (stream.count === 0 && stretch.raw.count === 0) {
    if (block.length <= HEAD) return block;
    const next = block.slice();
    next[0] = significant(expected + stream.upper, DIGITS);
    return next;
  }
  const hull = block.slice(HEAD);
  if (focusExhausted(hull, expected, observed)) {
    hull.length = 0;
    expected = 0;
    observed = 0;
    companion = 0;
    base = stretch.from;
  }
  if (stream.count > 0) focusPush(hull, expected, observed, (stretch.from - base) / 1000, companion);
  expected = significant(expected + stream.upper, DIGITS);
  return [expected, observed + stream.count, companion + stretch.raw.count, base].concat(hull);
}

/** Raw block and companion block; the same one while no event was ever clipped. */
function blocks(state: readonly number[]): readonly [readonly number[], readonly number[]] {
  const length = state[0] ?? 0;
  const raw = state.slice(1, 1 + length);
  return state.length > 1 + length ? [raw, state.slice(1 + length)] : [raw, raw];
}
