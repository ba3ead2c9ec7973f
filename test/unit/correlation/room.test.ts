import { describe, expect, it } from "vitest";
import { inRoom, zeros } from "../../../src/correlation/room.ts";

describe("room for the rows of a verdict", () => {
  it("hands out zeros, apart from each other, however often it was used before", () => {
    for (let run = 0; run < 3; run++) {
      const sums = inRoom(() => {
        const rows = Array.from({ length: 50 }, () => zeros(65));
        const before = rows.map((row) => row.reduce((sum, value) => sum + value, 0));
        rows.forEach((row, i) => {
          row.fill(i + 1);
        });
        return { before, after: rows.map((row) => row.reduce((sum, value) => sum + value, 0)) };
      });
      expect(sums.before).toEqual(new Array(50).fill(0));
      expect(sums.after).toEqual(Array.from({ length: 50 }, (_, i) => 65 * (i + 1)));
    }
  });

  it("is shared by a call within a call, which leaves the rows of the outer one alone", () => {
    inRoom(() => {
      const outer = zeros(10).fill(7);
      inRoom(() => zeros(10).fill(9));
      expect([...outer]).toEqual(new Array(10).fill(7));
      expect([...zeros(10)]).toEqual(new Array(10).fill(0));
    });
  });

  it("is given back when a verdict fails", () => {
    expect(() =>
      inRoom(() => {
        zeros(10).fill(7);
        throw new Error("failed");
      }),
    ).toThrow("failed");
    expect(inRoom(() => [...zeros(10)])).toEqual(new Array(10).fill(0));
  });

  it("makes rows of their own where there is none or no more room", () => {
    expect(zeros(5).buffer).not.toBe(zeros(5).buffer);
    inRoom(() => {
      const large = zeros(1 << 20);
      expect(large).toHaveLength(1 << 20);
      expect(large.buffer).not.toBe(zeros(5).buffer);
      expect(zeros(Number.NaN)).toHaveLength(0);
      expect(zeros(3)).toHaveLength(3);
    });
  });
});
