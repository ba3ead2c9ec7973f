/** "Did you mean …": the nearest known word. */

/**
 * Edit distance of two texts, with swapped neighbours as one edit (optimal string alignment, Damerau 1964). O(a·b) time,
 * three rows of memory; the words are keys, so they are short.
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** The word people most likely meant: at most a third of its letters away (and at least one); undefined when none is near. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[-_ ]/g, "");
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const distance = editDistance(plain(word), plain(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best !== undefined && bestDistance <= Math.max(1, Math.ceil(best.length / 3)) ? best : undefined;
}

/** The suggestion for an unknown word among known ones. */
export function didYouMean(word: string, known: readonly string[]): string {
  const best = nearest(word, known);
  if (best !== undefined) return `did you mean ${JSON.stringify(best)}?`;
  return known.length === 0 ? "remove it" : `use one of ${known.join(", ")}`;
}
