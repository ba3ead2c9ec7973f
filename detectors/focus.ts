/**
 * FOCuS with a negative-binomial likelihood: when the change began and how large it is. It looks at every possible start
 * at once; the panel takes onset and size from it.
 *
 * State: expected, observed and companion total, base time, then the hull. One such block for the raw stream; a second
 * one for the clipped companion from its first clipped event on.
 */
import type { Detector } from "./detector.ts";
import { focusEvaluate, type Segment } from "./math/focus-evaluate.ts";
import { LARGEST_HULL, STRIDE } from "./math/focus-hull.ts";
import { focusExhausted, focusPush } from "./math/focus-push.ts";
import { significant } from "./math/significant.ts";
import type { StreamStretch, Stretch } from "./stretch.ts";

const HEAD = 4;
const DIGITS = 8;
/** Segments younger than this, milliseconds, are judged with the dispersion of single minutes. */
const FAST_SEGMENT = 180_000;

/** Where a step puts its blocks together, to hand out one copy of the right size. Fractions, so that copies are arrays of doubles. */
const scratch: number[] = Array.from({ length: 1 + 2 * (HEAD + LARGEST_HULL * STRIDE) }, () => 0.5);

export const focus: Detector = {
  name: "focus",
  start: [],
  step(state, stretch) {
    const { raw, clipped } = stretch;
    const split = companionBlock(state);
    const middle = stepBlock(state, 1, endOfRaw(state), 1, stretch, raw);
    scratch[0] = middle - 1;
    if (split === 1 && raw.count === clipped.count) return middle === 1 ? [] : scratch.slice(0, middle);
    return scratch.slice(0, stepBlock(state, split, endOfBlock(state, split), middle, stretch, clipped));
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
  const block = stream === "raw" ? 1 : companionBlock(state);
  const [expected = 0, observed = 0, companion = 0, base = 0] = state.slice(block, block + HEAD);
  const { fastExcess, slowExcess } = stretch[stream];
  const since = (stretch.to - FAST_SEGMENT - base) / 1000;
  const end = endOfBlock(state, block);
  const segment = focusEvaluate(state, block + HEAD, end, expected, observed, companion, fastExcess, slowExcess, since);
  return segment && { ...segment, start: base + segment.start * 1000 };
}

/**
 * Whether a rise may have begun before `before`, milliseconds: false when `focusSegment` has none or only younger ones.
 * Cheap, since nearly always there is none: when the oldest candidate does not rise none does, as each was above it.
 */
export function mayHaveRisen(state: readonly number[], stream: "raw" | "clipped", before: number): boolean {
  const block = stream === "raw" ? 1 : companionBlock(state);
  const hull = block + HEAD;
  if (hull >= endOfBlock(state, block)) return false;
  const rise = (state[block + 1] ?? 0) - (state[hull + 1] ?? 0);
  const expected = (state[block] ?? 0) - (state[hull] ?? 0);
  return rise > expected && (state[block + 3] ?? 0) + 1000 * (state[hull + 2] ?? 0) < before;
}

/** Puts the block in [from, to) of the state, one stretch later, at `at` of the scratch; returns where it ends. */
function stepBlock(
  state: readonly number[],
  from: number,
  to: number,
  at: number,
  stretch: Stretch,
  stream: StreamStretch,
): number {
  let end = at;
  for (let i = from; i < to; i++) scratch[end++] = state[i] ?? 0;
  const hull = at + HEAD;
  if (stream.count === 0 && stretch.raw.count === 0) {
    if (end > hull) scratch[at] = significant((scratch[at] ?? 0) + stream.upper, DIGITS);
    return end;
  }
  const known = from < to;
  let expected = known ? (scratch[at] ?? 0) : 0;
  let observed = known ? (scratch[at + 1] ?? 0) : 0;
  let companion = known ? (scratch[at + 2] ?? 0) : 0;
  let base = known ? (scratch[at + 3] ?? 0) : stretch.from;
  end = Math.max(end, hull);
  if (focusExhausted(scratch, hull, end, expected, observed)) {
    end = hull;
    expected = 0;
    observed = 0;
    companion = 0;
    base = stretch.from;
  }
  if (stream.count > 0) end = focusPush(scratch, hull, end, expected, observed, (stretch.from - base) / 1000, companion);
  scratch[at] = significant(expected + stream.upper, DIGITS);
  scratch[at + 1] = observed + stream.count;
  scratch[at + 2] = companion + stretch.raw.count;
  scratch[at + 3] = base;
  return end;
}

/** Where the raw block ends; it begins at 1. */
function endOfRaw(state: readonly number[]): number {
  return 1 + (state[0] ?? 0);
}

/** Where the companion's block begins: where the raw one does while no event was ever clipped. */
function companionBlock(state: readonly number[]): number {
  const end = endOfRaw(state);
  return state.length > end ? end : 1;
}

function endOfBlock(state: readonly number[], block: number): number {
  return block === 1 ? endOfRaw(state) : state.length;
}
