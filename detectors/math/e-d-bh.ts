/**
 * Which of many series to flag at once: e-detector Benjamini-Hochberg (Dandapanthula and Ramdas 2025). Flags the k largest
 * values with the largest k for which the k-th is at least `threshold` / k; bounds false alarms over patience whatever the
 * dependence between series. Returns indexes, largest value first. Give it the clipped part of the mixture only.
 * Worked value: 4000,900,120,60,15,3,1,.5,.2,.1 with threshold 200: the first four.
 */
export function eDetectorBenjaminiHochberg(values: readonly number[], threshold: number): readonly number[] {
  const order = values.map((_, i) => i).sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0));
  let flagged = 0;
  order.forEach((index, rank) => {
    if ((values[index] ?? 0) >= threshold / (rank + 1)) flagged = rank + 1;
  });
  return order.slice(0, flagged);
}
