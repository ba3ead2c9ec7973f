/** Ratios for which the mixture detector keeps one sum each: from a mild rise to a thousandfold one. */
export const RATIOS: readonly number[] = [1.5, 2, 3, 5, 10, 30, 100, 1000];

/** Prior weight of each ratio; they add up to 1, so the mixture keeps the false-alarm guarantee of each part. */
export const WEIGHTS: readonly number[] = [0.1, 0.2, 0.2, 0.2, 0.15, 0.08, 0.05, 0.02];

/** Sums are held at this, so that a long incident cannot overflow them. */
export const LARGEST_SUM = 1e30;
