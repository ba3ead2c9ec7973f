import { SEASON_BINS } from "./season-bin.ts";

const HOURS = 24;
/** Expected events (times dispersion) that weigh as much as the smoothing: bin to smooth curve, and curve's own input. */
const BIN_WEIGHT = 10;
const CURVE_WEIGHT = 5;
const LEAST_CURVE = 0.05;

const COSINE = wave(Math.cos);
const SINE = wave(Math.sin);

/** Mean and two harmonics of the daily curve: level, a1, b1, a2, b2. */
export function seasonCurve(observed: readonly number[], expected: readonly number[], excess: number): readonly number[] {
  const weight = CURVE_WEIGHT * (1 + excess);
  const curve = [0, 0, 0, 0, 0];
  for (let h = 0; h < HOURS; h++) {
    const raw = ((observed[h] ?? 0) + weight) / ((expected[h] ?? 0) + weight);
    const [c1 = 0, c2 = 0] = COSINE[h] ?? [];
    const [s1 = 0, s2 = 0] = SINE[h] ?? [];
    add(curve, 0, raw / HOURS);
    add(curve, 1, (raw * c1) / 12);
    add(curve, 2, (raw * s1) / 12);
    add(curve, 3, (raw * c2) / 12);
    add(curve, 4, (raw * s2) / 12);
  }
  return curve;
}

/** The smooth daily curve at an hour. */
export function curveAt(curve: readonly number[], hour: number): number {
  const [level = 1, a1 = 0, b1 = 0, a2 = 0, b2 = 0] = curve;
  const [c1 = 0, c2 = 0] = COSINE[hour] ?? [];
  const [s1 = 0, s2 = 0] = SINE[hour] ?? [];
  return level + a1 * c1 + b1 * s1 + a2 * c2 + b2 * s2;
}

/**
 * Factors of the 48 bins (24 weekday hours, 24 weekend hours) from the events seen and expected (without season) in
 * each: a weekday hour is shrunk to mean and two harmonics of the day, a weekend hour to the weekday hour, so that a
 * shape is known after one day and no hour is absurd. `excess` is the dispersion at ten minutes.
 */
export function seasonFactors(observed: readonly number[], expected: readonly number[], excess: number): Float64Array {
  const curve = seasonCurve(observed, expected, excess);
  const weight = BIN_WEIGHT * (1 + excess);
  const factors = new Float64Array(SEASON_BINS);
  for (let h = 0; h < HOURS; h++) {
    const smooth = Math.max(LEAST_CURVE, curveAt(curve, h));
    const weekday = ((observed[h] ?? 0) + weight * smooth) / ((expected[h] ?? 0) + weight);
    factors[h] = weekday;
    factors[h + HOURS] = ((observed[h + HOURS] ?? 0) + weight * weekday) / ((expected[h + HOURS] ?? 0) + weight);
  }
  return factors;
}

function wave(f: (x: number) => number): readonly (readonly number[])[] {
  return Array.from({ length: HOURS }, (_, h) => [f((2 * Math.PI * h) / HOURS), f((4 * Math.PI * h) / HOURS)]);
}

function add(into: number[], index: number, value: number): void {
  into[index] = (into[index] ?? 0) + value;
}
