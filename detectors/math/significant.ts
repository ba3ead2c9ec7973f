const POWERS = Float64Array.from({ length: 617 }, (_, i) => 10 ** (i - 308));

/**
 * `value` rounded to `digits` significant decimal digits: keeps states short as text. Below 1e-12 in size it is 0, and
 * the rounding never depends on when a state was written, so a restart changes nothing. Cost: one logarithm.
 * Worked value: significant(1234.5678, 6) = 1234.57.
 */
export function significant(value: number, digits: number): number {
  const size = Math.abs(value);
  if (size < 1e-12) return 0;
  if (Number.isInteger(value) && size < 1e6) return value;
  const power = digits - 1 - Math.floor(Math.log10(size));
  if (power >= 0) {
    const scale = POWERS[power + 308] ?? 1;
    return Math.round(value * scale) / scale;
  }
  const scale = POWERS[308 - power] ?? 1;
  return Math.round(value / scale) * scale;
}
