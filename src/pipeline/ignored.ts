/** What counts as nothing although it was understood: how many records, by the reason their source gives. */
export type Ignored = ReadonlyMap<string, number>;

/** Reasons may hold words of the record; beyond so many different ones a batch tells the others together. */
const MAX_REASONS = 50;

export function addIgnored(tally: Map<string, number>, reason: string, count = 1): void {
  const known = tally.has(reason) || tally.size < MAX_REASONS ? reason : "other";
  tally.set(known, (tally.get(known) ?? 0) + count);
}

export function totalIgnored(tally: Ignored): number {
  let total = 0;
  for (const count of tally.values()) total += count;
  return total;
}
