const WEIGHT = 0.2;

export interface EwmaPoint {
  readonly average: number;
  /** Distance from the centre in standard deviations of the average after this many points. */
  readonly standardised: number;
}

/**
 * Textbook EWMA chart of counts with weight .2 (Borror, Champ, Rigdon 1998), variance `dispersion` times the mean. For
 * display: at three sigma it gives 25 false alarms per series and week on plain Poisson counts.
 * Worked value: mean 5, dispersion 2, counts 4,6,5,7,20: 8.34048 and 3.354250 at the end.
 */
export function ewmaChart(counts: readonly number[], mean: number, dispersion: number): readonly EwmaPoint[] {
  let average = mean;
  return counts.map((count, i) => {
    average = WEIGHT * count + (1 - WEIGHT) * average;
    const variance = dispersion * mean * (WEIGHT / (2 - WEIGHT)) * (1 - (1 - WEIGHT) ** (2 * (i + 1)));
    return { average, standardised: (average - mean) / Math.sqrt(variance) };
  });
}
