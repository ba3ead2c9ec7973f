import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromCompactText, toCompactText } from "../../../src/pipeline/compact-text.ts";

/** Numbers as detectors keep them: rounded to a few digits, of any size. */
const rounded = fc
  .tuple(fc.integer({ min: -999_999_999, max: 999_999_999 }), fc.integer({ min: -25, max: 25 }))
  .map(([mantissa, power]) => Number(`${mantissa}e${power}`));
const scalar = fc.oneof(
  rounded,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.maxSafeInteger(),
  fc.string(),
  fc.boolean(),
  fc.constant(null),
);
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    scalar,
    fc.array(tie("value")),
    fc.dictionary(fc.stringMatching(/^[A-Za-z][A-Za-z0-9]*$/), tie("value")),
  ),
}));

describe("compact text", () => {
  it("gives back every value that JSON gives back", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(fromCompactText(toCompactText(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 500, seed: 11 },
    );
  });

  it("gives back long values", () => {
    const value = Array.from({ length: 3_000 }, (_, i) => i / 7);
    expect(fromCompactText(toCompactText(value))).toEqual(value);
  });

  it.each([
    [0, 1],
    [40, 1],
    [41, 2],
    [4095, 3],
    [1767571250000, 8],
    [0.1619231, 5],
    [1144.31, 5],
    [2.6343237, 7],
    [-0.5, 6],
    [1e30, 7],
  ])("writes %d in %i characters", (value, length) => {
    expect(toCompactText(value)).toHaveLength(length);
    expect(fromCompactText(toCompactText(value))).toBe(value);
  });

  it("leaves out members that are undefined", () => {
    expect(fromCompactText(toCompactText({ a: undefined, b: [1, "two"] }))).toEqual({ b: [1, "two"] });
  });

  it.each(["", "(", "(0", "<a:0", "<a", "0 0", "{}"])("refuses %j", (text) => {
    expect(() => fromCompactText(text)).toThrow(SyntaxError);
  });
});
