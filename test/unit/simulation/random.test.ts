import { describe, expect, it } from "vitest";
import { pacedClock } from "../../../src/simulation/paced-clock.ts";
import { RandomStream } from "../../../src/simulation/random.ts";

const DRAWS = 20_000;

function moments(draw: () => number): { readonly mean: number; readonly variance: number } {
  const values = Array.from({ length: DRAWS }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / DRAWS;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (DRAWS - 1) };
}

// Expected moments are those of the distributions; tolerances are about four standard errors of 20 000 draws.
describe("RandomStream", () => {
  it("repeats itself by name and differs between names", () => {
    const first = new RandomStream(["a", 1]);
    const again = new RandomStream(["a", 1]);
    const other = new RandomStream(["a", 2]);
    const draws = Array.from({ length: 8 }, () => first.uniform());
    expect(Array.from({ length: 8 }, () => again.uniform())).toEqual(draws);
    expect(Array.from({ length: 8 }, () => other.uniform())).not.toEqual(draws);
  });

  it("uniform: mean 1/2, variance 1/12", () => {
    const random = new RandomStream(["uniform"]);
    const { mean, variance } = moments(() => random.uniform());
    expect(mean).toBeCloseTo(0.5, 1.9);
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.003);
  });

  it.each([0.3, 4, 80])("poisson(%d): mean equals variance", (expected) => {
    const random = new RandomStream(["poisson", expected]);
    const { mean, variance } = moments(() => random.poisson(expected));
    expect(Math.abs(mean / expected - 1)).toBeLessThan(4 / Math.sqrt(expected * DRAWS));
    expect(Math.abs(variance / expected - 1)).toBeLessThan(0.1);
  });

  it("normal: mean 0, variance 1; exponential: mean 2, variance 4", () => {
    const random = new RandomStream(["normal"]);
    const normal = moments(() => random.normal());
    expect(Math.abs(normal.mean)).toBeLessThan(0.03);
    expect(Math.abs(normal.variance - 1)).toBeLessThan(0.05);
    const exponential = moments(() => random.exponential(2));
    expect(Math.abs(exponential.mean - 2)).toBeLessThan(0.06);
    expect(Math.abs(exponential.variance - 4)).toBeLessThan(0.4);
  });

  it("logarithmic(2/3): mean -p/((1-p) ln(1-p)) = 1.8205, never below one", () => {
    const random = new RandomStream(["logarithmic"]);
    const { mean } = moments(() => {
      const size = random.logarithmic(2 / 3);
      expect(Number.isSafeInteger(size) && size >= 1).toBe(true);
      return size;
    });
    expect(Math.abs(mean - 1.8205)).toBeLessThan(0.05);
  });
});

describe("pacedClock", () => {
  it("runs `speed` times as fast, and waits as much shorter", async () => {
    let real = 1_000;
    const waits: number[] = [];
    const clock = pacedClock({ now: () => real, sleep: async (ms) => void waits.push(ms) }, 50_000, 20);
    real += 300;
    expect(clock.now()).toBe(56_000);
    await clock.sleep(1_000);
    expect(waits).toEqual([50]);
  });
});
