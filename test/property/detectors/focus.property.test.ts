import fc from "fast-check";
import { expect, test } from "vitest";
import { focusEvaluate } from "../../../detectors/math/focus-evaluate.ts";
import { focusExhausted, focusPush } from "../../../detectors/math/focus-push.ts";
import { logLikelihoodRatio } from "../../../detectors/math/log-likelihood-ratio.ts";

/** Best statistic over every possible start, the slow way. */
function bruteForce(counts: readonly number[], means: readonly number[], excess: number): number {
  let best = 0;
  let observed = 0;
  let expected = 0;
  for (let i = counts.length - 1; i >= 0; i--) {
    observed += counts[i] ?? 0;
    expected += means[i] ?? 0;
    best = Math.max(best, logLikelihoodRatio(observed, expected, excess));
  }
  return best;
}

test("FOCuS equals the maximum over all starts", () => {
  const step = fc.tuple(
    fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 30 })),
    fc.double({ min: 0.1, max: 4, noNaN: true }),
  );
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), fc.constantFrom(0, 1, 4), (steps, excess) => {
      const hull: number[] = [];
      let end = 0;
      let expected = 0;
      let observed = 0;
      steps.forEach(([count, mean], time) => {
        if (focusExhausted(hull, 0, end, expected, observed)) {
          end = 0;
          expected = 0;
          observed = 0;
        }
        // Silent steps are never the start of a change, so only the start of a step with events is a candidate.
        if (count > 0) end = focusPush(hull, 0, end, expected, observed, time, 0);
        expected += mean;
        observed += count;
        if (count === 0) return;
        const seen = steps.slice(0, time + 1);
        const best = bruteForce(
          seen.map(([x]) => x),
          seen.map(([, m]) => m),
          excess,
        );
        expect(focusEvaluate(hull, 0, end, expected, observed, 0, excess, excess, 0)?.statistic ?? 0).toBeCloseTo(best, 8);
      });
    }),
    { numRuns: 300 },
  );
});
