import { describe, expect, it } from "vitest";
import { delayChart } from "../../../bench/detect/delay-chart.ts";
import { delayOrders, delayRow, lordenBound } from "../../../bench/detect/delays.ts";
import { oracleDelay } from "../../../bench/detect/oracle-cusum.ts";
import { seeded } from "../../../bench/detect/random.ts";

/** Mean minutes to the alarm of the CUSUM with this threshold, by simulation. */
function simulated(rate: number, ratio: number, actual: number, threshold: number, runs: number): number {
  const random = seeded(31);
  let total = 0;
  for (let run = 0; run < runs; run++) {
    for (let w = 0; w < threshold; ) {
      const wait = -Math.log(1 - random.next()) / actual;
      total += wait;
      w = Math.max(0, w - rate * (ratio - 1) * wait) + Math.log(ratio);
    }
  }
  return total / runs;
}

describe("the best possible delay", () => {
  it("is that of a simulated CUSUM whose false alarms are as rare", () => {
    // Threshold 6 for a threefold rate: its run length is measured, and the delay for that run length computed.
    const runLength = simulated(2, 3, 2, 6, 4000);
    const delay = simulated(2, 3, 6, 6, 20_000);
    // The run length is known to 1.6 %, which moves the delay by 0.4 %; the delay itself to 0.5 %.
    expect(oracleDelay(2, 3, runLength) / delay).toBeGreaterThan(0.98);
    expect(oracleDelay(2, 3, runLength) / delay).toBeLessThan(1.02);
  });

  it("depends on time only through expected events", () => {
    expect(oracleDelay(0.1, 5, 1e5)).toBeCloseTo(10 * oracleDelay(1, 5, 1e4), 9);
  });
});

describe("delays of the mixture", () => {
  const rows = delayOrders(3, 60, 1e6, [0, 60]).map(delayRow);

  it("are between the best possible and half as long again, for every rate and ratio", () => {
    for (const { seconds, oracle } of rows) {
      // Sixty runs: the mean is known to some 8 %.
      expect((seconds["0"] ?? 0) / oracle).toBeGreaterThan(0.85);
      expect((seconds["0"] ?? 0) / oracle).toBeLessThan(1.6);
    }
  });

  it("stand beside the information bound: ln(1e6) / (10 ln 10 - 9) minutes for tenfold of one a minute", () => {
    // 13.815511 / 14.025851 = .985004 min.
    expect(lordenBound(1, 10, 1e6)).toBeCloseTo(59.1002, 3);
  });

  it("are drawn with both bounds for threefold and tenfold rises", () => {
    const svg = delayChart(rows);
    expect(svg.match(/<polyline /g)).toHaveLength(10);
    expect(svg).not.toMatch(/NaN|undefined/);
  });
});
