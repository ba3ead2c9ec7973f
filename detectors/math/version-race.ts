/** Ratios of new to old rate, and their weights. */
const RATIOS: readonly number[] = [1.5, 2, 3, 5, 10, 30];
const WEIGHTS: readonly number[] = [0.2, 0.2, 0.2, 0.2, 0.1, 0.1];

/**
 * Conditional e-process while two versions run side by side: one factor per ratio, all 1 at the start. Each event is
 * "new" with probability `share` (of the pods running the new version) if the rates are equal, whatever the common rate,
 * season or shocks are; so the value may be looked at after every event and exceeds E with probability 1 / E at most.
 */
export const RACE_START: readonly number[] = RATIOS.map(() => 1);

/** Factors after one more event. */
export function versionRace(factors: readonly number[], isNew: boolean, share: number): readonly number[] {
  return factors.map((factor, i) => {
    const ratio = RATIOS[i] ?? 1;
    return (factor * (isNew ? ratio : 1)) / (ratio * share + 1 - share);
  });
}

/**
 * Value of the e-process; report at 1e4.
 * Worked value: new, old, new, new, new, old, new, new with share .1: 2204.082633.
 */
export function raceValue(factors: readonly number[]): number {
  return factors.reduce((sum, factor, i) => sum + factor * (WEIGHTS[i] ?? 0), 0);
}
