import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createPanel, DETECTOR_NAMES, DETECTORS, type PanelState, type Sample, type Stretch } from "../../../detectors/index.ts";

const START = Date.UTC(2024, 0, 1);
const MINUTE = 60_000;

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
}

const viaJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** Equal but for rounding: sums are kept to five digits, and every step rounds. */
function alike(a: unknown, b: unknown, path = "state", digits = 1e-4): void {
  if (typeof a === "number" && typeof b === "number") {
    expect(Math.abs(a - b), path).toBeLessThanOrEqual(digits * Math.max(1, Math.abs(a), Math.abs(b)));
  } else if (typeof a === "object" && a !== null && typeof b === "object" && b !== null) {
    expect(Object.keys(a), path).toEqual(Object.keys(b));
    for (const key of Object.keys(a)) alike(Reflect.get(a, key), Reflect.get(b, key), `${path}.${key}`, digits);
  } else expect(a, path).toEqual(b);
}

const bucket = fc.record({
  gap: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 60 }) },
    { weight: 1, arbitrary: fc.integer({ min: 61, max: 20_000 }) },
  ),
  count: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 6 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 300 }) },
  ),
  clip: fc.double({ min: 0, max: 1, noNaN: true }),
  share: fc.constantFrom(1, 1, 0.5, 0.1, 0.3333333),
  gapShare: fc.constantFrom(1, 1, 0.5, 0),
});

/** Ten-second buckets after silences of any number of them, ascending and disjoint. */
const samples = fc.array(bucket, { minLength: 1, maxLength: 60 }).map((buckets): readonly Sample[] => {
  let at = START;
  return buckets.map(({ gap, count, clip, share, gapShare }) => {
    at += gap * 10_000;
    const sample = { at, width: 10_000, count, clipped: Math.round(count * clip), exposure: 10 * share, gapShare };
    at += 10_000;
    return sample;
  });
});

const panel = createPanel({ lnThreshold: 7, minRatio: 1.5, minEvents: 3, noiseFactor: 2.5, detectors: DETECTOR_NAMES });

/** A series that has learned for two days, so that members and incidents take part. */
const experienced = (() => {
  let state: PanelState | undefined;
  for (let minute = 0; minute < 2880; minute += 1 + ((minute * 7) % 3)) {
    const count = 1 + (minute % 2);
    state = panel.step(state, {
      at: START - 3 * 86_400_000 + minute * MINUTE,
      width: MINUTE,
      count,
      clipped: count,
      exposure: 60,
      gapShare: 1,
    }).state;
  }
  return state;
})();

const beginnings = fc.constantFrom(undefined, experienced);

describe("the panel", () => {
  test("never modifies what it is given", () => {
    fc.assert(
      fc.property(beginnings, samples, (begin, list) => {
        let state = frozen(begin);
        for (const sample of list) state = frozen(panel.step(state, frozen(sample)).state);
      }),
      { numRuns: 60 },
    );
  });

  test("a restart anywhere changes nothing: state survives JSON exactly", () => {
    fc.assert(
      fc.property(beginnings, samples, (begin, list) => {
        let straight = begin;
        let restarted = begin;
        for (const sample of list) {
          const a = panel.step(straight, sample);
          const b = panel.step(restarted === undefined ? undefined : viaJson(restarted), viaJson(sample));
          expect(b).toEqual(a);
          expect(viaJson(a.state)).toEqual(a.state);
          straight = a.state;
          restarted = b.state;
        }
      }),
      { numRuns: 60 },
    );
  });

  test("looking ahead leaves no trace: the same step twice gives the same answer", () => {
    fc.assert(
      fc.property(samples, (list) => {
        let state = experienced;
        for (const sample of list) {
          const ahead = panel.step(state, { ...sample, count: sample.count + 5 });
          expect(ahead.verdict.threshold).toBe(7);
          const first = panel.step(state, sample);
          expect(panel.step(state, sample)).toEqual(first);
          state = first.state;
        }
      }),
      { numRuns: 30 },
    );
  });

  // What is left is rounding: sums are kept to seven digits and every piece rounds.
  const NEAR = 1e-5;
  test("a silence may be given whole or in parts", () => {
    const parts = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(beginnings, samples, parts, fc.constantFrom(1, 0.5, 0), (begin, list, lengths, share) => {
        let state = begin;
        for (const sample of list) state = panel.step(state, sample).state;
        const from = (list.at(-1)?.at ?? START) + 10_000;
        const total = lengths.reduce((sum, length) => sum + length, 0) * 10_000;
        const silent = (at: number, width: number) => ({ at, width, count: 0, clipped: 0, exposure: (share * width) / 1000 });
        const whole = panel.step(state, silent(from, total)).state;
        let pieces = state;
        let at = from;
        for (const length of lengths) {
          pieces = panel.step(pieces, silent(at, length * 10_000)).state;
          at += length * 10_000;
        }
        alike(pieces, whole, "state", NEAR);
        const event = { at, width: 10_000, count: 3, clipped: 2, exposure: 10 };
        const [a, b] = [panel.step(pieces, event).verdict, panel.step(whole, event).verdict];
        expect(a.phase).toBe(b.phase);
        expect(Math.abs(a.evidence - b.evidence)).toBeLessThan(NEAR);
      }),
      { numRuns: 60 },
    );
  });

  test("verdicts are sane whatever comes", () => {
    fc.assert(
      fc.property(beginnings, samples, (begin, list) => {
        let state = begin;
        for (const sample of list) {
          const { verdict, state: next } = panel.step(state, sample);
          expect(JSON.stringify(next)).not.toMatch(/null|NaN|Infinity/);
          expect(Number.isFinite(verdict.evidence)).toBe(true);
          expect(verdict.ratioInterval[0]).toBeLessThanOrEqual(verdict.ratioInterval[1]);
          expect(verdict.phase === "open").toBe(panel.needsTime(next));
          if (verdict.phase === "open") expect(verdict.onsetAt).toBeLessThanOrEqual(sample.at + sample.width);
          state = next;
        }
      }),
      { numRuns: 60 },
    );
  });
});

