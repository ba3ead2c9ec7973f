/**
 * A number of pods over time, piecewise linear with jumps, that answers means over any interval in O(log n) from its
 * running integral. Times in milliseconds.
 */

import type { Interval } from "./intervals.ts";

/** From `at` on the curve runs from `value` straight to `until` at the next piece; the last piece is constant. */
export interface Piece {
  readonly at: number;
  readonly value: number;
  readonly until: number;
}

export class Curve {
  readonly #initial: number;
  readonly #at: Float64Array;
  readonly #value: Float64Array;
  readonly #until: Float64Array;
  /** Integral from the first piece to the start of each piece, pod-milliseconds. */
  readonly #area: Float64Array;
  /** Piece of the last question: questions come in order of time. */
  #hint = 0;

  /** `pieces` ascending in time; `initial` holds before the first. */
  constructor(pieces: readonly Piece[], initial = 0) {
    const size = pieces.length;
    this.#initial = initial;
    this.#at = new Float64Array(size);
    this.#value = new Float64Array(size);
    this.#until = new Float64Array(size);
    this.#area = new Float64Array(size);
    for (const [index, piece] of pieces.entries()) {
      this.#at[index] = piece.at;
      this.#value[index] = piece.value;
      this.#until[index] = index === size - 1 ? piece.value : piece.until;
      const before = pieces[index - 1];
      if (before === undefined) continue;
      this.#area[index] = (this.#area[index - 1] ?? 0) + ((before.value + before.until) / 2) * (piece.at - before.at);
    }
  }

  /** Steps up by one at each start and down by one at each end of half-open intervals. */
  static ofIntervals(intervals: readonly Interval[]): Curve {
    const steps: { at: number; by: number }[] = [];
    for (const { from, to } of intervals) {
      if (!(to > from)) continue;
      steps.push({ at: from, by: 1 });
      if (Number.isFinite(to)) steps.push({ at: to, by: -1 });
    }
    steps.sort((a, b) => a.at - b.at);
    const pieces: Piece[] = [];
    let level = 0;
    for (const [index, step] of steps.entries()) {
      level += step.by;
      if (steps[index + 1]?.at !== step.at) pieces.push({ at: step.at, value: level, until: level });
    }
    return new Curve(pieces);
  }

  /** Value at a time; at a jump the value after it. */
  valueAt(time: number): number {
    const index = this.#pieceAt(time);
    if (index < 0) return this.#initial;
    const start = this.#at[index] ?? 0;
    const end = this.#at[index + 1];
    const value = this.#value[index] ?? 0;
    return end === undefined ? value : value + (((this.#until[index] ?? 0) - value) * (time - start)) / (end - start);
  }

  /** Pod-milliseconds over [from, to). */
  integral(from: number, to: number): number {
    return this.#integralTo(to) - this.#integralTo(from);
  }

  /** Mean over [from, to); the value at `from` when the interval is empty. */
  mean(from: number, to: number): number {
    return to > from ? this.integral(from, to) / (to - from) : this.valueAt(from);
  }

  #integralTo(time: number): number {
    const index = this.#pieceAt(time);
    const first = this.#at[0];
    if (index < 0) return first === undefined ? this.#initial * time : this.#initial * (time - first);
    return (this.#area[index] ?? 0) + (((this.#value[index] ?? 0) + this.valueAt(time)) / 2) * (time - (this.#at[index] ?? 0));
  }

  /** Index of the last piece that starts at or before the time, -1 before all. */
  #pieceAt(time: number): number {
    const at = this.#at;
    const hint = this.#hint;
    if ((at[hint] ?? Number.POSITIVE_INFINITY) <= time && !((at[hint + 1] ?? Number.POSITIVE_INFINITY) <= time)) return hint;
    let low = -1;
    let high = at.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((at[middle] ?? 0) <= time) low = middle;
      else high = middle - 1;
    }
    if (low >= 0) this.#hint = low;
    return low;
  }
}
