const ORIGIN = 308;
const POWERS = Float64Array.from({ length: 2 * ORIGIN + 1 }, (_, i) => 10 ** (i - ORIGIN));

/**
 * `value` rounded to `digits` significant decimal digits: keeps states short as text. Below 1e-12 in size it is 0, and
 * the rounding never depends on when a state was written, so a restart changes nothing. Cost: one logarithm at the most.
 * Worked value: significant(1234.5678, 6) = 1234.57.
 */
export function significant(value: number, digits: number): number {
  const size = Math.abs(value);
  if (size < 1e-12) return 0;
  if (size < 1e6 && Number.isInteger(value)) return value;
  const power = digits - 1 - magnitude(size);
  if (power >= 0) {
    const scale = POWERS[power + ORIGIN] ?? 1;
    return Math.round(value * scale) / scale;
  }
  const scale = POWERS[ORIGIN - power] ?? 1;
  return Math.round(value / scale) * scale;
}

/** Largest power of ten that is not above `size`. Most numbers of a state lie where comparing is quicker than a logarithm. */
function magnitude(size: number): number {
  if (size >= 1e4 || size < 1e-4) return Math.floor(Math.log10(size));
  if (size >= 1) return size >= 100 ? (size >= 1000 ? 3 : 2) : size >= 10 ? 1 : 0;
  if (size >= 1e-2) return size >= 0.1 ? -1 : -2;
  return size >= 1e-3 ? -3 : -4;
}