const stream = fc.record({
  count: fc.integer({ min: 0, max: 40 }),
  mean: fc.double({ min: 0.01, max: 10, noNaN: true }),
  excess: fc.double({ min: 0, max: 5, noNaN: true }),
});

const stretches = fc
  .array(fc.tuple(stream, fc.double({ min: 0, max: 1, noNaN: true })), { minLength: 1, maxLength: 40 })
  .map((list) =>
    list.map(([{ count, mean, excess }, clip], i): Stretch => {
      const shared = { mean, upper: 1.2 * mean, fastExcess: excess, slowExcess: 2 * excess, fastMask: 0b11110000 };
      const clipped = count === 0 ? 0 : Math.max(0, Math.round(count * clip));
      const from = START + i * MINUTE;
      return { from, to: from + MINUTE, minutes: 1, raw: { ...shared, count }, clipped: { ...shared, count: clipped } };
    }),
  );

describe.each(DETECTORS.map((detector) => [detector.name, detector] as const))("detector %s", (_name, detector) => {
  test("input untouched, state survives JSON, restart anywhere is the straight run", () => {
    fc.assert(
      fc.property(stretches, (list) => {
        let straight = frozen(detector.start);
        let restarted = detector.start;
        for (const stretch of list) {
          straight = frozen(detector.step(straight, frozen(stretch)));
          restarted = detector.step(viaJson(restarted), viaJson(stretch));
          expect(restarted).toEqual(straight);
          expect(viaJson(straight)).toEqual(straight);
          const opinion = detector.judge(straight, stretch, 10, "both");
          expect(detector.judge(viaJson(straight), stretch, 10, "both")).toEqual(opinion);
          expect(opinion.agrees).toBe(opinion.evidence >= 10);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("silence can be given whole or in parts", () => {
    fc.assert(
      fc.property(stretches, fc.integer({ min: 1, max: 59 }), (list, cut) => {
        const before = list.reduce((state, stretch) => detector.step(state, stretch), detector.start);
        const from = START + list.length * MINUTE;
        const silent = (start: number, seconds: number): Stretch => {
          const part = seconds / 60;
          const none = { count: 0, mean: part, upper: 1.2 * part, fastExcess: 0.5, slowExcess: 1, fastMask: 0 };
          return { from: start, to: start + seconds * 1000, minutes: part, raw: none, clipped: none };
        };
        const whole = detector.step(before, silent(from, 60));
        const parts = detector.step(detector.step(before, silent(from, cut)), silent(from + cut * 1000, 60 - cut));
        alike(parts, whole);
      }),
      { numRuns: 60 },
    );
  });

  test("a flood convinces it, and what was expected does not", () => {
    const quiet = { count: 2, mean: 2, upper: 2.4, fastExcess: 0.1, slowExcess: 0.2, fastMask: 0b11110000 };
    const minute = (i: number, count: number): Stretch => ({
      from: START + i * MINUTE,
      to: START + (i + 1) * MINUTE,
      minutes: 1,
      raw: { ...quiet, count },
      clipped: { ...quiet, count },
    });
    let state = detector.start;
    for (let i = 0; i < 600; i++) {
      state = detector.step(state, minute(i, 2));
      expect(detector.judge(state, minute(i, 2), 13.8, "both").agrees).toBe(false);
    }
    for (let i = 600; i < 620; i++) state = detector.step(state, minute(i, 40));
    expect(detector.judge(state, minute(619, 40), 13.8, "both").agrees).toBe(true);
  });
});
