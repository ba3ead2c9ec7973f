import { describe, expect, test } from "vitest";
import { emptyGuard, fromFourNumbers, holdBucket, holdSilence, oldest, release } from "../../../detectors/guard.ts";

const MINUTE = 60_000;
const T = 1000 * MINUTE;

describe("guard", () => {
  test("six ten-second buckets make a minute, silence between them included", () => {
    let held = emptyGuard(T);
    held = holdBucket(held, T, 10, 2, 1);
    held = holdSilence(held, T + 10_000, T + 40_000, 1);
    held = holdBucket(held, T + 40_000, 10, 3, 2);
    held = holdSilence(held, T + 50_000, T + 5 * MINUTE, 1);
    // One full minute with 5 events, then four silent ones as a single segment.
    expect(held.guard).toEqual([1000, 0.25, 5, 3, -4]);
    expect(held.open).toEqual([1005, 0, 0, 0]);
  });

  test("silence at one share is one segment however it is split", () => {
    const whole = holdSilence(emptyGuard(T), T, T + 90 * MINUTE, 0.25);
    let parts = emptyGuard(T);
    for (let at = T; at < T + 90 * MINUTE; at += 7.5 * MINUTE) parts = holdSilence(parts, at, at + 7.5 * MINUTE, 0.25);
    expect(whole.guard).toEqual([1000, 0.5, 90, 0.25, 0, 0]);
    expect(parts).toEqual(whole);
  });

  test("releases silence in parts and events whole", () => {
    let held = holdSilence(emptyGuard(T), T, T + 15 * MINUTE, 1);
    held = holdBucket(held, T + 15 * MINUTE, 300, 7, 3);
    held = holdSilence(held, T + 20 * MINUTE, T + 30 * MINUTE, 1);
    const first = release(held.guard, 1010);
    expect(first.released).toEqual([{ minute: 1000, length: 10, share: 1, raw: 0, clipped: 0 }]);
    // The five-minute bucket ends at 1020: it does not leave at 1018.
    const second = release(first.guard, 1018);
    expect(second.released.map((segment) => segment.length)).toEqual([5]);
    const third = release(second.guard, 1020);
    expect(third.released).toEqual([{ minute: 1015, length: 5, share: 1, raw: 7, clipped: 3 }]);
    expect(third.guard).toEqual([1020, -10]);
  });

  test("a wide bucket carries its own length and share", () => {
    let held = holdBucket(emptyGuard(T), T, 150, 4, 4);
    held = holdBucket(held, T + 5 * MINUTE, 300, 1, 1);
    expect(held.guard).toEqual([1000, 0.5, 5, 0.5, 4, 4]);
  });

  test("minutes at the share of the minute before are one number each, also after a release", () => {
    let held = emptyGuard(T);
    const share = (minute: number): number => (minute < 3 ? 1 : 0.5);
    for (let minute = 0; minute < 8; minute++) {
      held = holdBucket(held, T + minute * MINUTE, 60 * share(minute), minute, minute);
    }
    expect(held.guard).toEqual([1000, -1, 1, 2, 0.5, 1, 0.5, 3, 3, 4, 5, 6]);
    const { guard, released } = release(held.guard, 1005);
    expect(released.map((segment) => segment.share)).toEqual([1, 1, 1, 0.5, 0.5]);
    // Without what went before, the share is said again, as if the guard had begun there.
    expect(guard).toEqual([1005, 0.5, 1, 0.5, 5, 5, 6]);
    expect(oldest(guard)).toEqual({ minute: 1005, length: 1, share: 0.5, raw: 5, clipped: 5 });
    expect(oldest([1005])).toBeUndefined();
  });

  test("reads the guard of an older state", () => {
    const old = [1000, 1, 1, 5, 3, 4, 1, 0, 0, 1, 0.5, 2, 2, 1, 0.5, 3, 3];
    expect(fromFourNumbers(old)).toEqual([1000, 0.25, 5, 3, -4, 0.5, 1, 0.5, 2, 2, 3]);
  });
});
